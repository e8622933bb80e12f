"""Read the pictures named in a labels.tsv or a truth.tsv, as grey images."""

from pathlib import Path

import cv2
import numpy as np

from device.scan.frames import Grey
from device.scan.replay import IMAGES, number_in

WHITE = 255


class Pictures:
    """The image files of one folder, found by the names that people use: `7.png`, `7`, `0007`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._by_name: dict[str, Path] = {}
        self._by_number: dict[int, Path] = {}
        files = (file for file in sorted(folder.iterdir()) if file.suffix.lower() in IMAGES)
        for file in files:
            self._by_name.setdefault(file.name.lower(), file)
            self._by_name.setdefault(file.stem.lower(), file)
            self._by_number.setdefault(number_in(file.stem), file)

    def find(self, name: str) -> Path:
        """Return the file that `name` means; if there is none, its expected path."""
        exact = self._folder / name
        if exact.is_file():
            return exact
        if file := self._by_name.get(name.lower()):
            return file
        if name.isdecimal() and (file := self._by_number.get(int(name))):
            return file
        return exact


def read_grey(file: Path) -> Grey | None:
    """Read a picture upright, transparent parts on white; None if the file is no image."""
    image: Grey | None = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
    if image is None or file.suffix.lower() in {".jpg", ".jpeg"}:
        return image
    whole = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
    if whole is None or whole.ndim < 3 or whole.shape[2] != 4 or whole.dtype != np.uint8:
        return image
    alpha = np.asarray(whole[:, :, 3])
    if alpha.shape != image.shape or alpha.min() == WHITE:
        return image
    shown = cv2.multiply(image, alpha, scale=1 / WHITE)
    return np.asarray(cv2.add(shown, cv2.bitwise_not(alpha)), np.uint8)
