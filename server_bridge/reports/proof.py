"""The proof that reports say what the records say: every day tallied again from scratch."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import reduce
from operator import or_, xor
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from server_bridge.reports.tallying import count_day
from server_bridge.store.changes.report_days import days_kept
from server_bridge.store.figures import (
    EVERYBODY,
    FIGURES,
    GATE_FIGURES,
    DayTally,
    difference,
)
from server_bridge.store.reports.staff_months import DaySets, all_staff_months, as_set, days_in
from server_bridge.store.reports.tallies import TallyPeriod, stored_tally
from server_bridge.store.schema.base import counts, refusals
from server_bridge.store.schema.reports import tallies, tally_gates, tally_refusals
from server_bridge.store.units.tree import SCHOOL, all_units, ancestry

UnitDay = tuple[str, date]

StaffMonths = dict[tuple[str, date, int], DaySets]

Sums = dict[tuple[Any, ...], tuple[int, ...]]


def misreported(connection: sa.Connection, zone: ZoneInfo) -> list[str]:
    """Unit and day of each tally that a recount does not confirm: none, ever. Days that are marked
    to be tallied again are no fault, and are left out."""
    schools = {unit.unit_id for unit in all_units(connection) if unit.level == SCHOOL}
    kept = days_kept(connection)
    wrong = {day for day in _recorded(connection, schools) if day not in kept}
    staff: StaffMonths = {}
    waiting: dict[tuple[str, date], int] = {}
    for (unit_id, day), due in kept.items():
        month = unit_id, day.replace(day=1)
        if due is not None and due <= day:
            waiting[month] = waiting.get(month, 0) | as_set(day, month[1])
            continue
        now, of_staff = count_day(connection, unit_id, day, zone, over=due is None)
        if difference(now, stored_tally(connection, unit_id, day)) != DayTally():
            wrong.add((unit_id, day))
        for person, sets in of_staff.items():
            before = staff.get((*month, person), DaySets())
            staff[*month, person] = DaySets(*map(or_, before, sets))
    wrong |= set(_wrong_sums(connection, schools))
    wrong |= set(_wrong_staff(all_staff_months(connection), staff, waiting))
    return [f"{unit_id} {day}" for unit_id, day in sorted(wrong)]


def _wrong_staff(
    stored: StaffMonths, counted: StaffMonths, waiting: Mapping[tuple[str, date], int]
) -> Iterable[UnitDay]:
    """Days of which something else is kept of somebody of the staff. `waiting`: the days of a
    school's months that are to be tallied again."""
    for unit_id, first, person in {*stored, *counted}:
        one = stored.get((unit_id, first, person), DaySets())
        other = counted.get((unit_id, first, person), DaySets())
        differ = reduce(or_, map(xor, one, other)) & ~waiting.get((unit_id, first), 0)
        yield from ((unit_id, day) for day in days_in(differ, first))


def _recorded(connection: sa.Connection, schools: set[str]) -> set[UnitDay]:
    """The days of schools of which gates recorded anything."""
    found = {
        (unit_id, day)
        for table in (counts, refusals)
        for unit_id, day in connection.execute(
            sa.select(table.c.unit_id, table.c.day).distinct()
        ).all()
    }
    return {(unit_id, day) for unit_id, day in found if unit_id in schools}


def _wrong_sums(connection: sa.Connection, schools: set[str]) -> Iterable[UnitDay]:
    """Months, and days above schools, that are not the sums of schools' days."""
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
"""Each with what tells its rows apart, its numbers, and whether a row counts above schools too."""
