"""Read frames in order with their texts, from folders or from synthetic scenes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.gate.labels import BenchError, as_text, plain, read_labels
from benchmarks.gate.pictures import Pictures, read_grey
from benchmarks.gate.repertoire import showings
from demo.scenes.showing import Showing, shoot
from device.scan.frames import Grey
from device.scan.replay import in_order

CELL_PX = 8
QUIET_FRAMES = 15
MOVED_LEVELS = 12
MOVED_CELLS = 3


@dataclass(frozen=True)
class SequenceFrame:
    """One frame: the number of its sequence, and the texts of the cards wholly in it."""

    sequence: int
    image: Grey
    texts: frozenset[str]


def _of_folder(number: int, folder: Path) -> Iterator[SequenceFrame]:
    known = Pictures(folder)
    texts = {known.find(name): shown for name, shown in read_labels(folder / "truth.tsv").items()}
    for file in sorted(texts, key=in_order):
        image = read_grey(file)
        if image is None:
            raise BenchError(f"{file}: cannot be read as an image")
        yield SequenceFrame(number, image, frozenset(texts[file]))


def recorded(folder: Path) -> Iterator[SequenceFrame]:
    """Yield the sequence in `folder`, or all in its sub-folders, one after the other.

    Raises:
        BenchError: there is no truth.tsv, or a frame that it names is missing.
    """
    folders = [file.parent for file in sorted(folder.rglob("truth.tsv"))]
    if not folders:
        raise BenchError(f"{folder}: no truth.tsv in it or below; each row is a frame TAB card")
    for number, part in enumerate(folders):
        yield from _of_folder(number, part)


def _text(text: str | bytes) -> str:
    return as_text(text) if isinstance(text, bytes) else plain(text)


def synthetic(
    passes: int, seed: int, *, fps: float, size: tuple[int, int]
) -> Iterator[SequenceFrame]:
    """Yield the synthetic scenes with `passes` cards, as one sequence with cuts."""
    for _, shot in shoot(showings(seed, passes), fps=fps, size=size, seed=seed):
        yield SequenceFrame(0, shot.image, frozenset(map(_text, shot.texts)))


def cardless(
    frames: int, seed: int, *, fps: float, size: tuple[int, int]
) -> Iterator[SequenceFrame]:
    """Yield frames without any code: people and umbrellas at changing gates."""
    stretch = 50
    for part in range(-(-frames // stretch)):
        show = [Showing("", stretch / fps, people=part % 5, umbrellas=part % 2 == 0)]
        for _, shot in shoot(show, fps=fps, size=size, seed=seed * 1_000_003 + part):
            yield SequenceFrame(part, shot.image, frozenset())


class Stillness:
    """Detects static idle frames: nothing has moved for QUIET_FRAMES. Uses no decoder."""

    def __init__(self) -> None:
        self._last: Grey | None = None
        self._quiet = 0

    def at(self, image: Grey) -> bool:
        """Return whether `image` and the frames before it show a still scene."""
        height, width = image.shape
        size = (max(1, width // CELL_PX), max(1, height // CELL_PX))
        small = cv2.blur(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), (3, 3))
        last, self._last = self._last, np.asarray(small, np.uint8)
        if last is None or last.shape != small.shape:
            self._quiet = 0
            return False
        moved = int(np.count_nonzero(cv2.absdiff(small, last) > MOVED_LEVELS))
        self._quiet = 0 if moved >= MOVED_CELLS else self._quiet + 1
        return self._quiet >= QUIET_FRAMES
