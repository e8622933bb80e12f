"""Photos for cards: upright, small, and no harm done by what is no photo."""

import io
from pathlib import Path

import pytest
from PIL import Image

from server_bridge.cards import photo
from server_bridge.cards.photo import PhotoError, make_photo, photo_of_file
from tests.builders.photos import bomb, picture


def opened(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "JPEG"
        return image.convert("RGB")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(picture(), id="upright"),
        pytest.param(picture(orientation=6), id="held on its side"),
        pytest.param(picture(2000, 2400, kind="PNG"), id="large PNG"),
        pytest.param(picture(440, 500), id="wide"),
    ],
)
def test_it_becomes_small_and_upright(data: bytes) -> None:
    small = make_photo(data)
    assert len(small) < 40_000
    image = opened(small)
    assert image.size == photo.SIZE
    red, _, blue = image.getpixel((180, 470))  # type: ignore[misc]
    assert blue > red + 60, "the foot of the picture is at the foot"


def test_it_carries_nothing_of_the_telephone() -> None:
    assert b"telephone" in picture()
    assert b"telephone" not in make_photo(picture())


def test_what_is_see_through_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (300, 400), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(make_photo(out.getvalue())).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"", "no JPEG or PNG"),
        (b"GIF89a" + b"\0" * 100, "no JPEG or PNG"),
        (picture()[:900], "no JPEG or PNG"),
        (bomb(), "far too many pixels"),
        (bomb(8_000), "8000 x 8000"),
        (picture(100, 100), "only 100 x 100"),
    ],
)
def test_what_is_no_photo_is_refused(data: bytes, named: str) -> None:
    with pytest.raises(PhotoError, match=named):
        make_photo(data)


def test_a_file_too_large_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    with path.open("wb") as file:
        file.truncate(photo.MOST_BYTES + 1)
    with pytest.raises(PhotoError, match="the most is"):
        photo_of_file(path)
    with pytest.raises(PhotoError, match="cannot be read"):
        photo_of_file(tmp_path / "gone.jpg")
