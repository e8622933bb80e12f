"""Define the figures of a unit's days for reports; all can be summed over days and schools.

Pure values; `server_bridge/reports/day.py` computes them for one school's day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

from gate_contract.card import CardKind

EVERYBODY = ""
"""The key for all people of a kind, in place of a class."""
IN_NO_CLASS = " "
"""The key for people without a class; no class has this name, because names are stripped."""

GroupKey = tuple[CardKind, str]
"""A kind, and a class or `EVERYBODY`."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over days for one kind of people.

    `days` counts days on which the gates saw at least a tenth of the roster; `odd_days` counts
    other days on which they saw anyone. `enrolled` to `left_early` are summed over `days` only:
    people of that day's roster, those seen by gates, those seen by gates or entered by hand, and of
    these the pupils who were late or left early. The remaining figures are about cards, whoever
    holds them: passages in and out, cards seen, cards that came in but were not seen leaving
    (`no_exit`: inferred), and cards that left without having been seen to come in (`no_entry`).
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
        """Return the share of the roster that showed their cards; None without any day."""
        return self.scanned / self.enrolled if self.enrolled else None

    @property
    def attendance(self) -> float | None:
        """Return the share of the roster that was present, by cards or by hand."""
        return self.present / self.enrolled if self.enrolled else None

    @property
    def absent(self) -> int:
        """Return how many people of the roster were absent."""
        return self.enrolled - self.present


FIGURES = tuple(one.name for one in fields(Figures))


@dataclass(frozen=True, slots=True)
class GateFigures:
    """Sums over days for one gate; `days` counts those on which it recorded a passage."""

    days: int = 0
    entered: int = 0
    left: int = 0
    refused: int = 0

    def __sub__(self, other: "GateFigures") -> "GateFigures":
        return GateFigures(*(getattr(self, n) - getattr(other, n) for n in GATE_FIGURES))


GATE_FIGURES = tuple(one.name for one in fields(GateFigures))


@dataclass(frozen=True, slots=True)
class DayTally:
    """The figures of one school's day; entries that are zero are left out."""

    groups: Mapping[GroupKey, Figures] = field(default_factory=dict)
    refusals: Mapping[str, int] = field(default_factory=dict)
    gates: Mapping[str, GateFigures] = field(default_factory=dict)


def difference(after: DayTally, before: DayTally) -> DayTally:
    """Return what has to be added to `before` to get `after`."""
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
    """Return the sum of all figures."""
    return sum(figures, Figures())
