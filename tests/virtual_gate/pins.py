"""Compare the pins' levels with the verdicts' patterns. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple

from gate_contract.signal_patterns import PATTERNS, Light
from gate_contract.verdicts import Verdict

PASSAGE_MS = 30
"""Four pins are not switched at one instant; such a short state is a transition.

The shortest step of a pattern takes 40 ms.
"""


COLOURS = {light.value for light in Light}
"""Other states are transitions to one of these, however long they take."""


class State(NamedTuple):
    """A light, with or without the tone, for `ms` milliseconds."""

    ms: int
    light: Light
    tone: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of a comparison.

    `whole` patterns were complete, `cut` gave way to the next one. `worst_ms`: the largest
    difference of a step of the whole ones. `differs` says what is wrong, or is empty.
    """

    whole: int
    cut: int
    worst_ms: int
    differs: str = ""


def seen(lines: Iterable[str]) -> list[State]:
    """Return the states from lines `up_ms levels` (red, green, blue, buzzer).

    They begin with the first light and end with the last change; the state after it still lasts and
    is left out.
    """
    changes = [(int(up_ms), levels) for up_ms, levels in (line.split() for line in lines)]
    states = [
        State(after - at, Light(tuple(int(level) for level in levels[:3])), levels[3] == "1")
        for (at, levels), (after, _) in pairwise(changes)
        if after - at >= PASSAGE_MS and tuple(map(int, levels[:3])) in COLOURS
    ]
    if states and states[0].light is Light.OFF:
        del states[0]
    return merged(states)


def compare(were: Sequence[State], verdicts: Sequence[Verdict]) -> Comparison:
    """Compare the pins with the patterns of `verdicts`, one after the other.

    A pattern gives way to the next one, after a moment of darkness: cut short, but not different. A
    busy machine makes a step longer, and none of a whole pattern half as long.
    """
    whole = cut = worst_ms = 0
    left = list(were)
    for number, verdict in enumerate(verdicts):
        steps = merged(map(_state, PATTERNS[verdict]))
        _drop_passages(left, steps)
        played, left = left[: len(steps)], left[len(steps) :]
        off_ms = [abs(was.ms - step.ms) for was, step in zip(played, steps, strict=False)]
        wrong = [
            at
            for at, (was, step) in enumerate(zip(played, steps, strict=False))
            if not alike(was, step)
        ]
        at = wrong[0] if wrong else len(played)
        if at == len(steps):
            whole += 1
            worst_ms = max(worst_ms, *off_ms)
        else:
            cut += 1
            at += (
                at < len(played) and played[at][1:] == steps[at][1:]
            )  # begun, and not gone on with
            left = played[at:] + left
            if not at or (left and left[0].light is not Light.OFF):
                was = left[0] if left else "nothing"
                return Comparison(whole, cut, worst_ms, f"signal {number}, {verdict}: {was}")
        if left and left[0].light is Light.OFF:
            del left[0]
    return Comparison(whole, cut, worst_ms, f"{len(left)} states too many" if left else "")


def _drop_passages(left: list[State], steps: Sequence[State]) -> None:
    """Remove transitions, in which some pins are still in their old state."""
    before = State(0, Light.OFF, tone=False)
    for at, step in enumerate(steps):
        if at + 1 < len(left) and left[at][1:] != step[1:] and left[at + 1][1:] == step[1:]:
            levels = zip(_levels(before), _levels(left[at]), _levels(step), strict=True)
            if all(now in (was, to) for was, now, to in levels):
                del left[at]
        before = step


def _levels(state: State) -> tuple[int, ...]:
    return (*state.light.value, int(state.tone))


def alike(was: State, step: State) -> bool:
    """Whether a state is that step; a busy machine may make it longer, but not half as long."""
    return was[1:] == step[1:] and was.ms >= step.ms / 2


def _state(step: tuple[int, Light, bool]) -> State:
    return State(*step)


def merged(states: Iterable[State]) -> list[State]:
    """Merge equal neighbours."""
    return [
        State(sum(state.ms for state in group), light, tone)
        for (light, tone), group in (
            (look, list(group)) for look, group in groupby(states, key=lambda state: state[1:])
        )
    ]
