"""Find where a QR code may be: patches with hard edges in both directions."""

from dataclasses import dataclass

import cv2
import numpy as np

from device.scan.decode.boxes import Box
from device.scan.decode.change import Cells
from device.scan.frames import Grey

CELL_PX = 16
MIN_CELLS = 2
"""The least width and height of a patch to search: 32 pixels."""
MOST = 6
"""The most patches per frame, which bounds the cost of a crowd in patterned shirts."""
FLOOR = 4.0
NOISE_FACTOR = 1.6
MOST_NOISE = 6.0
"""Where half of the picture is busier than this, it is no noise: a card fills the picture."""
FAINT = 18.0
"""Standard deviation of grey levels in a patch."""
PEAK_SHARE = 0.4


def _halved(image: Grey, times: int) -> Grey:
    # Halving even sides has a fast path; odd sides, or one large step, take ten times as long.
    for _ in range(times):
        height, width = image.shape
        image = cv2.resize(image, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return image


def busyness(image: Grey) -> Grey:
    """Return for each cell of 16 pixels the weaker of its mean edge strengths across and down.

    A fence is strong across only, a step down only, a printed code both ways. Means of 4 x 4 pixels
    are compared, which suppresses noise in the dark.
    """
    small = _halved(image, 2)
    rows, columns = ((side - 1) // 4 * 4 for side in small.shape)
    here = small[:rows, :columns]
    across = cv2.absdiff(small[:rows, 1 : columns + 1], here)
    down = cv2.absdiff(small[1 : rows + 1, :columns], here)
    return np.asarray(cv2.min(_halved(across, 2), _halved(down, 2)), np.uint8)


@dataclass(frozen=True, slots=True)
class Patch:
    """A part of an image that may be a code.

    `likeness`: mean edge strength over contrast. Most printed codes have 0.3 to 0.6, leaves and
    clothes seldom more than 0.2. `faint`: so little contrast that noise matters.
    """

    box: Box
    likeness: float
    faint: bool


def patches(image: Grey, changed: Cells) -> list[Patch]:
    """Return the patches of `image` that may be codes, the most likely first, at most MOST.

    `changed`: as the change gate returns it.
    """
    height, width = image.shape
    if min(height, width) < CELL_PX * MIN_CELLS + 4:
        return []
    busy = busyness(image)
    noise = min(MOST_NOISE, float(np.median(busy)))
    rows, columns = busy.shape
    # Blurred, so that cells beside changed ones are not 0.
    near = cv2.blur(cv2.resize(changed, (columns, rows), interpolation=cv2.INTER_AREA), (3, 3))
    limit = max(FLOOR, NOISE_FACTOR * noise)
    left = cv2.copyTo(cv2.blur(busy, (3, 3)), near)
    found = []
    for _ in range(MOST):
        # From each peak the connected cells that are nearly as busy: so a card in front of a
        # hedge is separated from the hedge.
        _, peak, _, at = cv2.minMaxLoc(left)
        if peak < limit:
            break
        mask = cv2.threshold(left, max(limit * 0.9, PEAK_SHARE * peak), 255, cv2.THRESH_BINARY)[1]
        _, _, _, (x, y, across, down) = cv2.floodFill(mask, None, at, 128, flags=8)
        left[max(0, y - 1) : y + down + 1, max(0, x - 1) : x + across + 1] = 0
        if min(across, down) < MIN_CELLS:
            continue
        inner = Box(x * CELL_PX, y * CELL_PX, (x + across) * CELL_PX, (y + down) * CELL_PX)
        contrast = float(cv2.meanStdDev(inner.cut(image)[::3])[1][0, 0])
        strength = float(cv2.mean(busy[y : y + down, x : x + across])[0])
        margin = CELL_PX + max(inner.width, inner.height) // 5
        likeness = (strength - noise) / max(4.0, contrast)
        found.append(Patch(inner.grown(margin, image), likeness, contrast < FAINT))
    found.sort(key=lambda patch: -patch.likeness)
    return found
