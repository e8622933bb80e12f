"""Test notices and policies in both databases: present, future and past."""

from datetime import date

import pytest

from gate_contract.errors import SchoolgateError
from gate_contract.roster import EntryAction
from server_bridge.store.areas import levels
from server_bridge.store.areas.levels import (
    DEFAULT_POLICY,
    LevelNotice,
    levels_at,
    policies_at,
)
from server_bridge.store.database import Database
from server_bridge.store.live import snapshot
from tests.builders.district_people import (
    COMMUNE_AREA,
    HAMLET,
    OTHER_HAMLET,
    PROVINCE_AREA,
    DistrictPeople,
)
from tests.builders.school import COMMUNE, OTHER_SCHOOL, PROVINCE, SCHOOL, ZONE
from tests.fakes.clock import MORNING_MS

DAY_MS = 86_400_000
TODAY = date(2026, 9, 7)


def test_notices_take_effect_by_themselves_and_are_kept_as_they_were(database: Database) -> None:
    DistrictPeople(database).lay_out()

    def note(number: str, areas: dict[str, int | None], *, days: int = 0) -> bool:
        notice = LevelNotice(number, "UBND tỉnh Đ", MORNING_MS + days * DAY_MS, areas)
        with database.write() as connection:
            return levels.apply_notice(connection, notice, MORNING_MS)

    def levels_in(days: int) -> dict[str, int]:
        with database.read() as connection:
            found = levels_at(connection, MORNING_MS + days * DAY_MS)
            return {area: found[area] for area in (HAMLET, OTHER_HAMLET) if area in found}

    def revision() -> int:
        with database.read() as connection:
            return snapshot(connection, MORNING_MS, ZONE).revision

    before = revision()
    assert note("1", {HAMLET: 4, COMMUNE_AREA: 2})
    assert note("2", {HAMLET: None}, days=2)
    assert revision() == before + 2
    assert not note("1", {HAMLET: 4, COMMUNE_AREA: 2})
    with pytest.raises(SchoolgateError, match="under its own number"):
        note("2", {HAMLET: 3}, days=2)
    with pytest.raises(SchoolgateError, match="under its own number"):
        note("2", {HAMLET: None}, days=3)
    assert revision() == before + 2
    assert [levels_in(days) for days in (-1, 0, 1, 2)] == [
        {},
        {HAMLET: 4, OTHER_HAMLET: 2},
        {HAMLET: 4, OTHER_HAMLET: 2},
        {HAMLET: 2, OTHER_HAMLET: 2},
    ]
    with database.read() as connection:
        lines = levels.notice_history(connection, HAMLET)
        assert [(line.number, line.level) for line in lines] == [("2", None), ("1", 4)]
        assert levels.next_change(connection, MORNING_MS) == MORNING_MS + 2 * DAY_MS
        assert levels.next_change(connection, MORNING_MS + 2 * DAY_MS) is None


def test_areas_are_named_by_id_or_code_of_the_day(database: Database) -> None:
    people = DistrictPeople(database).lay_out()
    people.merge(COMMUNE_AREA, "c23294", TODAY)
    with database.read() as connection:
        assert levels.area_named(connection, "23293", TODAY) == COMMUNE_AREA  # the last to have it
    people.found("c-new", "Xã mới", "commune", PROVINCE_AREA, code="23293", from_day=TODAY)
    with database.read() as connection:
        assert levels.area_named(connection, HAMLET, TODAY) == HAMLET
        assert levels.area_named(connection, "23293", date(2026, 9, 6)) == COMMUNE_AREA
        assert levels.area_named(connection, "23293", TODAY) == "c-new"
        with pytest.raises(SchoolgateError, match="area list"):
            levels.area_named(connection, "99999", TODAY)
    people.found("c-twin", "Xã mới", "commune", PROVINCE_AREA, code="23293")
    with (
        database.read() as connection,
        pytest.raises(SchoolgateError, match="c-new, c-twin"),
    ):
        levels.area_named(connection, "23293", TODAY)


def test_policies_are_inherited_level_by_level(database: Database) -> None:
    def policy(unit_id: str, days: int = 0) -> dict[int, EntryAction]:
        with database.read() as connection:
            return policies_at(connection, MORNING_MS + days * DAY_MS)[unit_id]

    assert policy(SCHOOL) == policy(PROVINCE) == DEFAULT_POLICY
    with database.write() as connection:
        levels.set_policy(connection, PROVINCE, {3: EntryAction.REFUSE}, MORNING_MS)
        levels.set_policy(connection, SCHOOL, {3: EntryAction.ADMIT}, MORNING_MS + DAY_MS)
        levels.set_policy(connection, SCHOOL, {3: None}, MORNING_MS + 2 * DAY_MS)
    assert policy(COMMUNE, -1) == DEFAULT_POLICY
    assert policy(COMMUNE) == policy(SCHOOL) == {**DEFAULT_POLICY, 3: EntryAction.REFUSE}
    assert [policy(SCHOOL, day)[3] for day in (1, 2)] == [EntryAction.ADMIT, EntryAction.REFUSE]
    assert policy(OTHER_SCHOOL, 1)[3] == EntryAction.REFUSE
