"""What a person at a gate sees and hears for each verdict, as data.

Told apart by rhythm as well as colour. One short tone: in. Two short: out. Long tones: a refusal.
A fast chatter in white, like no refusal: our own fault.
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


class Step(NamedTuple):
    """For `ms` milliseconds: this light, with or without the tone."""

    ms: int
    light: Light
    tone: bool = False


Pattern = tuple[Step, ...]

_LONG_RED = Step(600, Light.RED, tone=True)
_PAUSE = Step(150, Light.OFF)

PATTERNS: dict[Verdict, Pattern] = {
    Verdict.ADMITTED_IN: (Step(120, Light.GREEN, tone=True), Step(680, Light.GREEN)),
    Verdict.ADMITTED_OUT: (
        Step(120, Light.GREEN, tone=True),
        Step(120, Light.OFF),
        Step(120, Light.GREEN, tone=True),
        Step(440, Light.GREEN),
    ),
    Verdict.REPEAT: (Step(40, Light.GREEN, tone=True), Step(100, Light.GREEN)),
    Verdict.BAD_SIGNATURE: (_LONG_RED, Step(600, Light.RED)),
    Verdict.UNKNOWN_KEY: (_LONG_RED, _PAUSE, Step(120, Light.RED, tone=True)),
    Verdict.REVOKED: (_LONG_RED, _PAUSE, _LONG_RED, _PAUSE, _LONG_RED),
    Verdict.EXPIRED: (_LONG_RED, _PAUSE, _LONG_RED),
    Verdict.NOT_YET_VALID: (Step(120, Light.RED, tone=True), _PAUSE, _LONG_RED),
    Verdict.RESTRICTED_LEVEL: (
        Step(300, Light.YELLOW, tone=True),
        Step(300, Light.OFF),
        Step(300, Light.YELLOW, tone=True),
        Step(300, Light.OFF),
        Step(300, Light.YELLOW, tone=True),
    ),
    Verdict.NOT_A_PERSON_CARD: (Step(300, Light.YELLOW, tone=True), Step(300, Light.YELLOW)),
    Verdict.CHECK_IN_POSTER: (
        Step(120, Light.YELLOW, tone=True),
        _PAUSE,
        Step(300, Light.YELLOW, tone=True),
        Step(300, Light.YELLOW),
    ),
    Verdict.UNREADABLE: (
        Step(60, Light.YELLOW, tone=True),
        Step(60, Light.OFF),
        Step(60, Light.YELLOW, tone=True),
        Step(400, Light.YELLOW),
    ),
    Verdict.STORAGE_FAILED: (Step(60, Light.WHITE, tone=True), Step(60, Light.OFF)) * 6,
}
