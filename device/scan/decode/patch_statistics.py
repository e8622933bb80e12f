"""A glance at a place that did not read: how light, how smeared, how large it is."""

import cv2
import numpy as np

from device.scan.advice import PatchStatistics
from device.scan.decode.boxes import Box
from device.scan.decode.change import Cells
from device.scan.frames import Grey

CLIPPED, BLACK = 250, 16
CARD_CELLS = 12
"""As many cells as a card near enough to be read covers at the least."""
SCENE_BRIGHT = 80
"""The picture as a whole is not dark: what came into it stands against the light."""


def measure_patch(image: Grey, box: Box) -> PatchStatistics:
    """What the patch in `box` looks like, by its middle: around it is what is behind the card."""
    part = box.cut(image)
    part = np.asarray(cv2.resize(part, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    height, width = part.shape
    middle = part[height // 4 : height - height // 4, width // 4 : width - width // 4]
    across = cv2.mean(cv2.absdiff(middle[:, 1:], middle[:, :-1]))[0]
    down = cv2.mean(cv2.absdiff(middle[1:], middle[:-1]))[0]
    ink, paper = np.percentile(middle, (8, 92))
    smear = max(across, down, 0.1) / max(0.1, min(across, down))
    return PatchStatistics(float(ink), float(paper), smear, max(box.width, box.height))


def measure_change(cells: Grey, changed: Cells) -> PatchStatistics | None:
    """The light on what came into the picture: clipped, or black against a bright scene; else None.

    Neither shows the edges by which a code is found, so that only its light can tell of it.
    """
    new = cells[changed > 0]
    if len(new) < CARD_CELLS or len(new) > cells.size // 2:
        return None
    if np.count_nonzero(new >= CLIPPED) >= CARD_CELLS:
        return PatchStatistics(CLIPPED, 255)
    black = np.count_nonzero(new <= BLACK)
    if black >= max(CARD_CELLS, len(new) // 3) and np.median(cells) >= SCENE_BRIGHT:
        return PatchStatistics(0, BLACK)
    return None
