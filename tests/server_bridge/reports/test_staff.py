"""The staff's months: the stored days equal the records after every kind of change."""

from datetime import date, timedelta

import pytest

from gate_contract.card import CardKind
from gate_contract.crossing import Direction
from gate_contract.verdicts import Verdict
from server_bridge.reports.period import PeriodKind, period
from server_bridge.reports.recount import find_wrong_tallies
from server_bridge.reports.staff import StaffDay, StaffRecord, day_by_day, staff_year
from server_bridge.reports.tallying import tally_due
from server_bridge.store.access.accounts import add_account
from server_bridge.store.changes.report_days import mark_days_since
from server_bridge.store.database import Database
from server_bridge.store.people.people import Placement, move_person
from server_bridge.store.reports.staff_months import (
    DaySets,
    day_set,
    days_in,
    keep_staff_day,
    staff_days,
)
from server_bridge.store.reports.staff_year import add_appeal
from server_bridge.store.schema.reports import staff_months
from server_bridge.store.school.by_hand import add_by_hand, withdraw_by_hand
from tests.builders.district_people import HAMLET
from tests.builders.intake import take
from tests.builders.school import OTHER_SCHOOL, SCHOOL, SECOND_GATE, ZONE, Scribe
from tests.builders.school_morning import MINUTE_MS, NOW_MS, SchoolMorning
from tests.fakes.clock import MORNING_MS

DAY = date(2026, 9, 7)
DAY_MS = 86_400_000
SQLITE_ONLY = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LATER_MS = NOW_MS + 40 * DAY_MS
YEAR = period(PeriodKind.YEAR, DAY)
THIRD = date(2026, 10, 1)
"""A day of another month on which Cô Mai enters and leaves."""


