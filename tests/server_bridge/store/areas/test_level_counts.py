"""Test counts of people by level, which are computed again only after a change."""

from datetime import date

import pytest
import sqlalchemy as sa

from server_bridge.store.areas.level_counts import LevelCounts
from server_bridge.store.areas.levels import LevelNotice, apply_notice
from server_bridge.store.database import Database
from tests.builders.district_people import (
    COMMUNE_AREA,
    FAR_HAMLET,
    HAMLET,
    OTHER_HAMLET,
    DistrictPeople,
)
from tests.builders.school import SCHOOL
from tests.fakes.clock import MORNING_MS

TODAY = date(2026, 9, 7)
DAY_MS = 86_400_000
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_counted_by_school_and_again_when_a_notice_takes_effect(database: Database) -> None:
    people = DistrictPeople(database).lay_out()
    homes = {"Đỗ An": HAMLET, "Lê Bình": HAMLET, "Trần Yến": OTHER_HAMLET, "Y Ước": FAR_HAMLET}
    for name, home in homes.items():
        people.join(name, home)
    levels, queries = LevelCounts(), list[str]()

    def counts_in(days: int = 0) -> dict[str, dict[int, int]]:
        with database.read() as connection:
            sa.event.listen(
                connection, "before_cursor_execute", lambda *told: queries.append(told[2])
            )
            found = levels.at(connection, MORNING_MS + days * DAY_MS, TODAY)
            return {unit_id: dict(by_level) for unit_id, by_level in found.items()}

    assert counts_in() == {}
    with database.write() as connection:
        apply_notice(
            connection,
            LevelNotice("1", "UBND", MORNING_MS, {HAMLET: 4, COMMUNE_AREA: 2}),
            MORNING_MS,
        )
        later = LevelNotice("2", "UBND", MORNING_MS + 2 * DAY_MS, {HAMLET: None})
        apply_notice(connection, later, MORNING_MS)
    assert counts_in() == {SCHOOL: {4: 2, 2: 1}}
    queries.clear()
    assert counts_in(1) == {SCHOOL: {4: 2, 2: 1}}
    assert not any("stays" in sql for sql in queries)
    assert counts_in(2) == {SCHOOL: {2: 3}}
