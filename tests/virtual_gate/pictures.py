"""What the virtual camera sees: people who hold up cards, as numbered JPEG files that it repeats."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from device.bench.scenes import Showing, shoot

SIZE = (1280, 720)
QUALITY = 90


@dataclass(frozen=True, slots=True)
class Show:
    """One code after the other, each in view for `held` frames and followed by `empty` ones."""

    codes: Sequence[bytes]
    fps: int = 5
    held: int = 2
    empty: int = 9

    def write(self, folder: Path) -> None:
        """Write 0.jpg, 1.jpg ... into a new `folder`. Raises OSError."""
        folder.mkdir(parents=True)
        showings = [
            showing
            for code in self.codes
            for showing in (Showing("", self.empty / self.fps), Showing(code, self.held / self.fps))
        ]
        for number, (_, shot) in enumerate(shoot(showings, fps=self.fps, size=SIZE, seed=7)):
            path = folder / f"{number}.jpg"
            if not cv2.imwrite(str(path), shot.image, (cv2.IMWRITE_JPEG_QUALITY, QUALITY)):
                raise OSError(f"{path} could not be written")
