"""What the pins did, against what the verdicts' patterns say that they do. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple

from gate_contract.signal_patterns import PATTERNS, Light
from gate_contract.verdicts import Verdict

PASSAGE_MS = 30
"""Four pins are not switched at one instant; a state as short is on the way to another one. The
shortest step of a pattern takes 40 ms."""


COLOURS = {light.value for light in Light}
"""Others are on the way to one of these, however long it takes."""


class State(NamedTuple):
    """For `ms` milliseconds: this light, with or without the tone."""

    ms: int
    light: Light
    tone: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """`whole` patterns were seen to their end, `cut` gave way to the next one. `worst_ms`: how far
    a step of the whole ones was off its length. `differs` says where it went wrong, or is empty."""

    whole: int
    cut: int
    worst_ms: int
    differs: str = ""


def seen(lines: Iterable[str]) -> list[State]:
    """From lines `up_ms levels` (red, green, blue, buzzer), from the first light to the last
    change; the state after it still lasts and is left out."""
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
    """Whether the pins did what the patterns of `verdicts` say, one after the other.

    A pattern gives way to the next one, after a moment of darkness: cut short, but not different.
    A busy machine makes a step longer, and none of a whole pattern half as long.
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
    """Take out states on the way to a step of a busy machine's gate: some pins still as they were
    before, the others already as they are to be, and then all of them."""
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
    """Whether a state is that step; a busy machine makes it longer, and no half as long."""
    return was[1:] == step[1:] and was.ms >= step.ms / 2


def _state(step: tuple[int, Light, bool]) -> State:
    return State(*step)


def merged(states: Iterable[State]) -> list[State]:
    """Neighbours that look and sound alike as one."""
    return [
        State(sum(state.ms for state in group), light, tone)
        for (light, tone), group in (
            (look, list(group)) for look, group in groupby(states, key=lambda state: state[1:])
        )
    ]
