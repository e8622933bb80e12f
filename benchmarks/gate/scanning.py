"""`python -m benchmarks scan`: read sequences of frames by several pipelines in turns."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from benchmarks.gate.labels import as_text
from benchmarks.gate.parts import PARTS
from benchmarks.gate.sequences import SequenceFrame, Stillness
from device.scan.decode import Code, Decoder
from device.scan.decode import attempts as a
from device.scan.decode.attempts import Attempt
from device.scan.decode.boxes import whole
from device.scan.decode.stream import StreamDecoder
from device.scan.decode.zbar import PyzbarDecoder, ZbarDecoder
from device.scan.decode.zxing import ZxingDecoder, read_once
from device.scan.frames import Grey

BLOCK_FRAMES = 16
"""The pipelines take turns after so many frames.

Each then finds its own code and data in the caches, as on a gate, and a change of the machine's
speed affects all of them.
"""
GAP_FRAMES = 10
"""A card that was away for longer returns as a new pass.

A code read within so many frames of its card is no false read: the card was entering or leaving.
"""


def _local_contrast(image: Grey) -> Grey:
    return np.asarray(cv2.createCLAHE(3.0, (8, 8)).apply(image), np.uint8)


UNPAID = (
    Attempt("contrast", read_once, 1.0, _local_contrast),
    Attempt("double_contrast", read_once, 2.0, _local_contrast),
    Attempt("zbar", ZbarDecoder().decode),
)
"""Attempts that the gate omits: others read the same codes in less time.

See docs/explanation/reading.md.
"""


class Union:
    """All attempts on whole frames: what could be read at all. Too slow for a gate."""

    def decode(self, image: Grey) -> list[Code]:
        """Return what any attempt reads."""
        found: dict[bytes, Code] = {}
        for attempt in (*a.ALL.values(), *UNPAID):
            for code in attempt.at(image, whole(image)):
                found.setdefault(code.data, code)
        return list(found.values())


@dataclass
class Pass:
    """One card's time before the camera: its frames, and the number of the first that was read."""

    last: int
    frames: int = 0
    first_read: int | None = None


@dataclass
class ScanTally:
    """The counts of one pipeline."""

    seen: int = 0
    read: int = 0
    passes: list[Pass] = field(default_factory=list)
    false_reads: list[str] = field(default_factory=list)
    cpu_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def report(self) -> dict[str, Any]:
        """Return the figures by their stable names; null if nothing was measured."""
        waits = [float("inf") if p.first_read is None else p.first_read for p in self.passes]
        median = float(np.median(waits)) if waits else float("inf")
        return {
            "recall_frame": round(self.read / self.seen, 4) if self.seen else None,
            "passes_read": round(float(np.mean(np.isfinite(waits))), 4) if waits else None,
            "frames_to_first_read_median": median if np.isfinite(median) else None,
            "cpu_ms_card": self._mean("card"),
            "cpu_ms_idle_static": self._mean("idle_static"),
            "cpu_ms_idle_people": self._mean("idle_people"),
            "false_reads": len(self.false_reads),
        }

    def _mean(self, what: str) -> float | None:
        times = self.cpu_ms[what]
        return round(float(np.mean(times)), 4) if times else None


class _Truth:
    """The passes that a frame belongs to, the same for every pipeline."""

    def __init__(self) -> None:
        self.last_shown: dict[str, int] = {}

    def near(self, text: str, number: int) -> bool:
        return number - self.last_shown.get(text, -GAP_FRAMES - 1) <= GAP_FRAMES


def _pipelines(chosen: Iterable[str]) -> dict[str, Callable[[], Decoder]]:
    known: dict[str, Callable[[], Decoder]] = {
        "schoolgate": StreamDecoder,
        "pyzbar": PyzbarDecoder,
        "zxing": ZxingDecoder,
        "union": Union,
        **PARTS,
    }
    return {name: known[name] for name in chosen}


