"""A report: the figures of a unit, of the units below it, and their course. Counts, never people.

What nothing is known of is None or left out, and never a zero: a school without gates, or one whose
gates recorded nothing, says so.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate_contract.card import CardKind
from gate_contract.errors import SchoolgateError
from gate_contract.school_day import local_day
from server_bridge.i18n.names import class_key
from server_bridge.reports.period import Period
from server_bridge.store.changes.report_days import tallied_at, waiting
from server_bridge.store.figures import IN_NO_CLASS, Figures, GateFigures, total
from server_bridge.store.reports.tallies import (
    class_sums,
    course,
    gates_of,
    refusals_of,
    sums,
)
from server_bridge.store.schema.base import gates
from server_bridge.store.units.tree import SCHOOL, Unit, all_units


class Silence(StrEnum):
    """Why there are no figures of a school."""

    NO_GATE = "no_gate"
    NO_SCANS = "no_scans"


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One unit, or one step of its course. `schools` at or below it, how many of them have gates,
    and of how many there are any scans; `gates` registered and used."""

    unit: Unit
    kinds: Mapping[CardKind, Figures]
    refused: int
    schools: int
    with_gates: int
    reporting: int
    gates: int
    gates_used: int
    gate_days: int

    @property
    def silence(self) -> Silence | None:
        """None: there are figures."""
        if self.reporting:
            return None
        return Silence.NO_SCANS if self.with_gates else Silence.NO_GATE

    def of(self, kind: CardKind) -> Figures:
        return self.kinds.get(kind, Figures())

    @property
    def all(self) -> Figures:
        return total(self.kinds.values())


@dataclass(frozen=True, slots=True)
class GateReport:
    """A registered gate and what it did."""

    gate_id: str
    figures: GateFigures


@dataclass(frozen=True, slots=True)
class Report:
    """`lines` are of the units right below, `schools` of all schools below; both are empty for a
    school itself, which has `classes` and `gates`. `unfinished`: its last day is not over.
    `waiting`: days of schools whose records came late, and are being tallied. Times: UTC in ms."""

    unit: Unit
    above: str
    period: Period
    at_ms: int
    tallied_ms: int | None
    waiting: int
    unfinished: bool
    whole: ReportLine
    lines: tuple[ReportLine, ...]
    schools: tuple[ReportLine, ...]
    steps: Mapping[date, Mapping[CardKind, Figures]]
    refusals: Mapping[str, int]
    classes: tuple[tuple[str | None, Figures], ...] = ()
    gates: tuple[GateReport, ...] = field(default=())

    @property
    def is_school(self) -> bool:
        return self.unit.level == SCHOOL


def make_report(
    connection: sa.Connection,
    unit_id: str,
    period: Period,
    now_ms: int,
    zone: ZoneInfo,
    *,
    within: Collection[str] | None = None,
) -> Report:
    """The report of a unit. `within`: only of these units; None: of all.

    Raises:
        SchoolgateError: there is no such unit, or it is not one of them.
    """
    tree = [unit for unit in all_units(connection) if within is None or unit.unit_id in within]
    here = _subtree(tree, unit_id)
    if not here:
        raise SchoolgateError(f"there is no unit {unit_id}; see: gate-bridge unit list")
    today = local_day(now_ms, zone)
    schools = [unit.unit_id for unit in here if unit.level == SCHOOL]
    registered = _registered(connection, schools, period.last, zone)
    used = gates_of(connection, schools, period.whole)
    lines = _lines(connection, here, period, registered, used)
    whole = lines[unit_id]
    children = [lines[unit.unit_id] for unit in here if unit.parent_id == unit_id]
    is_school = whole.unit.level == SCHOOL
    names = {unit.unit_id: unit.name for unit in tree}
    return Report(
        whole.unit,
        names.get(whole.unit.parent_id or "", ""),
        period,
        now_ms,
        tallied_at(connection, schools, period.first, period.last),
        waiting(connection, schools, period.first, period.last, today),
        period.first <= today <= period.last,
        whole,
        tuple(children),
        () if is_school else tuple(lines[school] for school in schools),
        course(connection, unit_id, period.steps),
        refusals_of(connection, [unit_id], period.whole).get(unit_id, {}),
        _classes(class_sums(connection, unit_id, period.whole)) if is_school else (),
        tuple(
            GateReport(gate_id, used.get(unit_id, {}).get(gate_id, GateFigures()))
            for gate_id in sorted({*registered.get(unit_id, ()), *used.get(unit_id, ())})
        )
        if is_school
        else (),
    )


def _subtree(tree: Iterable[Unit], unit_id: str) -> list[Unit]:
    """A unit and all below it; parents come before their children."""
    below: set[str] = set()
    found = []
    for unit in tree:
        if unit.unit_id == unit_id or unit.parent_id in below:
            below.add(unit.unit_id)
            found.append(unit)
    return found


def _lines(
    connection: sa.Connection,
    here: list[Unit],
    period: Period,
    registered: Mapping[str, list[str]],
    used: Mapping[str, Mapping[str, GateFigures]],
) -> dict[str, ReportLine]:
    ids = [unit.unit_id for unit in here]
    schools = [unit.unit_id for unit in here if unit.level == SCHOOL]
    kinds = sums(connection, ids, period.whole)
    refused = {
        unit_id: sum(codes.values())
        for unit_id, codes in refusals_of(connection, ids, period.whole).items()
    }
    parents = {unit.unit_id: unit.parent_id for unit in here}
    counted: dict[str, Counter[str]] = {unit_id: Counter() for unit_id in ids}
    for school in schools:
        mine = used.get(school, {})
        known = {*registered.get(school, ()), *mine}
        more = Counter(
            schools=1,
            with_gates=int(bool(known)),
            reporting=int(school in kinds or school in refused),
            gates=len(known),
            gates_used=sum(gate.days > 0 for gate in mine.values()),
            gate_days=sum(gate.days for gate in mine.values()),
        )
        above: str | None = school
        while above in counted:
            counted[above].update(more)
            above = parents[above]
    return {
        unit.unit_id: ReportLine(
            unit,
            kinds.get(unit.unit_id, {}),
            refused.get(unit.unit_id, 0),
            *(counted[unit.unit_id][name] for name in ReportLine.__slots__[3:]),
        )
        for unit in here
    }


def _registered(
    connection: sa.Connection, schools: Iterable[str], last: date, zone: ZoneInfo
) -> dict[str, list[str]]:
    """The gates of each school that had been registered by then."""
    query = gates.select().where(gates.c.unit_id.in_(list(schools))).order_by(gates.c.gate_id)
    found: dict[str, list[str]] = {}
    for row in connection.execute(query):
        if local_day(row.added_ms, zone) <= last:
            found.setdefault(row.unit_id, []).append(row.gate_id)
    return found


def _classes(found: Mapping[str, Figures]) -> tuple[tuple[str | None, Figures], ...]:
    """In their order, whoever is in none last."""
    ordered = sorted(found, key=lambda name: (name == IN_NO_CLASS, class_key(name)))
    return tuple((None if name == IN_NO_CLASS else name, found[name]) for name in ordered)
