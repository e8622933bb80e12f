"""What is counted of a unit's days for reports. Every figure adds up: over days, kinds and schools.

Pure values; `server_bridge/reports/day.py` makes them of one school's day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

from gate_contract.card import CardKind

EVERYBODY = ""
"""In place of a class: all of a kind."""
IN_NO_CLASS = " "
"""No class is called so: their names are tidied."""

GroupKey = tuple[CardKind, str]
"""A kind, and a class or `EVERYBODY`."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over days of one kind of people.

    `days`: on which at least a tenth of the roster was seen by the gates; `odd_days`: others on
    which somebody was. `enrolled` to `left_early` are of the former only: people of that day's
    roster, those seen by gates, those seen by gates or written by hand, and of these pupils too
    late, or gone too early. The rest is of cards, whoever holds them: passages in and out, cards
    seen, and how many came and were never seen leaving (`no_exit`: inferred) or left without having
    been seen to come (`no_entry`).
    """

    days: int = 0
    odd_days: int = 0
    enrolled: int = 0
    scanned: int = 0
    present: int = 0
    late: int = 0
    left_early: int = 0
    entered: int = 0
    left: int = 0
    cards: int = 0
    no_exit: int = 0
    no_entry: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(getattr(self, n) + getattr(other, n) for n in FIGURES))

    def __sub__(self, other: "Figures") -> "Figures":
        return Figures(*(getattr(self, n) - getattr(other, n) for n in FIGURES))

    @property
    def compliance(self) -> float | None:
        """The share of the roster that showed its cards; None: there was no day to count."""
        return self.scanned / self.enrolled if self.enrolled else None

    @property
    def attendance(self) -> float | None:
        """The share of the roster that was there, by cards or by hand."""
        return self.present / self.enrolled if self.enrolled else None

    @property
    def absent(self) -> int:
        return self.enrolled - self.present


FIGURES = tuple(one.name for one in fields(Figures))


@dataclass(frozen=True, slots=True)
class GateFigures:
    """What one gate did. `days`: on which it recorded somebody's passage."""

    days: int = 0
    entered: int = 0
    left: int = 0
    refused: int = 0

    def __sub__(self, other: "GateFigures") -> "GateFigures":
        return GateFigures(*(getattr(self, n) - getattr(other, n) for n in GATE_FIGURES))


GATE_FIGURES = tuple(one.name for one in fields(GateFigures))


@dataclass(frozen=True, slots=True)
class DayTally:
    """One school's day. Whatever is nothing is left out."""

    groups: Mapping[GroupKey, Figures] = field(default_factory=dict)
    refusals: Mapping[str, int] = field(default_factory=dict)
    gates: Mapping[str, GateFigures] = field(default_factory=dict)


def difference(after: DayTally, before: DayTally) -> DayTally:
    """What is to be added to `before` to make it `after`."""
    none, no_gate = Figures(), GateFigures()
    groups = {
        key: after.groups.get(key, none) - before.groups.get(key, none)
        for key in {*after.groups, *before.groups}
    }
    refusals = {
        code: after.refusals.get(code, 0) - before.refusals.get(code, 0)
        for code in {*after.refusals, *before.refusals}
    }
    gates = {
        gate_id: after.gates.get(gate_id, no_gate) - before.gates.get(gate_id, no_gate)
        for gate_id in {*after.gates, *before.gates}
    }
    return DayTally(
        {key: figures for key, figures in groups.items() if figures != none},
        {code: number for code, number in refusals.items() if number},
        {gate_id: figures for gate_id, figures in gates.items() if figures != no_gate},
    )


def total(figures: Iterable[Figures]) -> Figures:
    """All of them together."""
    return sum(figures, Figures())