class Bench:
    """Feeds frames to pipelines and keeps their counts."""

    def __init__(self, pipelines: Iterable[str]) -> None:
        self._makers = _pipelines(pipelines)
        self._decoders: dict[str, Decoder] = {}
        self._sequence: int | None = None
        self._still = Stillness()
        self._truth = _Truth()
        self._open: dict[tuple[str, str], Pass] = {}
        self._early: list[tuple[str, str, int]] = []
        self._number = 0
        self._waiting: list[SequenceFrame] = []
        self.frames: dict[str, int] = defaultdict(int)
        self.tallies: dict[str, ScanTally] = {name: ScanTally() for name in self._makers}

    def feed(self, moment: SequenceFrame) -> None:
        """Feed one more frame to every pipeline."""
        if moment.sequence != self._sequence:
            self._begin(moment.sequence)
        self._waiting.append(moment)
        if len(self._waiting) == BLOCK_FRAMES:
            self._measure_block()

    def _measure_block(self) -> None:
        block, self._waiting = self._waiting, []
        kinds = [self._kind(moment) for moment in block]
        names = list(self._makers)
        turn = self._number // BLOCK_FRAMES % len(names)
        read: dict[str, list[set[str]]] = {}
        for name in names[turn:] + names[:turn]:
            read[name] = []
            for moment, kind in zip(block, kinds, strict=True):
                began = time.process_time()
                codes = self._decoders[name].decode(moment.image)
                spent = (time.process_time() - began) * 1000
                self.tallies[name].cpu_ms[kind].append(spent)
                read[name].append({as_text(code.data) for code in codes})
        for index, moment in enumerate(block):
            self._number += 1
            for text in moment.texts:
                self._truth.last_shown[text] = self._number
            for name in names:
                self._count(name, moment, read[name][index])

    def _kind(self, moment: SequenceFrame) -> str:
        still = self._still.at(moment.image)
        kind = "card" if moment.texts else "idle_static" if still else "idle_people"
        self.frames[kind] += 1
        return kind

    def finish(self) -> None:
        """Finish after the last frame: a text that was read and never shown is a false read."""
        self._measure_block()
        for name, text, number in self._early:
            self.tallies[name].false_reads.append(f"frame {number}: {text!r}")
        self._early.clear()

    def _begin(self, sequence: int) -> None:
        self.finish()
        self._sequence = sequence
        self._decoders = {name: make() for name, make in self._makers.items()}
        self._still, self._truth = Stillness(), _Truth()
        self._open.clear()

    def _count(self, name: str, moment: SequenceFrame, read: set[str]) -> None:
        tally = self.tallies[name]
        tally.seen += len(moment.texts)
        tally.read += len(moment.texts & read)
        for text in moment.texts:
            run = self._open.get((name, text))
            if run is None or self._number - run.last > GAP_FRAMES:
                run = Pass(self._number)
                tally.passes.append(run)
                self._open[name, text] = run
            if run.first_read is None and text in read:
                run.first_read = run.frames
            run.frames += 1
            run.last = self._number
        if self._early:
            # A card read while it came into the picture has been shown in the meantime.
            self._early = [
                early
                for early in self._early
                if early[1] not in moment.texts or self._number - early[2] > GAP_FRAMES
            ]
        self._early += [
            (name, text, self._number)
            for text in sorted(read - moment.texts)
            if not self._truth.near(text, self._number)
        ]


def report(bench: Bench) -> dict[str, Any]:
    """Return the report of `python -m benchmarks scan`, with the ratios to plain pyzbar."""
    bench.finish()
    pipelines = {name: tally.report() for name, tally in bench.tallies.items()}
    naive = pipelines.get("pyzbar", {})
    ratios = {
        name: {
            key: round(value / naive[key], 5)
            for key, value in figures.items()
            if value is not None and naive.get(key)
        }
        for name, figures in pipelines.items()
        if name != "pyzbar"
    }
    return {
        "frames": dict(bench.frames),
        "pipelines": pipelines,
        "ratios_to_pyzbar": ratios,
        "false": {name: tally.false_reads[:20] for name, tally in bench.tallies.items()},
    }
