"""The yearly record of a school's staff: on how many of the school's days each was seen coming and
going. Names: for the school's own office only."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa

from gate_contract.card import Kind
from gate_contract.errors import SchoolgateError
from server_bridge.people.names import name_key
from server_bridge.reports.cells import Column, Holds, Table
from server_bridge.reports.period import Period
from server_bridge.reports.words import say, short_day
from server_bridge.store.by_hand import by_hand_between
from server_bridge.store.staff_year import Appeal, Member, Scans, appeals_of, scans_of, staff_of
from server_bridge.store.tallies import days_held
from server_bridge.store.units import SCHOOL, Unit, find_unit
from server_bridge.web.formats import Formats
from server_bridge.web.text import Lang


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


@dataclass(frozen=True, slots=True)
class Record:
    """Somebody's year: all days on which the school's staff was there and the person of it."""

    person: int
    name: str
    code: str | None
    group: str | None
    days: tuple[StaffDay, ...]

    def count(self, what: str) -> int:
        """Of how many days a property is true."""
        return sum(bool(getattr(day, what)) for day in self.days)

    @property
    def missing(self) -> tuple[StaffDay, ...]:
        return tuple(day for day in self.days if not day.present)

    @property
    def appealed(self) -> int:
        return sum(bool(day.appeals) for day in self.days)

    @property
    def open_days(self) -> int:
        """On which a scan is missing and nobody has noted why."""
        return sum(not day.complete and not day.appeals for day in self.days)


@dataclass(frozen=True, slots=True)
class StaffYear:
    """`records` in the order of names."""

    school: Unit
    above: str
    period: Period
    records: tuple[Record, ...]


def staff_year(
    connection: sa.Connection, unit_id: str, period: Period, person: int | None = None
) -> StaffYear:
    """The records of a school's staff, or of one. Raises SchoolgateError if it is no school."""
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
    held = days_held(connection, unit_id, Kind.STAFF, first, last)
    numbers = {one.person for one in staff}
    found = records(
        staff,
        held,
        scans_of(connection, unit_id, numbers, held),
        {(one.person, one.day) for one in by_hand_between(connection, unit_id, first, last)},
        appeals_of(connection, unit_id, first, last, person),
    )
    return StaffYear(school, above.name if above else "", period, tuple(found))


def records(
    staff: Iterable[Member],
    held: Sequence[date],
    scans: Iterable[Scans],
    written: Iterable[tuple[int, date]],
    notes: Iterable[Appeal],
) -> list[Record]:
    """Everybody's record, by name. Pure."""
    seen: dict[int, dict[date, Seen]] = {}
    for number, day, in_ms, out_ms in scans:
        mine = seen.setdefault(number, {})
        known = mine.get(day)
        mine[day] = _both(known, (in_ms, out_ms)) if known else (in_ms, out_ms)
    by_hand: dict[int, set[date]] = {}
    for number, day in written:
        by_hand.setdefault(number, set()).add(day)
    noted: dict[int, dict[date, list[Appeal]]] = {}
    for note in notes:
        noted.setdefault(note.person, {}).setdefault(note.day, []).append(note)
    stays: dict[int, list[Member]] = {}
    for member in staff:
        stays.setdefault(member.person, []).append(member)
    found = []
    for person, spans in stays.items():
        days = sorted({day for span in spans for day in _within(held, span)})
        scanned, hand = seen.get(person, {}), by_hand.get(person, set())
        told = noted.get(person, {})
        record = tuple(
            StaffDay(day, *scanned.get(day, _UNSEEN), day in hand, tuple(told.get(day, ())))
            for day in days
        )
        newest = spans[-1]
        found.append(Record(person, newest.name, newest.code, newest.group, record))
    return sorted(found, key=lambda one: (name_key(one.name), one.person))


Seen = tuple[int | None, int | None]
"""First way in and last way out, UTC in ms."""
_UNSEEN: Seen = (None, None)


def _both(one: Seen, other: Seen) -> Seen:
    """Of somebody who showed two cards."""
    ins = [ms for ms in (one[0], other[0]) if ms is not None]
    outs = [ms for ms in (one[1], other[1]) if ms is not None]
    return min(ins, default=None), max(outs, default=None)


def _within(held: Sequence[date], member: Member) -> Sequence[date]:
    end = len(held) if member.until_day is None else bisect_left(held, member.until_day)
    return held[bisect_left(held, member.from_day) : end]


def staff_table(year: StaffYear, lang: Lang) -> Table:
    """The records as a table, for the page and the spreadsheet."""
    words = ("name", "code", "group", *_FIGURES, "scan_share")
    columns = tuple(
        Column(say(lang, f"report_s_{word}"), _WIDTHS.get(word, 11), _HOLDS.get(word, Holds.NUMBER))
        for word in words
    )
    rows = tuple(
        (
            one.name,
            one.code,
            one.group,
            len(one.days),
            one.count("present"),
            one.count("in_ms"),
            one.count("out_ms"),
            one.count("by_hand"),
            len(one.missing),
            one.appealed,
            one.open_days,
            one.count("scanned") / len(one.days) if one.days else None,
        )
        for one in year.records
    )
    return Table("staff", say(lang, "report_t_staff"), columns, rows)


_FIGURES = ("days", "present", "in", "out", "by_hand", "missing", "appealed", "open")
_WIDTHS: Mapping[str, int] = {"name": 28, "code": 16, "group": 18}
_HOLDS = dict.fromkeys(_WIDTHS, Holds.TEXT) | {"scan_share": Holds.SHARE}


def days_table(year: StaffYear, f: Formats) -> Table:
    """Every incomplete day of everybody, with what was noted of it."""
    columns = (
        Column(say(f.lang, "report_s_name"), 28, Holds.TEXT),
        Column(say(f.lang, "report_c_day"), 12, Holds.TEXT),
        Column(say(f.lang, "report_s_first_in"), 10, Holds.TEXT),
        Column(say(f.lang, "report_s_last_out"), 10, Holds.TEXT),
        Column(say(f.lang, "report_s_hand"), 10, Holds.TEXT),
        Column(say(f.lang, "report_s_notes"), 50, Holds.TEXT),
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
        for day in one.days
        if not day.complete
    )
    return Table("staff_days", say(f.lang, "report_t_staff_days"), columns, rows)
