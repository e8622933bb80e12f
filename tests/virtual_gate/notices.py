"""Read the notices of a gate from its pins, counting as a technician would. Pure."""

from collections.abc import Sequence
from itertools import groupby

from gate_contract.notices import NOTICE_PATTERNS, SetupNotice
from gate_contract.signal_patterns import Light, Pattern
from tests.virtual_gate import pins
from tests.virtual_gate.pins import State

PAUSE_MS = 2_000
"""The darkness between two notices (`device.scan.ticket_prompt`).

Within a pattern none is longer than 500 ms, unless a busy machine delays the gate.
"""

PASSAGE_MS = 75
"""Half of the shortest light of a notice; a shorter state is a transition to another."""


def said(states: Sequence[State]) -> list[SetupNotice | None]:
    """Return each notice, None for an incomplete pattern."""
    steady = pins.merged(state for state in states if _dark(state) or state.ms >= PASSAGE_MS)
    groups = groupby(steady, key=lambda state: _dark(state) and state.ms >= PAUSE_MS)
    return [_notice(list(group)) for pause, group in groups if not pause]


def _notice(spoken: list[State]) -> SetupNotice | None:
    """Return the notice that was completed last: a new notice cuts the current one short."""
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
