"""What a gate tells whoever sets it up, read from its pins as that person would count it. Pure."""

from collections.abc import Sequence
from itertools import groupby

from gate_contract.notices import NOTICE_PATTERNS, SetupNotice
from gate_contract.signal_patterns import Light, Pattern
from tests.virtual_gate import pins
from tests.virtual_gate.pins import State

PAUSE_MS = 2_000
"""As long a darkness is between two utterances (`device.scan.ticket_prompt`); within a pattern
none is longer than 500 ms, but where a busy machine holds the gate up."""

PASSAGE_MS = 75
"""Half of the shortest light of a notice; what is shorter is on the way to another."""


def said(states: Sequence[State]) -> list[SetupNotice | None]:
    """One for each utterance, None for what is no pattern's whole."""
    steady = pins.merged(state for state in states if _dark(state) or state.ms >= PASSAGE_MS)
    groups = groupby(steady, key=lambda state: _dark(state) and state.ms >= PAUSE_MS)
    return [_notice(list(group)) for pause, group in groups if not pause]


def _notice(spoken: list[State]) -> SetupNotice | None:
    """What was said last and to its end: news cut short what is being said, after a moment."""
    told = [notice for notice, pattern in NOTICE_PATTERNS.items() if _ends(spoken, pattern)]
    return max(told, key=lambda notice: len(_steps(NOTICE_PATTERNS[notice])), default=None)


def _ends(spoken: list[State], pattern: Pattern) -> bool:
    steps = _steps(pattern)
    last = spoken[-len(steps) :]
    before = spoken[: -len(steps)]
    if len(last) < len(steps) or (before and not _dark(before[-1])):
        return False
    return all(pins.alike(was, step) for was, step in zip(last, steps, strict=True))


def _steps(pattern: Pattern) -> list[State]:
    steps = pins.merged(State(*step) for step in pattern)
    return steps[:-1] if _dark(steps[-1]) else steps


def _dark(state: State) -> bool:
    return state.light is Light.OFF and not state.tone
