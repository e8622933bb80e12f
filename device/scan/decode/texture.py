"""Where a QR code may be: patches with hard edges in both directions."""

import cv2
import numpy as np

from device.scan.decode.boxes import Box
from device.scan.decode.change import Cells
from device.scan.frames import Grey

CELL_PX = 16
MIN_CELLS = 3
"""Width and height of a patch that is worth a look: 48 pixels."""
MOST = 6
"""Patches per frame; a crowd in patterned shirts must not cost more than its share."""
FLOOR = 4.0
NOISE_FACTOR = 1.6
NOISY = 3
"""Grey levels of edges between neighbours where most of the picture should be smooth."""
MARGIN_PX = 22
_CLOSE = np.ones((3, 3), np.uint8)


def _halved(image: Grey, times: int) -> Grey:
    # Repeated halving has a fast path; one large INTER_AREA step is twenty times slower.
    for _ in range(times):
        height, width = image.shape
        image = cv2.resize(image, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return image


def busyness(image: Grey, *, coarse: bool = False) -> Grey:
    """Per cell of 16 pixels: the weaker of its mean edge strengths across and down.

    A fence is strong across only, a step down only, a printed code both ways. `coarse` looks at
    means of 4 x 4 pixels instead of 2 x 2, which drowns the noise of the dark.
    """
    times, step = (2, 1) if coarse else (1, 2)
    small = _halved(image, times)
    across = cv2.absdiff(small[:-step, step:], small[:-step, :-step])
    down = cv2.absdiff(small[step:, :-step], small[:-step, :-step])
    return np.asarray(cv2.min(_halved(across, 4 - times), _halved(down, 4 - times)), np.uint8)


def patches(image: Grey, changed: Cells) -> list[Box]:
    """Boxes of `image` that may hold codes, the busiest first, at most MOST.

    `changed`: as the change gate gives it, at half this module's cell size.
    """
    height, width = image.shape
    if min(height, width) < CELL_PX * MIN_CELLS + 4:
        return []
    busy = busyness(image)
    if np.median(busy) >= NOISY:
        busy = busyness(image, coarse=True)
    rows, columns = busy.shape
    near = cv2.dilate(cv2.resize(changed, (columns, rows), interpolation=cv2.INTER_AREA), _CLOSE)
    noise = float(np.median(busy))
    limit = max(FLOOR, NOISE_FACTOR * noise)
    mask = cv2.threshold(busy, limit, 255, cv2.THRESH_BINARY)[1]
    mask = cv2.bitwise_and(mask, cv2.threshold(near, 0, 255, cv2.THRESH_BINARY)[1])
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, _CLOSE)
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    found = []
    for x, y, across, down, area in stats[1:count].tolist():
        if min(across, down) < MIN_CELLS or area < 0.3 * across * down:
            continue
        box = Box(x, y, x + across, y + down)
        weight = float(cv2.sumElems(box.cut(busy))[0])
        found.append((weight, Box(*(v * CELL_PX for v in box)).grown(MARGIN_PX, image)))
    found.sort(reverse=True)
    return [box for _, box in found[:MOST]]
