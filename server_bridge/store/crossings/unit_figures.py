"""Counts of units as other programs ask for them: of one page of units, or of one unit by day.

Only from the tables that are kept with each crossing; nothing here looks at crossings.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from server_bridge.store.schema.base import counts, refusals, units
from server_bridge.store.units.tree import Unit


@dataclass(slots=True)
class UnitDayCounts:
    """One unit's day. `by_kind` maps a kind to (inside, in, out)."""

    inside: int = 0
    entered: int = 0
    left: int = 0
    people: int = 0
    by_kind: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    refused: int = 0

    def add(self, kind: str, inside: int, entered: int, left: int, people: int) -> None:
        self.inside += inside
        self.entered += entered
        self.left += left
        self.people += people
        self.by_kind[kind] = (inside, entered, left)


def units_after(
    connection: sa.Connection, in_units: Collection[str], after: str, count: int
) -> list[Unit]:
    """The first `count` of these units whose ids come after `after`, by id."""
    found = (
        units.select()
        .where(units.c.unit_id.in_(in_units), units.c.unit_id > after)
        .order_by(units.c.unit_id)
        .limit(count)
    )
    return [Unit(**row._mapping) for row in connection.execute(found)]


def tallies_of(
    connection: sa.Connection, in_units: Collection[str], day: date
) -> dict[str, UnitDayCounts]:
    """One day's counts and refused scans of each of these units."""
    made = {unit_id: UnitDayCounts() for unit_id in in_units}
    here = counts.select().where(counts.c.day == day, counts.c.unit_id.in_(in_units))
    for row in connection.execute(here.order_by(counts.c.kind)):
        made[row.unit_id].add(row.kind, row.inside, row.entered, row.left, row.people)
    refused = (
        sa.select(refusals.c.unit_id, sa.func.sum(refusals.c.scans).label("scans"))
        .where(refusals.c.day == day, refusals.c.unit_id.in_(in_units))
        .group_by(refusals.c.unit_id)
    )
    for row in connection.execute(refused):
        made[row.unit_id].refused = int(row.scans)
    return made


def daily_tallies(
    connection: sa.Connection, unit_id: str, first: date, last: date
) -> dict[date, UnitDayCounts]:
    """One unit's counts by day, in order, from one day to another, without refused scans."""
    made: dict[date, UnitDayCounts] = {}
    here = counts.select().where(counts.c.unit_id == unit_id, counts.c.day.between(first, last))
    for row in connection.execute(here.order_by(counts.c.day, counts.c.kind)):
        tally = made.setdefault(row.day, UnitDayCounts())
        tally.add(row.kind, row.inside, row.entered, row.left, row.people)
    return made


def daily_refusals(
    connection: sa.Connection, unit_id: str, first: date, last: date
) -> dict[date, dict[str, int]]:
    """One unit's refused scans by day and reason, in order."""
    made: dict[date, dict[str, int]] = {}
    here = refusals.select().where(
        refusals.c.unit_id == unit_id,
        refusals.c.day.between(first, last),
        refusals.c.scans != 0,
    )
    for row in connection.execute(here.order_by(refusals.c.day, refusals.c.code)):
        made.setdefault(row.day, {})[row.code] = row.scans
    return made
