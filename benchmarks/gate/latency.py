"""Measure how long a person waits: from the frame's capture to the change of the pin.

All parts of a gate take part: frames at the camera's pace, the decoder in its process, the ledger
on this disk, the signaller's thread. Simulated are the camera (its frames are drawn beforehand) and
the pin (a panel that records the time).
"""

import secrets
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from demo.scenes.showing import Showing, shoot
from device.clock import SystemClock
from device.ledger.file import create
from device.ledger.scan_ledger import ScanLedger
from device.scan.advice import NO_ADVICE, Advice
from device.scan.decode.process import DecoderProcess
from device.scan.frames import Frame
from device.scan.gatekeeper import Gatekeeper
from device.scan.loop import ScanLoop
from device.scan.signals import PatternSignaller
from device.scan.verdict import Policy
from gate_contract.card import Card, CardKind
from gate_contract.card_signing import sign
from gate_contract.crossing import Record
from gate_contract.signal_patterns import Light

FPS = 30.0
SHAPE = 720, 1280
SHOWN_S, PAUSE_S = 0.7, 1.3
GATE_ID = "bench-latency"


def _now_ms() -> float:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) / 1e6


@dataclass
class _Watch:
    """The capture time of the frame that was read last, and the measured times, in ms."""

    captured_ms: float = 0.0
    commit_ms: float = 0.0
    dark: bool = True
    waits_ms: list[float] = field(default_factory=list)
    commits_ms: list[float] = field(default_factory=list)


class _Camera:
    """Plays the frames in `file` at a camera's pace, and returns the newest.

    As with a camera, a frame that was not fetched before the next one is lost.
    """

    def __init__(self, file: Path, watch: _Watch) -> None:
        self._frames = np.memmap(file, np.uint8, "r").reshape(-1, *SHAPE)
        self._watch = watch
        self._began_ms = _now_ms()
        self._last = -1
        self.ended = False

    def _taken_ms(self, number: int) -> float:
        return self._began_ms + number * 1000 / FPS

    def read(self, timeout_s: float) -> Frame | None:  # noqa: ARG002 (a frame comes sooner)
        """Return the newest frame, or the next one when it is due."""
        newest = int((_now_ms() - self._began_ms) * FPS / 1000)
        number = max(newest, self._last + 1)
        if number >= len(self._frames):
            self.ended = True
            return None
        time.sleep(max(0.0, (self._taken_ms(number) - _now_ms()) / 1000))
        self._last = number
        self._watch.captured_ms = self._taken_ms(number)
        return Frame(self._frames[number], round(self._watch.captured_ms))

    def advise(self, advice: Advice) -> Advice:  # noqa: ARG002 (as every camera)
        """Ignore advice: the frames were drawn before."""
        return NO_ADVICE

    def close(self) -> None:
        """Do nothing: the file is deleted with its folder."""


class _WatchedLedger(ScanLedger):
    watch: _Watch

    def append(self, entries: Any) -> list[Record]:
        began = _now_ms()
        records = super().append(entries)
        self.watch.commit_ms = _now_ms() - began
        return records


class _WatchedPanel:
    def __init__(self, watch: _Watch) -> None:
        self._watch = watch

    def show(self, light: Light, *, tone: bool) -> None:
        if light is not Light.OFF and tone and self._watch.dark:
            self._watch.waits_ms.append(_now_ms() - self._watch.captured_ms)
            self._watch.commits_ms.append(self._watch.commit_ms)
        self._watch.dark = light is Light.OFF

    def close(self) -> None:
        """Do nothing."""


def measure(passes: int, seed: int) -> dict[str, Any]:
    """Hold up `passes` cards, and return times in ms.

    `beside_commit` is the wait without the ledger's commit.
    """
    key = Ed25519PrivateKey.generate()
    today = datetime.now(UTC).date()
    first, last = today - timedelta(days=2), today + timedelta(days=2)
    showings = [Showing("", 1.0)]
    for _ in range(passes):
        card = Card(secrets.token_hex(8), CardKind.PUPIL, first, last)
        showings += [Showing(sign(card, 1, key), SHOWN_S), Showing("", PAUSE_S)]
    watch = _Watch()
    with tempfile.TemporaryDirectory(prefix="gate-latency-", dir=Path.cwd()) as folder:
        frames, path = Path(folder) / "frames", Path(folder) / "ledger.db"
        with frames.open("wb") as file:
            for _, shot in shoot(showings, fps=FPS, size=SHAPE[::-1], seed=seed):
                file.write(shot.image.tobytes())
        create(path, GATE_ID)
        ledger = _WatchedLedger.open(path, GATE_ID)
        ledger.watch = watch
        keys = {1: key.public_key()}
        with DecoderProcess("schoolgate", {1: keys[1].public_bytes_raw()}) as decoder:
            source = _Camera(frames, watch)
            loop = ScanLoop(
                open_source=lambda: source,
                decoder=decoder,
                keeper=Gatekeeper(Policy(None, 5_000), keys, ZoneInfo("UTC"), lambda: ledger),
                signaller=PatternSignaller(_WatchedPanel(watch)),
                clock=SystemClock(battery=True),
                report=lambda _reading, _health: None,
            )
            while not source.ended:
                loop.step()
            loop.close()
    waits, commits = np.array(watch.waits_ms), np.array(watch.commits_ms)
    return {
        "passes": passes,
        "answered": len(waits),
        "fps": FPS,
        "simulated": ["camera", "pin"],
        "capture_to_pin_ms": _percentiles(waits),
        "commit_ms": _percentiles(commits),
        "beside_commit_ms": _percentiles(waits - commits),
        "beside_commit_p95_in_frames": round(
            float(np.percentile(waits - commits, 95)) * FPS / 1000, 2
        ),
    }


def _percentiles(values: "np.ndarray[Any, Any]") -> dict[str, float]:
    return {f"p{part}": round(float(np.percentile(values, part)), 2) for part in (50, 95, 99)}
