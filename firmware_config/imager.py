"""Make the list by which Raspberry Pi Imager offers our image, from values of its manifest.

The fields are those of Imager's own `os-list-schema.json`; `devices` are tags of Raspberry Pi's v4
list.
"""

from dataclasses import dataclass
from typing import Any

DEVICES = ("pi5-64bit", "pi4-64bit", "pi3-64bit")
"""pi3-64bit stands for 3, 3B+ and Zero 2 W."""
ICON = (
    "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAg"
    "MCA0MCA0MCI+PHJlY3Qgd2lkdGg9IjQwIiBoZWlnaHQ9IjQwIiByeD0iOCIgZmlsbD0iIzBiNWU2ZSIvPjxwYXRoIGQ9"
    "Ik0xMSAyMWw2IDYgMTItMTQiIGZpbGw9Im5vbmUiIHN0cm9rZT0iI2ZmZiIgc3Ryb2tlLXdpZHRoPSI0Ii8+PC9zdmc+"
)
"""A white tick on the green of the cards."""


@dataclass(frozen=True, slots=True)
class Image:
    """A published image.

    Sizes are in bytes, `sha256` is that of the unpacked image in hex; `released` is YYYY-MM-DD.
    """

    version: str
    url: str
    size: int
    sha256: str
    download_size: int
    download_sha256: str
    released: str


def os_list(image: Image) -> dict[str, Any]:
    """Return the list with this one image.

    Without `init_format` Imager asks for no user, password or network: a gate has no user and no
    password, and its network comes with the ticket.
    """
    return {
        "os_list": [
            {
                "name": f"Schoolgate {image.version}",
                "description": "Cổng quét thẻ của trường học · A checkpoint for school gates",
                "icon": ICON,
                "url": image.url,
                "extract_size": image.size,
                "extract_sha256": image.sha256,
                "image_download_size": image.download_size,
                "image_download_sha256": image.download_sha256,
                "release_date": image.released,
                "devices": list(DEVICES),
            }
        ]
    }
