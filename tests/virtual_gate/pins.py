"""What the pins did, against what the verdicts' patterns say that they do. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple

from device.scan.signals import PATTERNS, Light
from gate_contract.verdicts import Verdict

PASSAGE_MS = 30
"""Four pins are not switched at one instant; a state as short is on the way to another one. The
shortest step of a pattern takes 40 ms."""


class State(NamedTuple):
    """For `ms` milliseconds: this light, with or without the tone."""

    ms: int
    light: Light
    tone: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """`differs` says where, or is empty. `worst_ms`: how far a step was off its length."""

    states: int
    worst_ms: int
    differs: str


def seen(lines: Iterable[str]) -> list[State]:
    """From lines `up_ms levels` (red, green, blue, buzzer), from the first light to the last
    change; the state after it still lasts and is left out."""
    changes = [(int(up_ms), levels) for up_ms, levels in (line.split() for line in lines)]
    states = [
        State(after - at, Light(tuple(int(level) for level in levels[:3])), levels[3] == "1")
        for (at, levels), (after, _) in pairwise(changes)
        if after - at >= PASSAGE_MS
    ]
    if states and states[0].light is Light.OFF:
        del states[0]
    return _merged(states)


def expected(verdicts: Iterable[Verdict]) -> list[State]:
    """The patterns one after the other; in between a darkness of any length, here 0 ms."""
    dark = State(0, Light.OFF, tone=False)
    return _merged(
        state for verdict in verdicts for state in (*map(_state, PATTERNS[verdict]), dark)
    )


def compare(were: Sequence[State], should: Sequence[State]) -> Comparison:
    """Of what `should` have been as far as anything was seen, state by state.

    A busy machine makes a step longer, and none half as long.
    """
    worst_ms = 0
    for number, (was, wanted) in enumerate(zip(were, should, strict=False)):
        if was[1:] != wanted[1:] or was.ms < wanted.ms / 2:
            return Comparison(number, worst_ms, f"state {number} was {was}, not {wanted}")
        if wanted.light is not Light.OFF:
            worst_ms = max(worst_ms, abs(was.ms - wanted.ms))
    more = len(were) - len(should)
    return Comparison(len(were), worst_ms, f"{more} states too many" if more > 0 else "")


def _state(step: tuple[int, Light, bool]) -> State:
    return State(*step)


def _merged(states: Iterable[State]) -> list[State]:
    """Neighbours that look and sound alike as one."""
    return [
        State(sum(state.ms for state in group), light, tone)
        for (light, tone), group in (
            (look, list(group)) for look, group in groupby(states, key=lambda state: state[1:])
        )
    ]
