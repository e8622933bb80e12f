"""Make photos for cards from files of any camera: turned upright, cropped, small.

Pictures come from people's telephones and are not trusted: the kind is found in the bytes, the size
is checked before a pixel is decoded, and the picture is encoded anew, which removes the place and
date that the camera had stored in it.
"""

import io
import warnings
from pathlib import Path

from PIL import Image, ImageOps

from gate_contract.errors import SchoolgateError

SIZE = (360, 480)
"""Pixels, three to four as on identity photos; 700 dots an inch on the card."""
MOST_BYTES = 20_000_000
MOST_PIXELS = 60_000_000
LEAST_PIXELS = 120
"""The shorter side of a picture that still shows a face when it is printed."""
ENDINGS = (".jpg", ".jpeg", ".png")
_FACE = (0.5, 0.35)
"""The centre of what is kept where a picture is too wide or too high: the middle, a bit upwards."""


class PhotoError(SchoolgateError):
    """A file is no photo for a card; the message says why."""


def photo_of_file(path: Path) -> bytes:
    """Return a small upright JPEG of the photo in a file. Raises PhotoError."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise PhotoError(f"it has {size} bytes; the most is {MOST_BYTES}")
        return make_photo(path.read_bytes())
    except OSError as error:
        raise PhotoError(f"it cannot be read: {error.strerror}") from error


def make_photo(data: bytes) -> bytes:
    """Return a small upright JPEG of the picture in `data`. Raises PhotoError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # Pillow warns of odd metadata, and of a decompression bomb, which we check ourselves
            with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as picture:
                return _small(picture)
    except PhotoError:
        raise
    except Image.DecompressionBombError as error:
        raise PhotoError("it has far too many pixels; make it smaller") from error
    except Exception as error:  # a hostile file can make the decoder raise anything
        raise PhotoError("it is no JPEG or PNG picture, or a damaged one") from error


def _small(picture: Image.Image) -> bytes:
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise PhotoError(f"it has {width} x {height} pixels; make it smaller")
    if min(width, height) < LEAST_PIXELS:
        raise PhotoError(f"it has only {width} x {height} pixels")
    picture.draft(
        "RGB", (SIZE[1] * 2, SIZE[1] * 2)
    )  # a large JPEG is decoded at a fraction of its size
    upright = ImageOps.exif_transpose(picture)
    flat = Image.new("RGB", upright.size, "white")
    flat.paste(upright, mask=upright.convert("RGBA").getchannel("A"))
    fitted = ImageOps.fit(flat, SIZE, Image.Resampling.LANCZOS, centering=_FACE)
    out = io.BytesIO()
    fitted.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()
