"""What the virtual camera sees: people who hold up cards, as numbered JPEG files.

libcamera shows each of them for four frames, and begins again after the last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from device.bench.scenes import Showing, shoot

SIZE = (1280, 720)
QUALITY = 90


@dataclass(frozen=True, slots=True)
class Show:
    """One code after the other, each on `held` pictures and after `empty` ones without a code."""

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
            path = folder / f"{number}.jpg"
            if not cv2.imwrite(str(path), shot.image, (cv2.IMWRITE_JPEG_QUALITY, QUALITY)):
                raise OSError(f"{path} could not be written")
