"""Who of a school's staff was there on which days, kept by month: a year is read from a dozen rows
of each. Days are kept as sets, so that a day is written anew without reading any other, and a note
of appeal finds what is known of its day.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from server_bridge.store.database import upsert
from server_bridge.store.schema.reports import staff_months


class DaySets(NamedTuple):
    """Sets of days as numbers: 1 is the first day of a month (or a year), 2 the next, 4 the one
    after. `days`: the school's days on which somebody was of its staff; on which of these gates saw
    them come, saw them leave, and the office wrote something by hand."""

    days: int = 0
    came: int = 0
    left: int = 0
    by_hand: int = 0

    @property
    def scanned(self) -> int:
        return self.came | self.left

    @property
    def present(self) -> int:
        return self.came | self.left | self.by_hand

    @property
    def missing(self) -> int:
        return self.days & ~self.present

    @property
    def complete(self) -> int:
        return self.came & self.left

    @property
    def incomplete(self) -> int:
        return self.days & ~self.complete


def as_set(day: date, first: date) -> int:
    """The set of this day alone, where `first` is 1."""
    return 1 << (day - first).days


def days_in(members: int, first: date) -> Iterator[date]:
    """The days of a set, in order."""
    for number in range(members.bit_length()):
        if members >> number & 1:
            yield first + timedelta(days=number)


def keep_staff_day(
    connection: sa.Connection, unit_id: str, day: date, staff: Mapping[int, DaySets]
) -> None:
    """Write one day anew into its month: `staff` by person, each a month of this day alone; who is
    not in it was not of the staff."""
    first = day.replace(day=1)
    this = as_set(day, first)
    here = (staff_months.c.unit_id == unit_id) & (staff_months.c.first_day == first)
    kept = {row.person: _sets(row) for row in connection.execute(staff_months.select().where(here))}
    rows: list[dict[str, Any]] = []
    for person in sorted({*kept, *staff}):
        before, now = kept.get(person, DaySets()), staff.get(person, DaySets())
        # Added, so that another day of the month may be written at the same time.
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
    """What is kept of a school's staff, or of one, by person. `first` is the first day of a month
    and of the sets, `last` the last of one."""
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
    """All that is kept, by school, first day of the month, and person."""
    return {
        (row.unit_id, row.first_day, row.person): _sets(row)
        for row in connection.execute(staff_months.select())
    }


def _columns() -> Iterator[sa.Column[int]]:
    return (staff_months.c[name] for name in DaySets._fields)


def _sets(row: sa.Row) -> DaySets:  # type: ignore[type-arg]
    return DaySets(*(getattr(row, name) for name in DaySets._fields))
