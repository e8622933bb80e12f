"""Test entries by time of day: counted with crossings, confirmed by a recount, compared by day."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from gate_contract.crossing import ClockTrust
from gate_contract.verdicts import Verdict
from server_bridge.store.crossings.arrivals import all_arrivals, comparisons
from server_bridge.store.crossings.audit import count_faults
from server_bridge.store.crossings.day_proof import day_is_miscounted
from server_bridge.store.database import Database
from server_bridge.store.schema.crossings import arrivals
from tests.builders.intake import MINUTE_MS, assert_sound, take
from tests.builders.school import (
    COMMUNE,
    OTHER_GATE,
    OTHER_SCHOOL,
    PROVINCE,
    SCHOOL,
    ZONE,
    Scribe,
)
from tests.fakes.clock import MORNING_MS

DAY = date(2026, 9, 7)
DAY_MS = 86_400_000
SQLITE_ONLY = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_a_day_beside_the_day_before_and_the_week_before(database: Database) -> None:
    written = Scribe().enter(1, 2, 3, at=MORNING_MS - 7 * DAY_MS + 4 * MINUTE_MS)
    written.enter(1, at=MORNING_MS - DAY_MS - MINUTE_MS).leave(1, at=MORNING_MS - DAY_MS)
    written.enter(1, 2, at=MORNING_MS).enter(3, at=MORNING_MS + 5 * MINUTE_MS)
    with database.write() as connection:
        connection.execute(sa.text("UPDATE gates SET added_ms = 0"))
    take(database, [written.letter(), Scribe(OTHER_GATE).enter(7).letter()])
    with database.read() as connection:
        found = comparisons(connection, DAY, ZONE)
    assert found.keys() == {SCHOOL, OTHER_SCHOOL, COMMUNE, PROVINCE}
    school = found[SCHOOL]
    assert school.today.slots == ((420, 2), (425, 1))
    assert (school.today.before(425), school.today.entered) == (2, 3)
    assert (school.yesterday.day, school.yesterday.slots) == (DAY - timedelta(1), ((415, 1),))
    assert (school.week_ago.day, school.week_ago.slots) == (DAY - timedelta(7), ((420, 3),))
    assert found[PROVINCE].today.slots == ((420, 3), (425, 1))
    assert_sound(database)


@SQLITE_ONLY
def test_a_correction_of_times_moves_arrivals(database: Database) -> None:
    scribe = Scribe()
    scribe.write(Verdict.ADMITTED_IN, 1, at=None, up_ms=1_000, clock=ClockTrust.UNTRUSTED)
    take(database, [scribe.letter()], MORNING_MS + DAY_MS)
    scribe.write(Verdict.CLOCK_SET, at=MORNING_MS + 9_000, up_ms=10_000)
    take(database, [scribe.letter(2)], MORNING_MS + DAY_MS + 1)
    assert_sound(database)
    with database.read() as connection:
        assert set(all_arrivals(connection)) == {
            (unit_id, DAY, MORNING_MS // 300_000) for unit_id in (SCHOOL, COMMUNE, PROVINCE)
        }


@SQLITE_ONLY
def test_an_altered_slot_is_found(database: Database) -> None:
    take(database, [Scribe().enter(1, 2, 3).letter()])
    for unit_id in (PROVINCE, SCHOOL):
        here = arrivals.c.unit_id == unit_id
        with database.write() as connection:
            connection.execute(arrivals.update().where(here).values(entered=4))
        with database.read() as connection:
            assert count_faults(connection) == [f"{unit_id} {DAY}"]
            assert day_is_miscounted(connection, SCHOOL, DAY) == (unit_id == SCHOOL)
        with database.write() as connection:
            connection.execute(arrivals.update().where(here).values(entered=3))
    assert_sound(database)
