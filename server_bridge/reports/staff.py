"""The yearly record of a school's staff: on how many of the school's days each was seen coming and
going. Names: for the school's own office only.

What is counted is kept by month (`store/staff_months.py`); times are read for the days shown, and
notes of appeal as they are now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import NamedTuple

import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from server_bridge.i18n.formats import Formats
from server_bridge.i18n.names import name_key
from server_bridge.i18n.phrases import Lang
from server_bridge.letters.tables import Holds, Table, TableColumn
from server_bridge.reports.period import Period
from server_bridge.reports.texts import say, short_day
from server_bridge.store.reports.staff_months import DaySets, as_set, days_in, staff_days
from server_bridge.store.reports.staff_year import (
    Appeal,
    Scans,
    StaffMember,
    appeals_of,
    scans_of,
    staff_of,
)
from server_bridge.store.units.tree import SCHOOL, Unit, find_unit


@dataclass(frozen=True, slots=True)
class StaffRecord:
    """Somebody's year. `sets`: of its days, from the year's first on; `noted`: the set of those
    with a note of appeal."""

    person: int
    name: str
    code: str | None
    group: str | None
    sets: DaySets
    noted: int = 0

    def count(self, what: str) -> int:
        """How many days one of the sets has."""
        days: int = getattr(self.sets, what)
        return days.bit_count()

    @property
    def appealed(self) -> int:
        return (self.sets.days & self.noted).bit_count()

    @property
    def open_days(self) -> int:
        """On which a scan is missing and nobody has noted why."""
        return (self.sets.incomplete & ~self.noted).bit_count()


@dataclass(frozen=True, slots=True)
class StaffYear:
    """`records` in the order of names, `appeals` in the order in which they were written."""

    school: Unit
    above: str
    period: Period
    records: tuple[StaffRecord, ...]
    appeals: tuple[Appeal, ...]


class StaffDay(NamedTuple):
    """One of the school's days. `in_ms` and `out_ms` (UTC): as the gates saw it; `by_hand`: the
    office wrote something of it."""

    day: date
    in_ms: int | None
    out_ms: int | None
    by_hand: bool
    appeals: tuple[Appeal, ...]

    @property
    def scanned(self) -> bool:
        return self.in_ms is not None or self.out_ms is not None

    @property
    def present(self) -> bool:
        return self.scanned or self.by_hand

    @property
    def complete(self) -> bool:
        return self.in_ms is not None and self.out_ms is not None


def staff_year(
    connection: sa.Connection, unit_id: str, period: Period, person: int | None = None
) -> StaffYear:
    """The records of a school's staff, or of one, in a school year. Raises SchoolgateError if it is
    no school."""
    school = find_unit(connection, unit_id)
    if school is None or school.level != SCHOOL:
        raise SchoolgateError(f"{unit_id} is not a school; see: gate-bridge unit list")
    above = find_unit(connection, school.parent_id) if school.parent_id else None
    first, last = period.first, period.last
    staff = [
        one
        for one in staff_of(connection, unit_id, first, last)
        if person is None or one.person == person
    ]
    appeals = appeals_of(connection, unit_id, first, last, person)
    found = records(staff, staff_days(connection, unit_id, first, last, person), appeals, first)
    return StaffYear(school, above.name if above else "", period, tuple(found), tuple(appeals))


def records(
    staff: Sequence[StaffMember],
    kept: Mapping[int, DaySets],
    appeals: Sequence[Appeal],
    first: date,
) -> list[StaffRecord]:
    """Everybody's record, by name. `staff`: each stay for itself, the newest last. Pure."""
    noted: dict[int, int] = {}
    for note in appeals:
        noted[note.person] = noted.get(note.person, 0) | as_set(note.day, first)
    newest = {member.person: member for member in staff}
    none = DaySets()
    found = [
        StaffRecord(
            person, one.name, one.code, one.group, kept.get(person, none), noted.get(person, 0)
        )
        for person, one in newest.items()
    ]
    return sorted(found, key=lambda one: (name_key(one.name), one.person))