class Staff:
    """The records of Cô Mai: an entry on `DAY`; an entry and an exit on `THIRD`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.morning = SchoolMorning(database)
        self.person = self.morning.numbers["Cô Mai"]
        scribe, card = Scribe(SECOND_GATE), self.morning.cards["Cô Mai"]
        for verdict, minute in ((Verdict.ADMITTED_IN, 0), (Verdict.ADMITTED_OUT, 540)):
            at = MORNING_MS + (THIRD - DAY).days * DAY_MS + minute * MINUTE_MS
            scribe.write(verdict, card, at=at, kind=CardKind.STAFF)
        take(database, [scribe.letter()], LATER_MS)
        with database.write() as connection:
            self.account = add_account(connection, "office", NOW_MS)

    def settle(self) -> int:
        """Tally what is due; check that the recount finds no difference."""
        done = tally_due(self.database, LATER_MS, ZONE)
        with self.database.read() as connection:
            assert find_wrong_tallies(connection, ZONE) == []
        return done

    def kept(self, unit_id: str = SCHOOL) -> dict[int, DaySets]:
        with self.database.read() as connection:
            return staff_days(connection, unit_id, YEAR.first, YEAR.last)

    def record(self) -> tuple[StaffRecord, list[StaffDay]]:
        with self.database.read() as connection:
            year = staff_year(connection, SCHOOL, YEAR, self.person)
            return year.records[0], day_by_day(connection, year)[self.person]

    def counted(self) -> tuple[int, ...]:
        """Return days, present, entered, left, by hand, missing, incomplete without a note."""
        record, days = self.record()
        sets = ("days", "present", "came", "left", "by_hand", "missing")
        assert record.count("complete") == sum(day.complete for day in days)
        return (*map(record.count, sets), record.open_days)

    def move(self, place: Placement | None, day: date) -> None:
        with self.database.write() as connection:
            move_person(connection, self.person, place, day)


@pytest.fixture
def staff(database: Database) -> Staff:
    return Staff(database)


def test_a_year_is_what_its_days_were_also_in_an_older_database(staff: Staff) -> None:
    assert staff.kept() == {}
    assert staff.settle() == 2
    assert staff.counted() == (2, 2, 2, 1, 0, 0, 1)
    assert list(days_in(staff.kept()[staff.person].days, YEAR.first)) == [DAY, THIRD]
    with staff.database.write() as connection:
        entry = add_by_hand(
            connection,
            *(SCHOOL, staff.person, Direction.OUT, "Quên thẻ"),
            day=DAY,
            at_ms=NOW_MS,
            account=staff.account,
            now_ms=NOW_MS,
        )
    assert staff.settle() == 1
    assert staff.counted() == (2, 2, 2, 1, 1, 0, 1)
    with staff.database.write() as connection:
        withdraw_by_hand(connection, SCHOOL, entry, "Nhầm người", staff.account, NOW_MS)
    assert staff.settle() == 1
    assert staff.counted() == (2, 2, 2, 1, 0, 0, 1)
    with staff.database.write() as connection:  # counted at once: nothing is tallied for it
        add_appeal(
            connection,
            *(SCHOOL, staff.person, DAY, "Ra cổng phụ"),
            account=staff.account,
            now_ms=LATER_MS,
            today=DAY + timedelta(40),
        )
    assert staff.counted() == (2, 2, 2, 1, 0, 0, 0)
    record, days = staff.record()
    assert record.appealed == 1
    assert [(day.day, day.complete, len(day.appeals)) for day in days] == [
        (DAY, False, 1),
        (THIRD, True, 0),
    ]
    before = staff.kept()
    with staff.database.write() as connection:  # as if it had never been written
        connection.execute(staff_months.delete())
        mark_days_since(connection, [SCHOOL], None)
    assert staff.settle() == 2
    assert staff.kept() == before


@SQLITE_ONLY
def test_whoever_moves_takes_no_days_along(staff: Staff) -> None:
    staff.settle()
    staff.move(Placement(OTHER_SCHOOL, None, HAMLET), THIRD)
    staff.settle()  # THIRD is no day of the school's staff any more: it has none
    assert staff.counted()[0] == 1
    assert staff.kept(OTHER_SCHOOL) == {}
    staff.move(None, DAY)
    staff.settle()
    assert staff.kept() == {}
    with staff.database.read() as connection:
        assert connection.execute(staff_months.select()).all() == []
    staff.move(Placement(SCHOOL, None, HAMLET), DAY)  # it was a mistake
    staff.settle()
    assert staff.counted() == (2, 2, 2, 1, 0, 0, 1)


@SQLITE_ONLY
def test_an_altered_day_is_found_and_a_waiting_one_is_not(staff: Staff) -> None:
    staff.settle()
    this = day_set(DAY, DAY.replace(day=1))
    here = staff_months.c.first_day == DAY.replace(day=1)
    unknown = day_set(DAY + timedelta(1), DAY.replace(day=1))

    def found(by: int, column: str) -> list[str]:
        changed = {column: staff_months.c[column] + by}
        with staff.database.write() as connection:
            assert connection.execute(staff_months.update().where(here).values(changed)).rowcount
            return find_wrong_tallies(connection, ZONE)

    for column, by, day in (
        ("days", -this, DAY),
        ("came", -this, DAY),
        ("left", this, DAY),
        ("by_hand", this, DAY),
        ("by_hand", unknown, DAY + timedelta(1)),
    ):
        assert found(by, column) == [f"{SCHOOL} {day}"]
        assert found(-by, column) == []
    with staff.database.write() as connection:
        connection.execute(staff_months.delete().where(here))
        assert find_wrong_tallies(connection, ZONE) == [f"{SCHOOL} {DAY}"]
        mark_days_since(connection, [SCHOOL], None)
        assert find_wrong_tallies(connection, ZONE) == []


def test_days_of_a_month_are_written_apart(database: Database) -> None:
    morning = SchoolMorning(database)
    one, other = morning.numbers["Cô Mai"], morning.numbers["Nguyễn Văn An"]
    first, last = date(2027, 1, 1), date(2027, 1, 31)
    for day in (first, last):
        this = day_set(day, first)
        with database.write() as connection:
            both = {one: DaySets(this, this, this, this), other: DaySets(this)}
            keep_staff_day(connection, SCHOOL, day, both)
    with database.write() as connection:
        keep_staff_day(connection, SCHOOL, first, {one: DaySets(1, 0, 1)})
    with database.read() as connection:
        kept = staff_days(connection, SCHOOL, YEAR.first, YEAR.last)
    shown = {person: list(days_in(sets.days, YEAR.first)) for person, sets in kept.items()}
    assert shown == {one: [first, last], other: [last]}
    assert list(days_in(kept[one].came, YEAR.first)) == [last]
    assert list(days_in(kept[one].complete, YEAR.first)) == [last]
    assert list(days_in(kept[other].missing, YEAR.first)) == [last]
