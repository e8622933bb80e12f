"""Measure a patch that was not read: its light, motion blur and size."""

import cv2
import numpy as np

from device.scan.advice import PatchStatistics
from device.scan.decode.boxes import Box
from device.scan.decode.change import Cells
from device.scan.frames import Grey

CLIPPED, BLACK = 250, 16
CARD_CELLS = 12
"""The fewest cells that a card covers which is near enough to be read."""
SCENE_BRIGHT = 80
"""A picture this bright is not dark as a whole: a black object in it is backlit."""


def measure_patch(image: Grey, box: Box) -> PatchStatistics:
    """Measure the patch in `box` by its middle: its edge shows what is behind the card."""
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
    """Measure the light on what came into the picture, if it is clipped or backlit; else None.

    Such parts do not show the edges by which a code is found, so only their light is known.
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
