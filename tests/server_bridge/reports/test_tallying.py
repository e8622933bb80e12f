"""Tallies: independent of the order of records, summed by month and unit, equal to a recount."""

import threading
from datetime import date, timedelta
from itertools import count

import pytest

from gate_contract.card import CardKind
from gate_contract.crossing import ClockTrust, Direction
from gate_contract.verdicts import Verdict
from server_bridge.reports.recount import find_wrong_tallies
from server_bridge.reports.tallying import TallyWorker, tally_due
from server_bridge.store.access.accounts import add_account
from server_bridge.store.changes.report_days import due_days
from server_bridge.store.database import Database
from server_bridge.store.figures import Figures, GateFigures
from server_bridge.store.reports.tallies import (
    TallyPeriod,
    TallyRange,
    figures_by_class,
    figures_by_unit,
    gates_of,
    refusals_of,
)
from server_bridge.store.schema.reports import report_days, tallies, tally_gates
from server_bridge.store.school.by_hand import add_by_hand
from server_bridge.store.school.school_hours import Hours, set_hours
from tests.builders.district_people import HAMLET, DistrictPeople
from tests.builders.intake import take
from tests.builders.school import COMMUNE, GATE, PROVINCE, SCHOOL, SECOND_GATE, ZONE, Scribe
from tests.builders.school_morning import MINUTE_MS, NOW_MS, SchoolMorning
from tests.fakes.clock import MORNING_MS

DAY = date(2026, 9, 7)
DAY_MS = 86_400_000
TODAY, SEPTEMBER = (
    TallyRange(TallyPeriod.DAY, DAY, DAY),
    TallyRange(TallyPeriod.MONTH, date(2026, 9, 1), DAY),
)
SQLITE_ONLY = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def settle(database: Database, now_ms: int = NOW_MS) -> int:
    """Tally what is due; check that the recount finds no difference."""
    done = tally_due(database, now_ms, ZONE)
    with database.read() as connection:
        assert find_wrong_tallies(connection, ZONE) == []
    return done


def pupils(database: Database, over: TallyRange = TODAY, unit_id: str = SCHOOL) -> Figures:
    with database.read() as connection:
        return (
            figures_by_unit(connection, [unit_id], over)
            .get(unit_id, {})
            .get(CardKind.PUPIL, Figures())
        )


def test_a_morning_in_figures_here_and_above(database: Database) -> None:
    morning = SchoolMorning(database)
    assert settle(database) == 1
    assert settle(database) == 0
    figures = pupils(database)
    assert figures == Figures(
        days=1, enrolled=6, scanned=5, present=5, late=1, entered=6, left=1, cards=6
    )
    for unit_id in (SCHOOL, COMMUNE, PROVINCE):
        assert pupils(database, SEPTEMBER, unit_id) == figures
    with database.read() as connection:
        staff = figures_by_unit(connection, [PROVINCE], SEPTEMBER)[PROVINCE][CardKind.STAFF]
        assert (staff.days, staff.compliance) == (1, 1.0)
        classes = figures_by_class(connection, SCHOOL, TODAY)
        assert {name: one.enrolled for name, one in classes.items()} == {"6A": 5, "10A": 1}
        assert gates_of(connection, [SCHOOL], TODAY) == {SCHOOL: {GATE: GateFigures(1, 8, 1, 0)}}
        assert due_days(connection, DAY) == []
    # After midnight, those who were not seen leaving count as missed exits.
    assert settle(database, NOW_MS + DAY_MS) == 1
    assert (pupils(database).no_exit, pupils(database).left_early) == (5, 1)
    assert settle(database, NOW_MS + 2 * DAY_MS) == 0
    assert morning.numbers


def test_a_gate_that_was_away_for_a_week(database: Database) -> None:
    morning = SchoolMorning(database)
    settle(database, NOW_MS + DAY_MS)
    before = pupils(database)
    away = Scribe(SECOND_GATE).enter(morning.cards["Phạm Đông"], at=MORNING_MS - MINUTE_MS)
    away.leave(morning.cards["Nguyễn Văn An"], at=MORNING_MS + 600 * MINUTE_MS)
    away.write(Verdict.EXPIRED, at=MORNING_MS, count=3)
    take(database, [away.letter()], NOW_MS + 7 * DAY_MS)
    assert pupils(database) == before
    assert settle(database, NOW_MS + 7 * DAY_MS) == 1
    more = Figures(scanned=1, present=1, entered=1, left=1, cards=1)
    assert pupils(database) == before + more  # one more person, and one exit
    with database.read() as connection:
        assert refusals_of(connection, [PROVINCE], SEPTEMBER) == {PROVINCE: {"expired": 3}}


