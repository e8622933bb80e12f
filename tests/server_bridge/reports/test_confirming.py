"""Confirmed figures and notes of appeal on PostgreSQL, which the tests of the pages do not use."""

from datetime import date, timedelta

import pytest

from gate_contract.card import CardKind
from gate_contract.errors import SchoolgateError
from server_bridge.reports.confirming import ConfirmationStatus, confirm, roll_up
from server_bridge.reports.period import PeriodKind, period
from server_bridge.reports.staff import day_by_day, staff_year
from server_bridge.reports.tallying import tally_due
from server_bridge.store.access.accounts import add_account
from server_bridge.store.database import Database
from server_bridge.store.reports.report_requests import REQUESTS, open_request
from server_bridge.store.reports.staff_year import add_appeal
from server_bridge.submissions.actions import SubmissionWrite, reopen
from tests.builders.intake import take
from tests.builders.school import OTHER_SCHOOL, PROVINCE, SCHOOL, SECOND_GATE, ZONE, Scribe
from tests.builders.school_morning import NOW_MS, SchoolMorning
from tests.fakes.clock import MORNING_MS

DAY = date(2026, 9, 7)
DAY_MS = 86_400_000


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_confirmed_figures_stay_and_what_came_late_is_told(database: Database) -> None:
    morning = SchoolMorning(database)
    later = NOW_MS + DAY_MS
    tally_due(database, later, ZONE)
    mine = SubmissionWrite(1, SCHOOL, "cô Hà", later)
    with database.write() as connection:
        asked = (PROVINCE, "Ngày 7/9", "day", DAY, later + DAY_MS, "Sở", NOW_MS)
        assert open_request(connection, *asked) == 1
        with pytest.raises(SchoolgateError, match="not over"):
            confirm(connection, SubmissionWrite(1, SCHOOL, "cô Hà", NOW_MS), ZONE)
        confirm(connection, mine, ZONE)
        with pytest.raises(SchoolgateError, match="not locked"):
            reopen(connection, REQUESTS, mine, "vì sao")
    take(database, [Scribe(SECOND_GATE).enter(5, at=MORNING_MS).letter()], later)
    tally_due(database, later, ZONE)
    with database.read() as connection:
        rolled = roll_up(connection, 1, later + 2 * DAY_MS)
        one, other = (
            next(line for line in rolled.schools if line.unit.unit_id == unit_id)
            for unit_id in (SCHOOL, OTHER_SCHOOL)
        )
    assert (one.outcome, one.differs) == (ConfirmationStatus.ON_TIME, True)
    assert rolled.sum(CardKind.PUPIL).scanned == 5
    assert (other.outcome, other.figures) == (ConfirmationStatus.MISSING, None)
    with database.write() as connection:
        account = add_account(connection, "office", later)
        number, today = morning.numbers["Cô Mai"], DAY + timedelta(1)

        def note(unit_id: str) -> None:
            said = (unit_id, number, DAY, "Ra cổng phụ")
            add_appeal(connection, *said, account=account, now_ms=later, today=today)

        note(SCHOOL)
        with pytest.raises(SchoolgateError, match="not of the staff"):
            note(OTHER_SCHOOL)
        year = staff_year(connection, SCHOOL, period(PeriodKind.YEAR, DAY))
        (record,), days = year.records, day_by_day(connection, year)
    assert (record.name, record.appealed, record.open_days) == ("Cô Mai", 1, 0)
    assert [note.author for note in days[record.person][0].appeals] == ["office"]
