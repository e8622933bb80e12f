"""Test hours, entries by hand and roll-calls in both databases, and their use of indexes."""

from datetime import date

import pytest
import sqlalchemy as sa

from gate_contract.card import CardKind
from gate_contract.crossing import Direction
from gate_contract.errors import SchoolgateError
from server_bridge.store.access.accounts import add_account
from server_bridge.store.database import Database
from server_bridge.store.people.card_days import card_days
from server_bridge.store.people.person_year import days_of_cards, find_person
from server_bridge.store.school.by_hand import (
    add_by_hand,
    by_hand_of,
    by_hand_on,
    withdraw_by_hand,
)
from server_bridge.store.school.roll_calls import (
    RollCallCounts,
    RollCallLine,
    begin_roll_call,
    close_roll_call,
    count_roll_call,
    find_roll_call,
    latest_roll_calls,
    roll_call_lines,
    tick,
)
from server_bridge.store.school.school_hours import Hours, hours_of, set_hours
from tests.builders.district_people import HAMLET, START, DistrictPeople
from tests.builders.intake import NOW_MS, take
from tests.builders.school import OTHER_SCHOOL, SCHOOL, Scribe
from tests.fakes.clock import MORNING_MS

DAY = date(2026, 9, 7)


@pytest.fixture
def person(database: Database) -> int:
    folk = DistrictPeople(database).lay_out()
    folk.join("Nguyễn Văn An", HAMLET)
    return folk.numbers["Nguyễn Văn An"]


@pytest.fixture
def account(database: Database) -> int:
    with database.write() as connection:
        return add_account(connection, "office", NOW_MS)


def test_hours(database: Database, account: int) -> None:
    with database.write() as connection:
        assert hours_of(connection, SCHOOL) == Hours(420, 990)
        for hours in (Hours(435, 690), Hours(400, 1_000)):
            set_hours(connection, SCHOOL, hours, account, NOW_MS)
            assert hours_of(connection, SCHOOL) == hours
        assert hours_of(connection, OTHER_SCHOOL) == Hours()


def test_entries_by_hand_are_added_only(database: Database, person: int, account: int) -> None:
    def write(at_ms: int) -> int:
        return add_by_hand(
            connection,
            SCHOOL,
            person,
            Direction.IN,
            "forgot   it",
            day=DAY,
            at_ms=at_ms,
            account=account,
            now_ms=NOW_MS,
        )

    with database.write() as connection:
        second, first = write(MORNING_MS + 2), write(MORNING_MS + 1)
        shown = by_hand_on(connection, SCHOOL, DAY)
        assert [(entry.id, entry.reason, entry.author) for entry in shown] == [
            (first, "forgot it", "office"),
            (second, "forgot it", "office"),
        ]
        assert withdraw_by_hand(connection, SCHOOL, first, "a mistake", account, NOW_MS) == person
        for unit_id, number in ((SCHOOL, first), (OTHER_SCHOOL, second), (SCHOOL, first + 2)):
            with pytest.raises(SchoolgateError, match="no such entry"):
                withdraw_by_hand(connection, unit_id, number, "again", account, NOW_MS)
        assert [entry.id for entry in by_hand_of(connection, SCHOOL, person, DAY, DAY)] == [second]
        assert by_hand_on(connection, OTHER_SCHOOL, DAY) == []


def test_one_roll_call_at_a_time(database: Database, person: int, account: int) -> None:
    lines = [
        RollCallLine(0, person, None, CardKind.PUPIL, "6A", True, MORNING_MS),
        RollCallLine(1, None, "f" * 16, CardKind.VISITOR, "?", True, MORNING_MS),
        RollCallLine(2, person, None, CardKind.PUPIL, "6A", False, None),
    ]
    with database.write() as connection:
        number, is_new = begin_roll_call(connection, SCHOOL, DAY, lines, account, NOW_MS)
        assert is_new
        assert begin_roll_call(connection, SCHOOL, DAY, lines, account, NOW_MS) == (number, False)
        other, _ = begin_roll_call(connection, OTHER_SCHOOL, DAY, [], account, NOW_MS)
        assert (count_roll_call(connection, number), count_roll_call(connection, other)) == (
            RollCallCounts(2, 0, 0),
            RollCallCounts(0, 0, 0),
        )
        assert tick(connection, number, 0, True, account, NOW_MS + 1)
        assert tick(connection, number, 0, True, account, NOW_MS + 2)
        assert tick(connection, number, 2, True, account, NOW_MS + 3)
        assert not tick(connection, number, 3, True, account, NOW_MS + 3)
        assert count_roll_call(connection, number) == RollCallCounts(2, 1, 1)
        shown = roll_call_lines(connection, number)
        assert [line.name for line in shown] == ["Nguyễn Văn An", None, "Nguyễn Văn An"]
        assert [line.ticked_ms for line in shown] == [NOW_MS + 1, None, NOW_MS + 3]
        close_roll_call(connection, number, account, NOW_MS + 9)
        close_roll_call(connection, number, account, NOW_MS + 10)
        assert not tick(connection, number, 1, True, account, NOW_MS + 11)
        found = find_roll_call(connection, SCHOOL, number)
        assert found
        assert (found.begun_by, found.closed_ms) == ("office", NOW_MS + 9)
        assert find_roll_call(connection, OTHER_SCHOOL, number) is None
        again, _ = begin_roll_call(connection, SCHOOL, DAY, lines, account, NOW_MS + 20)
        assert [one.roll_call for one in latest_roll_calls(connection, SCHOOL, 5)] == [
            again,
            number,
        ]


def test_a_day_and_a_year_are_read_by_the_index(database: Database, person: int) -> None:
    take(database, [Scribe().enter(1).letter()])
    plans: list[str] = []

    def explain(
        connection: sa.Connection, _cursor: object, statement: str, parameters: object, *_: object
    ) -> None:
        asked = statement.startswith("SELECT") and " presence" in statement
        if connection.dialect.name == "sqlite" and asked:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type] # as they came
            plans.extend(row.detail for row in rows if "presence" in row.detail)

    with database.read() as connection:
        sa.event.listen(connection, "before_cursor_execute", explain)
        assert len(card_days(connection, SCHOOL, DAY)) == 1
        found = days_of_cards(connection, SCHOOL, person, [f"{1:016x}"], START, date(2027, 8, 31))
        assert [day for day, _ in found] == [DAY]
        assert find_person(connection, OTHER_SCHOOL, person) is None
        if connection.dialect.name == "sqlite":
            assert [plan.partition(" (")[2] for plan in plans] == [
                "unit_id=? AND day=?)",
                "unit_id=? AND day=? AND card_id=?)",
            ]
