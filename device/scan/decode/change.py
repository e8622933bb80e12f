"""Detect changes: most of the day nothing moves before the camera, and then nothing is decoded."""

import cv2
import numpy as np
from numpy.typing import NDArray

from device.scan.frames import Grey

CELL_PX = 16
MIN_CELLS = 3
"""Fewer than a code of 20 modules covers that is just readable."""
FLOOR = 6.0
"""The difference in grey levels that marks a cell as changed, without noise."""
NOISE_FACTOR = 6.0
MEASURE_EVERY = 16
"""Every so many frames noise is measured.

In the same frames changed cells approach the background by one grey level; quiet cells do in every
fourth frame.
"""
STILL_FRAMES = 10
"""A changed cell that has not moved for so many frames becomes the background.

It was searched often enough, and searching the same picture again finds nothing new.
"""
SETTLE_FRAMES = 4
"""How long everything counts as changed after the start or a jump of the light.

A card may be in the picture that is being learnt as the background.
"""
JUMP = 8.0
"""If half of the picture changes by more grey levels at once, the light has changed.

Sensor noise stays below it: the cells are means of many pixels.
"""

Cells = NDArray[np.uint8]
"""One value for each CELL_PX x CELL_PX pixels; 255 is changed, 0 is not."""


class ChangeGate:
    """Finds the parts of a frame that differ from the learnt background."""

    def __init__(self) -> None:
        self._background: Grey | None = None
        self._last = np.zeros((0, 0), np.uint8)
        self._still = np.zeros((0, 0), np.uint8)
        self._noise = 0.0
        self._settling = 0
        self._frames = 0

    def look(self, image: Grey) -> Cells | None:
        """Return the changed cells of `image`, or None while nothing has changed."""
        small = _cells_of(image)
        background = self._background
        if background is None or background.shape != small.shape:
            return self._start_anew(small)
        self._frames += 1
        difference = cv2.absdiff(small, background)
        changed, count = self._compare(difference)
        if count > changed.size // 4 and np.median(difference[::2, ::2]) > JUMP:
            return self._start_anew(small)
        if self._frames % MEASURE_EVERY == 0 or self._frames == 2:
            self._noise = float(cv2.mean(difference, cv2.bitwise_not(changed))[0])
            changed, count = self._compare(difference)
        open_now = count >= MIN_CELLS
        if open_now:
            self._adopt_what_stands_still(small, changed)
        if open_now or self._frames % 4 == 0:
            self._follow(small, changed)
        self._last = small
        if self._settling:
            self._settling -= 1
            return np.full_like(changed, 255)
        return changed if open_now else None

    @property
    def cells(self) -> Grey:
        """The last frame, one grey value per cell."""
        return self._last

    def _limit(self) -> float:
        return max(FLOOR, NOISE_FACTOR * self._noise)

    def _compare(self, difference: Grey) -> tuple[Cells, int]:
        changed = cv2.threshold(difference, self._limit(), 255, cv2.THRESH_BINARY)[1]
        return np.asarray(changed, np.uint8), int(cv2.countNonZero(changed))

    def _adopt_what_stands_still(self, small: Grey, changed: Cells) -> None:
        moved = cv2.threshold(
            cv2.absdiff(small, self._last), self._limit() / 2, 255, cv2.THRESH_BINARY_INV
        )[1]
        self._still = cv2.bitwise_and(cv2.add(self._still, 1), cv2.bitwise_and(moved, changed))
        rested = cv2.threshold(self._still, STILL_FRAMES, 255, cv2.THRESH_BINARY)[1]
        if cv2.countNonZero(rested):
            cv2.copyTo(small, rested, self._background)

    def _follow(self, small: Grey, changed: Cells) -> None:
        background = self._background
        rising = cv2.threshold(cv2.subtract(small, background), 0, 1, cv2.THRESH_BINARY)[1]
        falling = cv2.threshold(cv2.subtract(background, small), 0, 1, cv2.THRESH_BINARY)[1]
        if self._frames % MEASURE_EVERY:
            quiet = cv2.bitwise_not(changed)
            rising, falling = cv2.bitwise_and(rising, quiet), cv2.bitwise_and(falling, quiet)
        self._background = cv2.subtract(cv2.add(background, rising), falling)

    def _start_anew(self, small: Grey) -> Cells:
        self._background = small.copy()
        self._last = small
        self._still = np.zeros_like(small)
        self._settling = SETTLE_FRAMES
        self._noise = 0.0
        self._frames = 0
        return np.full_like(small, 255)


def _cells_of(image: Grey) -> Grey:
    """Return one grey value per cell: the mean of four pixels in its middle, smoothed.

    Most of the time goes into reading the picture from memory, so only these pixels are read.
    """
    height, width = image.shape
    size = (max(1, width // CELL_PX), max(1, height // CELL_PX))
    middles = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.blur(middles, (3, 3)), np.uint8)
