"""Cameras, decoders and lights that follow the test's instructions, and record their calls."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from device.scan.advice import NO_ADVICE, Advice
from device.scan.decode import Code
from device.scan.decode.process import Mishaps
from device.scan.frames import CameraError, Frame, Grey
from device.scan.verdict import Answer
from gate_contract.signal_patterns import Light
from gate_contract.verdicts import Verdict
from tests.fakes.clock import FakeClock

SQUARE = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))


@dataclass
class Camera:
    """Gives one blank frame a read, `period_ms` apart on the clock, or what the test sets."""

    clock: FakeClock
    period_ms: int = 100
    failing: CameraError | None = None
    refusing: CameraError | None = None
    """Raised when it gets advice."""
    silent: bool = False
    opened: int = 0
    closed: int = 0
    ended: bool = False
    advised: list[Advice] = field(default_factory=list)

    def open(self) -> "Camera":
        self.opened += 1
        if self.failing:
            raise self.failing
        return self

    def read(self, timeout_s: float) -> Frame | None:
        if self.failing:
            raise self.failing
        if self.silent or self.ended:
            self.clock.pass_ms(round(timeout_s * 1000))
            return None
        self.clock.pass_ms(self.period_ms)
        return Frame(np.zeros((4, 4), np.uint8), self.clock.up_ms)

    def advise(self, advice: Advice) -> Advice:
        if self.refusing:
            raise self.refusing
        self.advised.append(advice)
        return advice

    def close(self) -> None:
        self.closed += 1


@dataclass
class Reader:
    """A decoder that reads what is put into `in_view`, frame after frame."""

    in_view: list[bytes] = field(default_factory=list)
    raising: deque[Exception] = field(default_factory=deque)
    mishaps: Mishaps = field(default_factory=Mishaps)
    advice: Advice = NO_ADVICE
    keys: Mapping[int, bytes] = field(default_factory=dict)

    def set_keys(self, keys: Mapping[int, bytes]) -> None:
        self.keys = keys

    def decode(self, image: Grey) -> list[Code]:
        if self.raising:
            raise self.raising.popleft()
        return [Code(data, SQUARE) for data in self.in_view]


@dataclass
class Signals:
    """Records every verdict that it is given."""

    given: list[Verdict] = field(default_factory=list)
    fault: str | None = None
    is_closed: bool = False

    def give(self, answers: Sequence[Answer]) -> None:
        self.given += [answer.verdict for answer in answers]

    def close(self) -> None:
        self.is_closed = True


@dataclass
class Panel:
    """A light and a buzzer that record what they show, or fail as set."""

    shown: list[tuple[Light, bool]] = field(default_factory=list)
    failing: Exception | None = None
    is_closed: bool = False

    def show(self, light: Light, *, tone: bool) -> None:
        if self.failing:
            raise self.failing
        self.shown.append((light, tone))

    def close(self) -> None:
        self.is_closed = True
