"""Draw pictures of nobody, as telephones take them."""

import io
import zlib

from PIL import Image, ImageDraw


def picture(
    width: int = 600, height: int = 900, *, kind: str = "JPEG", orientation: int | None = None
) -> bytes:
    """Return a head with a hat: red above and blue below, so that a test sees which way is up."""
    image = Image.new("RGB", (width, height), (200, 210, 220))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width, height // 4), fill=(220, 30, 30))
    draw.rectangle((0, 3 * height // 4, width, height), fill=(20, 40, 160))
    if orientation:  # as a telephone that was held on its side
        image = image.transpose(Image.Transpose.ROTATE_90)
    out = io.BytesIO()
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    exif[0x010F] = "a telephone"
    image.save(out, kind, exif=exif)
    return out.getvalue()


def bomb(side: int = 30_000) -> bytes:
    """Return a small PNG that says it is `side` pixels wide and high."""
    small = bytearray(picture(200, 200, kind="PNG"))
    at = small.index(b"IHDR") + 4
    small[at : at + 8] = side.to_bytes(4, "big") * 2
    end = at + 13
    small[end : end + 4] = zlib.crc32(small[at - 4 : end]).to_bytes(4, "big")
    return bytes(small)
