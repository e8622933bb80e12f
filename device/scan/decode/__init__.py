"""From a grey image to the bytes of the codes in it."""

from dataclasses import dataclass
from typing import Protocol

from device.scan.frames import Grey

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code that was read: its bytes as printed, never guessed text, and its position.

    `corners` are four (x, y) pixel positions in the image, in order around the code.
    """

    data: bytes
    corners: tuple[Point, Point, Point, Point]


class Decoder(Protocol):
    """Reads QR codes (model 2 only). Some decoders keep state from frame to frame."""

    def decode(self, image: Grey) -> list[Code]:
        """Return all codes in `image`, each once. Never raises because of an image's content."""
        ...