def day_by_day(
    connection: sa.Connection, year: StaffYear, *, incomplete: bool = False
) -> dict[int, list[StaffDay]]:
    """The days of each record, or the incomplete ones, by person and in order, with their times."""
    first = year.period.first
    sets = {one.person: one.sets for one in year.records}
    shown = {person: one.incomplete if incomplete else one.days for person, one in sets.items()}
    timed = {person: shown[person] & one.scanned for person, one in sets.items()}
    scans = scans_of(
        connection,
        year.school.unit_id,
        [person for person, days in timed.items() if days],
        days_in(reduce(or_, timed.values(), 0), first),
    )
    seen: dict[tuple[int, date], Seen] = {}
    for scan in scans:
        key = scan.person, scan.day
        seen[key] = _both(seen.get(key, _UNSEEN), scan)
    noted: dict[tuple[int, date], tuple[Appeal, ...]] = {}
    for note in year.appeals:
        key = note.person, note.day
        noted[key] = (*noted.get(key, ()), note)
    found = {}
    for person, one in sets.items():
        by_hand = set(days_in(one.by_hand, first))
        found[person] = [
            StaffDay(
                day,
                *seen.get((person, day), _UNSEEN),
                day in by_hand,
                noted.get((person, day), ()),
            )
            for day in days_in(shown[person], first)
        ]
    return found


Seen = tuple[int | None, int | None]
"""First way in and last way out, UTC in ms."""
_UNSEEN: Seen = (None, None)


def _both(known: Seen, more: Scans) -> Seen:
    """Of somebody who showed two cards."""
    ins = [ms for ms in (known[0], more.in_ms) if ms is not None]
    outs = [ms for ms in (known[1], more.out_ms) if ms is not None]
    return min(ins, default=None), max(outs, default=None)


def staff_table(year: StaffYear, lang: Lang) -> Table:
    """The records as a table, for the page and the spreadsheet."""
    words = ("name", "code", "group", *_FIGURES, "scan_share")
    columns = tuple(
        TableColumn(
            say(lang, f"report_s_{word}"), _WIDTHS.get(word, 11), _HOLDS.get(word, Holds.NUMBER)
        )
        for word in words
    )
    rows = tuple(
        (
            one.name,
            one.code,
            one.group,
            one.count("days"),
            one.count("present"),
            one.count("came"),
            one.count("left"),
            one.count("by_hand"),
            one.count("missing"),
            one.appealed,
            one.open_days,
            one.count("scanned") / one.count("days") if one.sets.days else None,
        )
        for one in year.records
    )
    return Table("staff", say(lang, "report_t_staff"), columns, rows)


_FIGURES = ("days", "present", "in", "out", "by_hand", "missing", "appealed", "open")
_WIDTHS: Mapping[str, int] = {"name": 28, "code": 16, "group": 18}
_HOLDS = dict.fromkeys(_WIDTHS, Holds.TEXT) | {"scan_share": Holds.SHARE}


def days_table(year: StaffYear, days: Mapping[int, Sequence[StaffDay]], f: Formats) -> Table:
    """Every incomplete day of everybody, with what was noted of it. `days`: `day_by_day`."""
    columns = (
        TableColumn(say(f.lang, "report_s_name"), 28, Holds.TEXT),
        TableColumn(say(f.lang, "report_c_day"), 12, Holds.TEXT),
        TableColumn(say(f.lang, "report_s_first_in"), 10, Holds.TEXT),
        TableColumn(say(f.lang, "report_s_last_out"), 10, Holds.TEXT),
        TableColumn(say(f.lang, "report_s_hand"), 10, Holds.TEXT),
        TableColumn(say(f.lang, "report_s_notes"), 50, Holds.TEXT),
    )
    rows = tuple(
        (
            one.name,
            short_day(day.day),
            "" if day.in_ms is None else f.moment(day.in_ms, day.day),
            "" if day.out_ms is None else f.moment(day.out_ms, day.day),
            "x" if day.by_hand else "",
            "; ".join(f"{note.reason} ({note.author})" for note in day.appeals),
        )
        for one in year.records
        for day in days[one.person]
        if not day.complete
    )
    return Table("staff_days", say(f.lang, "report_t_staff_days"), columns, rows)
