"""Upright rectangles in an image."""

from collections.abc import Iterable
from typing import NamedTuple

from device.scan.decode import Point
from device.scan.frames import Grey


class Box(NamedTuple):
    """A rectangle of pixels from (x0, y0) up to but without (x1, y1)."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.y1 - self.y0

    @property
    def area(self) -> int:
        """Area in pixels, 0 for an empty box."""
        return max(0, self.width) * max(0, self.height)

    def grown(self, pixels: int, image: Grey) -> "Box":
        """Return the box, larger by `pixels` on each side, clipped to `image`."""
        height, width = image.shape
        return Box(
            max(0, self.x0 - pixels),
            max(0, self.y0 - pixels),
            min(width, self.x1 + pixels),
            min(height, self.y1 + pixels),
        )

    def overlap(self, other: "Box") -> float:
        """Return the shared area as a part of the smaller box, 0-1."""
        shared = Box(
            max(self.x0, other.x0),
            max(self.y0, other.y0),
            min(self.x1, other.x1),
            min(self.y1, other.y1),
        )
        if shared.width <= 0 or shared.height <= 0:
            return 0.0
        return shared.area / max(1, min(self.area, other.area))

    def cut(self, image: Grey) -> Grey:
        """Return the part of `image` in the box, without a copy."""
        return image[self.y0 : self.y1, self.x0 : self.x1]


def around(points: Iterable[Point]) -> Box:
    """Return the smallest box that holds all points."""
    xs, ys = zip(*points, strict=True)
    return Box(int(min(xs)), int(min(ys)), int(max(xs)) + 1, int(max(ys)) + 1)


def whole(image: Grey) -> Box:
    """Return the box of all of `image`."""
    return Box(0, 0, image.shape[1], image.shape[0])
