"""A report: the figures of a unit and of the units below it, and their time series.

It contains counts, never people. Unknown figures are None or left out, never zero; for a school
without figures the report gives the reason.
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
from server_bridge.store.changes.report_days import count_untallied_days, tallied_at
from server_bridge.store.figures import IN_NO_CLASS, Figures, GateFigures, total
from server_bridge.store.reports.tallies import (
    figures_by_class,
    figures_by_period,
    figures_by_unit,
    gates_of,
    refusals_of,
)
from server_bridge.store.schema.base import gates
from server_bridge.store.units.tree import SCHOOL, Unit, all_units


class MissingReason(StrEnum):
    """Why a school has no figures."""

    NO_GATE = "no_gate"
    NO_SCANS = "no_scans"


@dataclass(frozen=True, slots=True)
class ReportLine:
    """The figures of one unit, or of one step of its time series.

    `schools` counts the schools at or below the unit, `with_gates` those with gates, `reporting`
    those with any scans; `gates` counts the registered gates, `gates_used` those used.
    """

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
    def missing_reason(self) -> MissingReason | None:
        """Why there are no figures; None if there are any."""
        if self.reporting:
            return None
        return MissingReason.NO_SCANS if self.with_gates else MissingReason.NO_GATE

    def of(self, kind: CardKind) -> Figures:
        """Return the figures of one kind of people."""
        return self.kinds.get(kind, Figures())

    @property
    def all(self) -> Figures:
        """The sum of the figures of all kinds."""
        return total(self.kinds.values())


@dataclass(frozen=True, slots=True)
class GateReport:
    """A registered gate and its figures."""

    gate_id: str
    figures: GateFigures


@dataclass(frozen=True, slots=True)
class Report:
    """The report of a unit. Times are UTC in ms.

    `lines` are those of the units directly below, `schools` those of all schools below; both are
    empty for a school, which has `classes` and `gates` instead. `steps` is the time series.
    `unfinished`: the last day of the period is not over. `waiting` counts the days of schools that
    have received late records and will be tallied again.
    """

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
        """Whether the unit is a school."""
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
    """Return the report of a unit. `within`: include these units only; None includes all.

    Raises:
        SchoolgateError: there is no such unit, or it is not in `within`.
    """
    tree = [unit for unit in all_units(connection) if within is None or unit.unit_id in within]
    units = _subtree(tree, unit_id)
    if not units:
        raise SchoolgateError(f"there is no unit {unit_id}; see: gate-bridge unit list")
    today = local_day(now_ms, zone)
    schools = [unit.unit_id for unit in units if unit.level == SCHOOL]
    registered = _registered(connection, schools, period.last, zone)
    used = gates_of(connection, schools, period.whole)
    lines = _lines(connection, units, period, registered, used)
    whole = lines[unit_id]
    children = [lines[unit.unit_id] for unit in units if unit.parent_id == unit_id]
    is_school = whole.unit.level == SCHOOL
    names = {unit.unit_id: unit.name for unit in tree}
    return Report(
        whole.unit,
        names.get(whole.unit.parent_id or "", ""),
        period,
        now_ms,
        tallied_at(connection, schools, period.first, period.last),
        count_untallied_days(connection, schools, period.first, period.last, today),
        period.first <= today <= period.last,
        whole,
        tuple(children),
        () if is_school else tuple(lines[school] for school in schools),
        figures_by_period(connection, unit_id, period.steps),
        refusals_of(connection, [unit_id], period.whole).get(unit_id, {}),
        _classes(figures_by_class(connection, unit_id, period.whole)) if is_school else (),
        tuple(
            GateReport(gate_id, used.get(unit_id, {}).get(gate_id, GateFigures()))
            for gate_id in sorted({*registered.get(unit_id, ()), *used.get(unit_id, ())})
        )
        if is_school
        else (),
    )


def _subtree(tree: Iterable[Unit], unit_id: str) -> list[Unit]:
    """Return a unit and all below it, parents before their children."""
    below: set[str] = set()
    found = []
    for unit in tree:
        if unit.unit_id == unit_id or unit.parent_id in below:
            below.add(unit.unit_id)
            found.append(unit)
    return found


def _lines(
    connection: sa.Connection,
    units: list[Unit],
    period: Period,
    registered: Mapping[str, list[str]],
    used: Mapping[str, Mapping[str, GateFigures]],
) -> dict[str, ReportLine]:
    ids = [unit.unit_id for unit in units]
    schools = [unit.unit_id for unit in units if unit.level == SCHOOL]
    kinds = figures_by_unit(connection, ids, period.whole)
    refused = {
        unit_id: sum(codes.values())
        for unit_id, codes in refusals_of(connection, ids, period.whole).items()
    }
    parents = {unit.unit_id: unit.parent_id for unit in units}
    counted: dict[str, Counter[str]] = {unit_id: Counter() for unit_id in ids}
    for school in schools:
        used_here = used.get(school, {})
        known = {*registered.get(school, ()), *used_here}
        more = Counter(
            schools=1,
            with_gates=int(bool(known)),
            reporting=int(school in kinds or school in refused),
            gates=len(known),
            gates_used=sum(gate.days > 0 for gate in used_here.values()),
            gate_days=sum(gate.days for gate in used_here.values()),
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
        for unit in units
    }


def _registered(
    connection: sa.Connection, schools: Iterable[str], last: date, zone: ZoneInfo
) -> dict[str, list[str]]:
    """Return the gates of each school that were registered by the day `last`."""
    query = gates.select().where(gates.c.unit_id.in_(list(schools))).order_by(gates.c.gate_id)
    found: dict[str, list[str]] = {}
    for row in connection.execute(query):
        if local_day(row.added_ms, zone) <= last:
            found.setdefault(row.unit_id, []).append(row.gate_id)
    return found


def _classes(found: Mapping[str, Figures]) -> tuple[tuple[str | None, Figures], ...]:
    """Return the classes in order, pupils without a class last."""
    ordered = sorted(found, key=lambda name: (name == IN_NO_CLASS, class_key(name)))
    return tuple((None if name == IN_NO_CLASS else name, found[name]) for name in ordered)
