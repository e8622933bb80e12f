"""Store on which days the staff of a school was present, by month.

A year is read from a dozen rows per person. Days are stored as sets, so that one day can be
rewritten without reading any other, and a note of appeal finds the data of its day.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from server_bridge.store.database import upsert
from server_bridge.store.schema.reports import staff_months


class DaySets(NamedTuple):
    """Sets of days as bits of integers: bit 0 is the first day of a month (or a year).

    `days`: the school's days on which the person was of its staff. The others are the days of these
    on which gates saw them come in, saw them leave, and the office made an entry by hand.
    """

    days: int = 0
    came: int = 0
    left: int = 0
    by_hand: int = 0

    @property
    def scanned(self) -> int:
        """Return the days on which gates saw the person."""
        return self.came | self.left

    @property
    def present(self) -> int:
        """Return the days on which the person was seen or entered by hand."""
        return self.came | self.left | self.by_hand

    @property
    def missing(self) -> int:
        """Return the days on which the person was absent."""
        return self.days & ~self.present

    @property
    def complete(self) -> int:
        """Return the days on which gates saw the person come and leave."""
        return self.came & self.left

    @property
    def incomplete(self) -> int:
        """Return the days on which gates did not see both."""
        return self.days & ~self.complete


def day_set(day: date, first: date) -> int:
    """Return the set of this day alone; bit 0 is `first`."""
    return 1 << (day - first).days


def days_in(members: int, first: date) -> Iterator[date]:
    """Yield the days of a set, in order."""
    for number in range(members.bit_length()):
        if members >> number & 1:
            yield first + timedelta(days=number)


def keep_staff_day(
    connection: sa.Connection, unit_id: str, day: date, staff: Mapping[int, DaySets]
) -> None:
    """Rewrite one day in its month.

    `staff` maps each person to sets with this day alone; whoever is not in it was not of the staff.
    """
    first = day.replace(day=1)
    this = day_set(day, first)
    here = (staff_months.c.unit_id == unit_id) & (staff_months.c.first_day == first)
    kept = {row.person: _sets(row) for row in connection.execute(staff_months.select().where(here))}
    rows: list[dict[str, Any]] = []
    for person in sorted({*kept, *staff}):
        before, now = kept.get(person, DaySets()), staff.get(person, DaySets())
        # Differences are added, so that other days of the month can be written concurrently.
        more = DaySets(*(new - (old & this) for old, new in zip(before, now, strict=True)))
        if any(more):
            rows.append(
                {"unit_id": unit_id, "first_day": first, "person": person, **more._asdict()}
            )
    upsert(connection, staff_months, rows, add=True)
    if any(row["days"] < 0 for row in rows):
        connection.execute(staff_months.delete().where(here, staff_months.c.days == 0))


def staff_days(
    connection: sa.Connection, unit_id: str, first: date, last: date, person: int | None = None
) -> dict[int, DaySets]:
    """Return the day sets of a school's staff, or of one person, by person.

    `first` is the first day of a month and of the sets, `last` the last day of a month.
    """
    table = staff_months
    query = sa.select(table.c.person, table.c.first_day, *_columns()).where(
        table.c.unit_id == unit_id, table.c.first_day.between(first, last)
    )
    if person is not None:
        query = query.where(table.c.person == person)
    found: dict[int, DaySets] = {}
    for number, month, *sets in connection.execute(query):
        moved = (one << (month - first).days for one in sets)
        known = found.get(number, DaySets())
        found[number] = DaySets(*(old | new for old, new in zip(known, moved, strict=True)))
    return found


def all_staff_months(connection: sa.Connection) -> dict[tuple[str, date, int], DaySets]:
    """Return all stored sets by school, first day of the month, and person."""
    return {
        (row.unit_id, row.first_day, row.person): _sets(row)
        for row in connection.execute(staff_months.select())
    }


def _columns() -> Iterator[sa.Column[int]]:
    return (staff_months.c[name] for name in DaySets._fields)


def _sets(row: sa.Row) -> DaySets:  # type: ignore[type-arg]
    return DaySets(*(getattr(row, name) for name in DaySets._fields))
