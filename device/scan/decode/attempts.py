"""The single attempts at a part of an image. docs/explanation/reading.md has their measurements."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import cv2
import numpy as np

from device.scan.decode import Code
from device.scan.decode.boxes import Box
from device.scan.decode.zbar import ZbarDecoder
from device.scan.decode.zxing import ZxingDecoder, read_once
from device.scan.frames import Grey

Prepare = Callable[[Grey], Grey]
Read = Callable[[Grey], list[Code]]


@dataclass(frozen=True, slots=True)
class Attempt:
    """Scale a part of an image, prepare it, and read it."""

    name: str
    read: Read
    scale: float = 1.0
    prepare: Prepare | None = None

    def at(self, image: Grey, box: Box) -> list[Code]:
        """Return the codes in `box` of `image`, their corners in pixels of `image`."""
        part = box.cut(image)
        if min(part.shape) * self.scale < 16:
            return []  # smaller than the smallest code, and too small for some filters
        if self.scale != 1.0:
            way = cv2.INTER_LINEAR if self.scale > 1 else cv2.INTER_AREA
            part = np.asarray(
                cv2.resize(part, None, fx=self.scale, fy=self.scale, interpolation=way)
            )
        elif self.prepare is None:
            part = np.ascontiguousarray(part)
        if self.prepare is not None:
            part = self.prepare(part)
        return [self._placed(code, box) for code in self.read(part)]

    def _placed(self, code: Code, box: Box) -> Code:
        a, b, c, d = ((x / self.scale + box.x0, y / self.scale + box.y0) for x, y in code.corners)
        return Code(code.data, (a, b, c, d))


def _blurred(size_px: int, image: Grey) -> Grey:
    """Average each pixel's square: as good as a Gaussian for codes, in a fifth of its time."""
    return np.asarray(cv2.blur(image, (size_px, size_px)), np.uint8)


def _sharpened(size_px: int, times: float, image: Grey) -> Grey:
    """Apply an unsharp mask for a code out of focus, `times` as strong as the blur."""
    blurred = _blurred(size_px, image)
    return np.asarray(cv2.addWeighted(image, 1 + times, blurred, -times, 0), np.uint8)


def _black_and_white(block_px: int, image: Grey) -> Grey:
    """Threshold each pixel against the mean around it, after a light blur."""
    way = cv2.ADAPTIVE_THRESH_MEAN_C
    smooth = _blurred(3, image)
    thresholded = cv2.adaptiveThreshold(smooth, 255, way, cv2.THRESH_BINARY, block_px, 3)
    return np.asarray(thresholded, np.uint8)


def _calmed(size_px: int, image: Grey) -> Grey:
    """Apply a median filter: it removes specks and keeps edges."""
    return np.asarray(cv2.medianBlur(image, size_px), np.uint8)


def _more_ink(image: Grey) -> Grey:
    """Grow dark parts by a pixel: joins modules that are printed as dots, or with gaps."""
    return np.asarray(cv2.erode(image, np.ones((3, 3), np.uint8)), np.uint8)


@cache
def _zbar() -> ZbarDecoder:
    return ZbarDecoder()


def _read_zbar(image: Grey) -> list[Code]:
    return _zbar().decode(image)


def _read_one_threshold(image: Grey) -> list[Code]:
    return read_once(image, one_threshold=True)


PLAIN = Attempt("plain", read_once)
THOROUGH = Attempt("thorough", ZxingDecoder().decode)
DOUBLE = Attempt("double", read_once, 2.0)
BLURRED = Attempt("blurred", read_once, 1.0, partial(_blurred, 3))
SHARP = Attempt("sharp", read_once, 1.0, partial(_sharpened, 5, 1.5))
SHARPER = Attempt("sharper", read_once, 1.0, partial(_sharpened, 7, 4.0))
SHARP_SMALLER = Attempt("sharp_smaller", read_once, 0.7, partial(_sharpened, 5, 1.5))
ONE_THRESHOLD = Attempt("one_threshold", _read_one_threshold)
ONE_THRESHOLD_HALF = Attempt("one_threshold_half", _read_one_threshold, 0.5, partial(_calmed, 3))
MORE_INK = Attempt("more_ink", _read_one_threshold, 1.0, _more_ink)
BLACK_AND_WHITE = Attempt(
    "black_and_white", _read_one_threshold, 1.4, partial(_black_and_white, 41)
)
THOROUGH_CALMED = Attempt("thorough_calmed", ZxingDecoder().decode, 1.4, partial(_calmed, 5))
ZBAR_SMALL = Attempt("zbar_small", _read_zbar, 0.35, partial(_blurred, 3))
ZBAR_FINE = Attempt("zbar_fine", _read_zbar, 1.0, partial(_black_and_white, 21))

SINGLE_IMAGE = (
    ONE_THRESHOLD,
    PLAIN,
    ONE_THRESHOLD_HALF,
    THOROUGH,
    MORE_INK,
    ZBAR_SMALL,
    SHARP_SMALLER,
    BLACK_AND_WHITE,
    THOROUGH_CALMED,
    ZBAR_FINE,
)
"""For a single photograph, the cheapest first: there is no next frame to wait for."""

ALL = {attempt.name: attempt for attempt in (*SINGLE_IMAGE, DOUBLE, BLURRED, SHARP, SHARPER)}
