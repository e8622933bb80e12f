"""Verification of the stored tallies: every day is counted again from the records."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import reduce
from operator import or_, xor
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from server_bridge.reports.tallying import count_day
from server_bridge.store.changes.report_days import all_marked_days
from server_bridge.store.figures import (
    EVERYBODY,
    FIGURES,
    GATE_FIGURES,
    DayTally,
    difference,
)
from server_bridge.store.reports.staff_months import (
    DaySets,
    all_staff_months,
    day_set,
    days_in,
)
from server_bridge.store.reports.tallies import TallyPeriod, stored_tally
from server_bridge.store.schema.base import counts, refusals
from server_bridge.store.schema.reports import tallies, tally_gates, tally_refusals
from server_bridge.store.units.tree import SCHOOL, all_units, ancestry

UnitDay = tuple[str, date]
StaffMonths = dict[tuple[str, date, int], DaySets]
"""The days of a person of the staff, by unit, first day of the month and person."""
Sums = dict[tuple[Any, ...], tuple[int, ...]]
"""The figures of a row, by the columns of its key."""


def find_wrong_tallies(connection: sa.Connection, zone: ZoneInfo) -> list[str]:
    """Return unit and day of each stored tally that differs from a recount; none is expected.

    Days that are marked to be tallied again are left out: their tallies may differ.
    """
    schools = {unit.unit_id for unit in all_units(connection) if unit.level == SCHOOL}
    stored_days = all_marked_days(connection)
    wrong = {day for day in _recorded(connection, schools) if day not in stored_days}
    staff: StaffMonths = {}
    waiting: dict[tuple[str, date], int] = {}
    for (unit_id, day), due in stored_days.items():
        month = unit_id, day.replace(day=1)
        if due is not None and due <= day:
            waiting[month] = waiting.get(month, 0) | day_set(day, month[1])
            continue
        now, staff_of_day = count_day(connection, unit_id, day, zone, over=due is None)
        if difference(now, stored_tally(connection, unit_id, day)) != DayTally():
            wrong.add((unit_id, day))
        for person, sets in staff_of_day.items():
            before = staff.get((*month, person), DaySets())
            staff[*month, person] = DaySets(*map(or_, before, sets))
    wrong |= set(_wrong_sums(connection, schools))
    wrong |= set(_wrong_staff(all_staff_months(connection), staff, waiting))
    return [f"{unit_id} {day}" for unit_id, day in sorted(wrong)]


def _wrong_staff(
    stored: StaffMonths, counted: StaffMonths, waiting: Mapping[tuple[str, date], int]
) -> Iterable[UnitDay]:
    """Yield the days on which the stored record of a person of the staff is wrong.

    `waiting`: the set of days, by school and month, that are to be tallied again.
    """
    for unit_id, first, person in {*stored, *counted}:
        one = stored.get((unit_id, first, person), DaySets())
        other = counted.get((unit_id, first, person), DaySets())
        differ = reduce(or_, map(xor, one, other)) & ~waiting.get((unit_id, first), 0)
        yield from ((unit_id, day) for day in days_in(differ, first))


def _recorded(connection: sa.Connection, schools: set[str]) -> set[UnitDay]:
    """Return the days of schools on which gates recorded anything."""
    found = {
        (unit_id, day)
        for table in (counts, refusals)
        for unit_id, day in connection.execute(
            sa.select(table.c.unit_id, table.c.day).distinct()
        ).all()
    }
    return {(unit_id, day) for unit_id, day in found if unit_id in schools}


def _wrong_sums(connection: sa.Connection, schools: set[str]) -> Iterable[UnitDay]:
    """Yield the months, and days of units above schools, that are not the sums of schools' days."""
    lines = ancestry(connection)
    for table, by, names, above_too in _TABLES:
        keys = ("unit_id", "span", "first_day", *by)
        rows: Sums = {
            tuple(row[: len(keys)]): tuple(row[len(keys) :])
            for row in connection.execute(sa.select(*(table.c[name] for name in (*keys, *names))))
        }
        expected: Sums = {}
        for (unit_id, span, day, *more), numbers in rows.items():
            if span != TallyPeriod.DAY or unit_id not in schools:
                continue
            for above in lines[unit_id] if above_too(more) else [unit_id]:
                for key in (
                    (above, TallyPeriod.DAY, day, *more),
                    (above, TallyPeriod.MONTH, day.replace(day=1), *more),
                ):
                    held = expected.get(key, (0,) * len(names))
                    expected[key] = tuple(map(sum, zip(held, numbers, strict=True)))
        none = (0,) * len(names)
        for key in {*rows, *expected}:
            if rows.get(key, none) != expected.get(key, none):
                yield key[0], key[2]


_TABLES: tuple[
    tuple[sa.Table, tuple[str, ...], tuple[str, ...], Callable[[list[Any]], bool]], ...
] = (
    (tallies, ("group_name", "kind"), FIGURES, lambda more: more[0] == EVERYBODY),
    (tally_refusals, ("code",), ("scans",), lambda _: True),
    (tally_gates, ("gate_id",), GATE_FIGURES, lambda _: False),
)
"""Each table with the columns of its key, its figures, and whether a row counts above schools."""