@SQLITE_ONLY
def test_a_correction_of_times_moves_figures(database: Database) -> None:
    SchoolMorning(database)
    scribe = Scribe(SECOND_GATE)
    scribe.write(Verdict.ADMITTED_IN, 5, at=None, up_ms=1_000, clock=ClockTrust.UNTRUSTED)
    take(database, [scribe.letter()], MORNING_MS + DAY_MS)
    settle(database, MORNING_MS + DAY_MS)
    tomorrow = TallyRange(TallyPeriod.DAY, DAY + timedelta(1), DAY + timedelta(1))
    assert pupils(database, tomorrow).entered == 1
    scribe.write(Verdict.CLOCK_SET, at=MORNING_MS + 9_000, up_ms=10_000)
    take(database, [scribe.letter(2)], MORNING_MS + DAY_MS + 1)
    assert settle(database, MORNING_MS + DAY_MS + 1) == 2
    assert pupils(database, tomorrow) == Figures()
    assert pupils(database).scanned == 6


@SQLITE_ONLY
def test_the_roster_is_that_of_the_day(database: Database) -> None:
    morning = SchoolMorning(database)
    folk = DistrictPeople(database, morning.numbers, count(3_400_000_001))
    settle(database, NOW_MS + DAY_MS)
    folk.leave("Phạm Đông", DAY + timedelta(1))
    folk.join("Người Mới", HAMLET, "6A", day=DAY + timedelta(1))
    assert settle(database, NOW_MS + DAY_MS) == 0  # the day before does not change
    assert pupils(database).enrolled == 6
    folk.leave("Phạm Đông", DAY)  # a correction of that day itself
    assert settle(database, NOW_MS + DAY_MS) == 1
    assert pupils(database).compliance == 1.0


@SQLITE_ONLY
def test_entries_by_hand_and_other_hours_count(database: Database) -> None:
    morning = SchoolMorning(database)
    settle(database)
    with database.write() as connection:
        account = add_account(connection, "office", NOW_MS)
        add_by_hand(
            connection,
            *(SCHOOL, morning.numbers["Phạm Đông"], Direction.IN, "Quên thẻ"),
            day=DAY,
            at_ms=MORNING_MS,
            account=account,
            now_ms=NOW_MS,
        )
    assert settle(database) == 1
    assert (pupils(database).scanned, pupils(database).present) == (5, 6)
    with database.write() as connection:
        set_hours(connection, SCHOOL, Hours(435, 990), account, NOW_MS)
    assert settle(database) == 1
    assert pupils(database).late == 0


@SQLITE_ONLY
def test_an_altered_figure_and_a_forgotten_day_are_found(database: Database) -> None:
    SchoolMorning(database)
    settle(database)
    changes = (
        (tallies, "late", SCHOOL, TallyPeriod.DAY, DAY),
        (tallies, "entered", PROVINCE, TallyPeriod.MONTH, SEPTEMBER.first),
        (tally_gates, "left", SCHOOL, TallyPeriod.MONTH, SEPTEMBER.first),
    )
    for table, name, unit_id, span, first in changes:
        here = (table.c.unit_id == unit_id) & (table.c.span == span)
        for by in (1, -1):
            with database.write() as connection:
                changed = table.update().where(here).values({name: table.c[name] + by})
                assert connection.execute(changed).rowcount
            with database.read() as connection:
                found = find_wrong_tallies(connection, ZONE)
            assert (f"{unit_id} {first}" in found) == (by == 1), (name, found)
    with database.write() as connection:
        connection.execute(report_days.delete())
    with database.read() as connection:
        assert find_wrong_tallies(connection, ZONE) == [f"{SCHOOL} {DAY}"]


@SQLITE_ONLY
def test_the_keeper_goes_round_and_survives_a_failure(database: Database) -> None:
    SchoolMorning(database)
    stopping, rounds = threading.Event(), count(1)

    def now_ms() -> int:
        turn = next(rounds)
        if turn == 1:
            raise OSError("a fault of ours")
        if turn == 3:
            stopping.set()
        return NOW_MS

    TallyWorker(database, ZONE, now_ms, stopping, period_s=0).run()
    assert next(rounds) == 4
    assert pupils(database).scanned == 5
