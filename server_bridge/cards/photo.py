"""Photos for cards, from files of any camera: turned upright, cropped, small.

A picture comes from anybody's telephone, so nothing in it is believed: its kind is found in its
bytes, its size is checked before a pixel is unpacked, and it is written anew, which leaves its
place and date of taking behind.
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
"""What is kept where a picture is too wide or too high: its middle, rather the upper part."""


class PhotoError(SchoolgateError):
    """A file that is no photo for a card; the message says why."""


def photo_of_file(path: Path) -> bytes:
    """A small upright JPEG of the photo in a file. Raises PhotoError."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise PhotoError(f"it has {size} bytes; the most is {MOST_BYTES}")
        return make_photo(path.read_bytes())
    except OSError as error:
        raise PhotoError(f"it cannot be read: {error.strerror}") from error


def make_photo(data: bytes) -> bytes:
    """A small upright JPEG of the picture in `data`. Raises PhotoError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata; of a bomb we know by ourselves
            with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as picture:
                return _small(picture)
    except PhotoError:
        raise
    except Image.DecompressionBombError as error:
        raise PhotoError("it has far too many pixels; make it smaller") from error
    except Exception as error:  # whatever a hostile file makes the decoder say
        raise PhotoError("it is no JPEG or PNG picture, or a damaged one") from error


def _small(picture: Image.Image) -> bytes:
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise PhotoError(f"it has {width} x {height} pixels; make it smaller")
    if min(width, height) < LEAST_PIXELS:
        raise PhotoError(f"it has only {width} x {height} pixels")
    picture.draft("RGB", (SIZE[1] * 2, SIZE[1] * 2))  # a large JPEG is unpacked at a fraction
    upright = ImageOps.exif_transpose(picture)
    flat = Image.new("RGB", upright.size, "white")
    flat.paste(upright, mask=upright.convert("RGBA").getchannel("A"))
    fitted = ImageOps.fit(flat, SIZE, Image.Resampling.LANCZOS, centering=_FACE)
    out = io.BytesIO()
    fitted.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()
