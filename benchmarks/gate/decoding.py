"""`python -m benchmarks decode`: read single photographs by three pipelines in turns."""

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.gate.labels import BenchError, as_text, read_labels, unlabelled_codes
from benchmarks.gate.pictures import Pictures, read_grey
from device.scan.decode import Decoder
from device.scan.decode.attempt_chain import SingleImageDecoder
from device.scan.decode.zbar import PyzbarDecoder
from device.scan.decode.zxing import ZxingDecoder
from device.scan.frames import Grey


@dataclass
class DecodeTally:
    """The counts of one pipeline."""

    images: int = 0
    images_read: int = 0
    codes: int = 0
    codes_read: int = 0
    wrong: list[str] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    def report(self) -> dict[str, Any]:
        """Return the figures by their stable names; `images_read` counts any labelled code."""
        return {
            "recall_image": round(self.images_read / max(1, self.images), 4),
            "recall_code": round(self.codes_read / max(1, self.codes), 4),
            "wrong_texts": len(self.wrong),
            "cpu_ms_mean": round(float(np.mean(self.cpu_ms)), 3),
            "cpu_ms_median": round(float(np.median(self.cpu_ms)), 3),
            "cpu_ms_p95": round(float(np.percentile(self.cpu_ms, 95)), 3),
        }


@dataclass(frozen=True)
class Photo:
    """A labelled photograph; `unlabelled` counts its codes without a label."""

    path: Path
    texts: set[str]
    unlabelled: int


def photos(folder: Path) -> list[Photo]:
    """Return all labelled images in `folder` and its sub-folders.

    Raises:
        BenchError: there is no labels.tsv, or it names no image.
    """
    files = sorted(folder.rglob("labels.tsv"))
    if not files:
        raise BenchError(f"{folder}: no labels.tsv in it or below; each row is a file TAB text")
    found = []
    for file in files:
        missing = unlabelled_codes(file.with_name("meta.tsv"))
        known = Pictures(file.parent)
        for name, texts in read_labels(file).items():
            found.append(Photo(known.find(name), set(texts), missing.get(name, 0)))
    return found


def fitted(image: Grey, fit: tuple[int, int] | None) -> Grey:
    """Shrink `image` to lie within (width, height) if it is larger."""
    if fit is None:
        return image
    height, width = image.shape
    part = min(fit[0] / width, fit[1] / height)
    if part >= 1:
        return image
    size = (max(1, round(width * part)), max(1, round(height * part)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _turns(pipelines: dict[str, Decoder], number: int) -> Iterator[tuple[str, Decoder]]:
    """Yield the pipelines, each time with another one first: the first has cold caches."""
    names = list(pipelines)
    shift = number % len(names)
    for name in names[shift:] + names[:shift]:
        yield name, pipelines[name]


def measure(folder: Path, fit: tuple[int, int] | None) -> dict[str, Any]:
    """Return the report of `decode`.

    `unreadable` names files that are no images; they are not counted. Raises BenchError.
    """
    pipelines: dict[str, Decoder] = {
        "schoolgate": SingleImageDecoder(),
        "pyzbar": PyzbarDecoder(),
        "zxing": ZxingDecoder(),
    }
    warm = np.full((120, 160), 128, np.uint8)
    for decoder in pipelines.values():
        decoder.decode(warm)
    tallies: dict[str, DecodeTally] = defaultdict(DecodeTally)
    unreadable = []
    for number, photo in enumerate(photos(folder)):
        read = read_grey(photo.path)
        if read is None:
            unreadable.append(str(photo.path))
            continue
        image = fitted(read, fit)
        for name, decoder in _turns(pipelines, number):
            began = time.process_time()
            codes = decoder.decode(image)
            spent = time.process_time() - began
            texts = {as_text(code.data) for code in codes}
            tally = tallies[name]
            tally.cpu_ms.append(spent * 1000)
            tally.images += 1
            tally.images_read += bool(texts & photo.texts)
            tally.codes += len(photo.texts)
            tally.codes_read += len(texts & photo.texts)
            unexpected = sorted(texts - photo.texts)
            # The text of a code without a label cannot be checked.
            tally.wrong += [f"{photo.path}: {text!r}" for text in unexpected[photo.unlabelled :]]
    if not tallies:
        raise BenchError(f"{folder}: its labels.tsv name no readable image")
    return {
        "images": tallies["schoolgate"].images,
        "unreadable": unreadable,
        "pipelines": {name: tallies[name].report() for name in pipelines},
        "wrong": {name: tallies[name].wrong for name in pipelines},
    }
