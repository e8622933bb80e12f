"""Tallies as rows: per day and month, so that a year is read from a dozen rows a unit and kind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from gate_contract.card import CardKind
from server_bridge.store.database import upsert
from server_bridge.store.figures import (
    EVERYBODY,
    FIGURES,
    GATE_FIGURES,
    DayTally,
    Figures,
    GateFigures,
)
from server_bridge.store.schema.reports import tallies, tally_gates, tally_refusals

ByKind = Mapping[CardKind, Figures]


class TallyPeriod(StrEnum):
    """What one row sums up."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Stretch:
    """The rows that a report reads: those of `span` that begin from `first` to `last`."""

    span: TallyPeriod
    first: date
    last: date

    def rows(self, table: sa.Table) -> sa.ColumnElement[bool]:
        return (table.c.span == self.span) & table.c.first_day.between(self.first, self.last)


def stored_tally(connection: sa.Connection, unit_id: str, day: date) -> DayTally:
    """What is kept of one unit's day."""
    here = Stretch(TallyPeriod.DAY, day, day)
    groups = {
        (CardKind(row.kind), row.group_name): _figures(row)
        for row in connection.execute(
            tallies.select().where(tallies.c.unit_id == unit_id, here.rows(tallies))
        )
    }
    gates = gates_of(connection, [unit_id], here).get(unit_id, {})
    return DayTally(groups, refusals_of(connection, [unit_id], here).get(unit_id, {}), gates)


def add(
    connection: sa.Connection, unit_id: str, day: date, more: DayTally, line: Sequence[str]
) -> None:
    """Add to a school's day and month, and to those of the units above it. `line`: of all these."""
    places = [
        {"unit_id": above, "span": span, "first_day": first}
        for above in line
        for span, first in ((TallyPeriod.DAY, day), (TallyPeriod.MONTH, day.replace(day=1)))
    ]
    upsert(
        connection,
        tallies,
        [
            place
            | {"group_name": group, "kind": kind}
            | {name: getattr(figures, name) for name in FIGURES}
            for place in places
            for (kind, group), figures in more.groups.items()
            if group == EVERYBODY or place["unit_id"] == unit_id
        ],
        add=True,
    )
    upsert(
        connection,
        tally_refusals,
        [
            place | {"code": code, "scans": scans}
            for place in places
            for code, scans in more.refusals.items()
        ],
        add=True,
    )
    upsert(
        connection,
        tally_gates,
        [
            place | {"gate_id": gate_id} | {name: getattr(gate, name) for name in GATE_FIGURES}
            for place in places
            for gate_id, gate in more.gates.items()
            if place["unit_id"] == unit_id
        ],
        add=True,
    )


def sums(
    connection: sa.Connection, unit_ids: Iterable[str], over: Stretch
) -> dict[str, dict[CardKind, Figures]]:
    """The figures of each unit that has any, by kind."""
    found: dict[str, dict[CardKind, Figures]] = {}
    here = tallies.c.unit_id.in_(list(unit_ids)) & (tallies.c.group_name == EVERYBODY)
    for row in _summed(connection, here & over.rows(tallies), tallies.c.unit_id, tallies.c.kind):
        if figures := _some(row):
            found.setdefault(row.unit_id, {})[CardKind(row.kind)] = figures
    return found


def course(
    connection: sa.Connection, unit_id: str, over: Stretch
) -> dict[date, dict[CardKind, Figures]]:
    """The figures of one unit day by day or month by month, in order."""
    found: dict[date, dict[CardKind, Figures]] = {}
    here = (tallies.c.unit_id == unit_id) & (tallies.c.group_name == EVERYBODY)
    query = tallies.select().where(here, over.rows(tallies)).order_by(tallies.c.first_day)
    for row in connection.execute(query):
        if figures := _some(row):
            found.setdefault(row.first_day, {})[CardKind(row.kind)] = figures
    return found


def class_sums(connection: sa.Connection, unit_id: str, over: Stretch) -> dict[str, Figures]:
    """The figures of each class of a school."""
    here = (tallies.c.unit_id == unit_id) & (tallies.c.group_name != EVERYBODY)
    rows = _summed(connection, here & over.rows(tallies), tallies.c.group_name)
    return {row.group_name: figures for row in rows if (figures := _some(row))}


def refusals_of(
    connection: sa.Connection, unit_ids: Iterable[str], over: Stretch
) -> dict[str, dict[str, int]]:
    """The refused scans of each unit, by reason."""
    table = tally_refusals
    query = (
        sa.select(table.c.unit_id, table.c.code, sa.func.sum(table.c.scans))
        .where(table.c.unit_id.in_(list(unit_ids)), over.rows(table))
        .group_by(table.c.unit_id, table.c.code)
    )
    found: dict[str, dict[str, int]] = {}
    for unit_id, code, scans in connection.execute(query):
        if scans:
            found.setdefault(unit_id, {})[code] = int(scans)
    return found


def gates_of(
    connection: sa.Connection, unit_ids: Iterable[str], over: Stretch
) -> dict[str, dict[str, GateFigures]]:
    """What each gate of these schools did."""
    table = tally_gates
    columns = (sa.func.sum(table.c[name]) for name in GATE_FIGURES)
    query = (
        sa.select(table.c.unit_id, table.c.gate_id, *columns)
        .where(table.c.unit_id.in_(list(unit_ids)), over.rows(table))
        .group_by(table.c.unit_id, table.c.gate_id)
    )
    found: dict[str, dict[str, GateFigures]] = {}
    for unit_id, gate_id, *numbers in connection.execute(query):
        if any(numbers):
            found.setdefault(unit_id, {})[gate_id] = GateFigures(*map(int, numbers))
    return found


def _summed(
    connection: sa.Connection, where: sa.ColumnElement[bool], *by: sa.ColumnElement[Any]
) -> Iterable[sa.Row[Any]]:
    columns = (sa.func.sum(tallies.c[name]).label(name) for name in FIGURES)
    return connection.execute(sa.select(*by, *columns).where(where).group_by(*by))


def _figures(row: sa.Row[Any]) -> Figures:
    return Figures(*(int(getattr(row, name)) for name in FIGURES))


def _some(row: sa.Row[Any]) -> Figures | None:
    figures = _figures(row)
    return figures if figures != Figures() else None
