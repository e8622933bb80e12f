"""What the virtual camera sees: people who hold up cards, as numbered JPEG files.

libcamera shows each of them for four frames, and starts again after the last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from demo.scenes.showing import Showing, shoot
from device.scan.frames import Grey

SIZE = (1280, 720)
QUALITY = 90


class Shown(Protocol):
    """What the camera sees, in a loop."""

    @property
    def fps(self) -> int:
        """The number of frames per second."""
        ...

    def write(self, folder: Path) -> None:
        """Write 0.jpg, 1.jpg ... into a new `folder`. Raises OSError."""
        ...


@dataclass(frozen=True, slots=True)
class Show:
    """One code after the other, each on `held` pictures, after `empty` ones without a code."""

    codes: Sequence[bytes]
    fps: int = 6
    held: int = 1
    empty: int = 2

    def write(self, folder: Path) -> None:
        """Write 0.jpg, 1.jpg ... into a new `folder`. Raises OSError."""
        folder.mkdir(parents=True)
        showings = [
            showing
            for code in self.codes
            for showing in (Showing("", self.empty), Showing(code, self.held))
        ]
        for number, (_, shot) in enumerate(shoot(showings, fps=1, size=SIZE, seed=7)):
            _write(folder / f"{number}.jpg", shot.image)


@dataclass(frozen=True, slots=True)
class Papers:
    """Files of codes, printed large: each held up close on `held` pictures, then `empty` ones.

    The code is as high as `SHARE` of the picture.
    """

    codes: Sequence[Path]
    fps: int = 6
    held: int = 2
    empty: int = 1

    def write(self, folder: Path) -> None:
        """Write the pictures, as `Shown` does."""
        folder.mkdir(parents=True)
        nobody = [Showing("", (self.held + self.empty) * max(1, len(self.codes)))]
        scenes = [shot.image for _, shot in shoot(nobody, fps=1, size=SIZE, seed=7)]
        papers = [path for code in self.codes for path in [code] * self.held + [None] * self.empty]
        for number, (scene, paper) in enumerate(zip(scenes, papers or [None] * 3, strict=True)):
            _write(folder / f"{number}.jpg", _held(scene, paper) if paper else scene)


SHARE = 0.85


def _held(scene: Grey, paper: Path) -> Grey:
    """Return white paper in daylight, a little out of focus."""
    code = cv2.imread(str(paper), cv2.IMREAD_GRAYSCALE)
    if code is None:
        raise OSError(f"{paper} is no picture")
    side = round(SIZE[1] * SHARE)
    printed = cv2.resize(np.asarray(code), (side, side), interpolation=cv2.INTER_AREA)
    lit = cv2.GaussianBlur(printed, (0, 0), 0.8) * 0.7 + 30
    top, left = (SIZE[1] - side) // 2, (SIZE[0] - side) // 2
    held = scene.copy()
    held[top : top + side, left : left + side] = lit.astype(np.uint8)
    return held


def _write(path: Path, image: Grey) -> None:
    if not cv2.imwrite(str(path), image, (cv2.IMWRITE_JPEG_QUALITY, QUALITY)):
        raise OSError(f"{path} could not be written")
