"""The light and sound patterns that a person at a gate gets for each verdict, as data.

They differ in rhythm as well as in colour. One short tone: in. Two short tones: out. Long tones: a
refusal. A fast sequence in white, unlike any refusal: the gate itself has failed.
"""

from enum import Enum
from typing import NamedTuple

from gate_contract.verdicts import Verdict


class Light(Enum):
    """A colour as (red, green, blue), each on or off."""

    OFF = (0, 0, 0)
    RED = (1, 0, 0)
    GREEN = (0, 1, 0)
    YELLOW = (1, 1, 0)
    WHITE = (1, 1, 1)


class SignalStep(NamedTuple):
    """A light, with or without the tone, for `ms` milliseconds."""

    ms: int
    light: Light
    tone: bool = False


Pattern = tuple[SignalStep, ...]

_LONG_RED = SignalStep(600, Light.RED, tone=True)
_PAUSE = SignalStep(150, Light.OFF)

PATTERNS: dict[Verdict, Pattern] = {
    Verdict.ADMITTED_IN: (SignalStep(120, Light.GREEN, tone=True), SignalStep(680, Light.GREEN)),
    Verdict.ADMITTED_OUT: (
        SignalStep(120, Light.GREEN, tone=True),
        SignalStep(120, Light.OFF),
        SignalStep(120, Light.GREEN, tone=True),
        SignalStep(440, Light.GREEN),
    ),
    Verdict.REPEAT: (SignalStep(40, Light.GREEN, tone=True), SignalStep(100, Light.GREEN)),
    Verdict.BAD_SIGNATURE: (_LONG_RED, SignalStep(600, Light.RED)),
    Verdict.UNKNOWN_KEY: (_LONG_RED, _PAUSE, SignalStep(120, Light.RED, tone=True)),
    Verdict.REVOKED: (_LONG_RED, _PAUSE, _LONG_RED, _PAUSE, _LONG_RED),
    Verdict.EXPIRED: (_LONG_RED, _PAUSE, _LONG_RED),
    Verdict.NOT_YET_VALID: (SignalStep(120, Light.RED, tone=True), _PAUSE, _LONG_RED),
    Verdict.RESTRICTED_LEVEL: (
        SignalStep(300, Light.YELLOW, tone=True),
        SignalStep(300, Light.OFF),
        SignalStep(300, Light.YELLOW, tone=True),
        SignalStep(300, Light.OFF),
        SignalStep(300, Light.YELLOW, tone=True),
    ),
    Verdict.NOT_A_PERSON_CARD: (
        SignalStep(300, Light.YELLOW, tone=True),
        SignalStep(300, Light.YELLOW),
    ),
    Verdict.CHECK_IN_POSTER: (
        SignalStep(120, Light.YELLOW, tone=True),
        _PAUSE,
        SignalStep(300, Light.YELLOW, tone=True),
        SignalStep(300, Light.YELLOW),
    ),
    Verdict.UNREADABLE: (
        SignalStep(60, Light.YELLOW, tone=True),
        SignalStep(60, Light.OFF),
        SignalStep(60, Light.YELLOW, tone=True),
        SignalStep(400, Light.YELLOW),
    ),
    Verdict.STORAGE_FAILED: (SignalStep(60, Light.WHITE, tone=True), SignalStep(60, Light.OFF)) * 6,
}
