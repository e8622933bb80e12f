"""Recorded frames in place of a camera: an image, a folder of images, or a video."""

import re
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import cv2

from device.clock import up_ms
from device.scan.advice import NO_ADVICE, Advice
from device.scan.frames import CameraError, Frame, Grey

IMAGES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".pgm", ".webp", ".tif", ".tiff"})


def number_in(stem: str) -> int:
    """Return the last number in a file's name without its suffix; -1 if there is none."""
    numbers = re.findall(r"\d+", stem, re.ASCII)
    return int(numbers[-1]) if numbers else -1


def in_order(file: Path) -> tuple[str, int, str]:
    """Return the sort key of a file: `frame9` comes before `frame10`."""
    return re.sub(r"\d+(?=\D*$)", "", file.stem, flags=re.ASCII), number_in(file.stem), file.name


class ReplaySource:
    """Plays frames at `fps`, by number and name. `loop`: start again after the last one.

    No frame is dropped: a slow reader gets them late, but with the times at which they were due, so
    that a scene takes as long as it was recorded.

    Raises:
        CameraError: there is nothing to play at `path`.
    """

    def __init__(self, path: Path, *, fps: float, loop: bool) -> None:
        self._path = path
        self._period_ms = 1000 / fps
        self._loop = loop
        self._due_ms = float(up_ms())
        self._frames = self._play()
        self.ended = False
        self.advised: list[Advice] = []
        if not path.exists():
            raise CameraError(f"{path}: nothing to replay there; see camera.path in gate.toml")

    def read(self, timeout_s: float) -> Frame | None:
        """Return the next frame, when it is due."""
        if self.ended:
            # A camera without a new frame waits the timeout; an early return would spin the loop.
            time.sleep(timeout_s)
            return None
        image = next(self._frames, None)
        if image is None:
            self.ended = True
            return None
        self._due_ms += self._period_ms
        time.sleep(max(0.0, (self._due_ms - up_ms()) / 1000))
        return Frame(image, round(self._due_ms))

    def advise(self, advice: Advice) -> Advice:
        """Note the advice in `advised`; recorded frames do not change."""
        self.advised.append(advice)
        return NO_ADVICE

    def close(self) -> None:
        """Release a video; nothing else is held open between frames."""
        self._frames.close()

    def _play(self) -> Generator[Grey, None, None]:
        while True:
            count = 0
            for image in self._once():
                count += 1
                yield image
            if not count:
                raise CameraError(f"{self._path}: no frame in it can be read as an image or video")
            if not self._loop:
                return

    def _once(self) -> Iterator[Grey]:
        if self._path.is_dir():
            for file in sorted(self._path.iterdir(), key=in_order):
                if file.suffix.lower() in IMAGES:
                    yield _read_image(file)
        elif self._path.suffix.lower() in IMAGES:
            yield _read_image(self._path)
        else:
            yield from _read_video(self._path)


def _read_image(file: Path) -> Grey:
    image: Grey | None = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise CameraError(f"{file}: not an image that can be read; take it out of the folder")
    return image


def _read_video(file: Path) -> Iterator[Grey]:
    video = cv2.VideoCapture(str(file))
    try:
        while True:
            more, image = video.read()
            if not more:
                return
            yield cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if image.ndim == 3 else image
    finally:
        video.release()
