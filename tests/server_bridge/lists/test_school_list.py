"""A school's list: its people and their order."""

import random
from datetime import UTC, date, datetime
from typing import Any

import pytest

from gate_contract.card import CardKind
from gate_contract.errors import SchoolgateError
from gate_contract.roster import EntryAction
from server_bridge.i18n.names import class_key
from server_bridge.lists.school_list import ListOrder, SchoolList, school_list
from server_bridge.store.areas.levels import LevelNotice, apply_notice
from server_bridge.store.database import Database
from tests.builders.district_people import (
    COMMUNE_AREA,
    FAR_HAMLET,
    HAMLET,
    OTHER_HAMLET,
    DistrictPeople,
)
from tests.builders.school import COMMUNE, OTHER_SCHOOL, SCHOOL, ZONE
from tests.fakes.clock import MORNING_MS

DAY_MS = 86_400_000
MADE = datetime(2026, 9, 7, 7, 30, tzinfo=UTC).astimezone(ZONE)


@pytest.fixture
def district(database: Database) -> DistrictPeople:
    people = DistrictPeople(database).lay_out()
    people.join("Đỗ Văn Dũng", HAMLET, "10A")
    people.join("Trần Thị Ánh", HAMLET)
    people.join("Lê Văn Ân", OTHER_HAMLET)
    people.join("Nguyễn An", OTHER_HAMLET)
    people.join("Bùi Bình", FAR_HAMLET, "6B")
    people.join("=1+1", None, "6B")
    people.join("Phạm Yến", COMMUNE_AREA, "Tổ Toán", kind=CardKind.STAFF)
    people.join("Y Hằng", HAMLET, school=OTHER_SCHOOL)
    notice = LevelNotice("1", "UBND", MORNING_MS, {HAMLET: 4, COMMUNE_AREA: 3})
    with database.write() as connection:
        apply_notice(connection, notice, MORNING_MS)
    return people


def listed(people: DistrictPeople, days: int = 0, **asked: Any) -> SchoolList:
    with people.database.read() as connection:
        return school_list(connection, SCHOOL, MORNING_MS + days * DAY_MS, ZONE, **asked)


def names(found: SchoolList) -> list[str]:
    return [row.name for row in found.rows]


def test_a_list_as_of_its_moment(district: DistrictPeople) -> None:
    found = listed(district)
    assert names(found) == [
        "Nguyễn An",
        "Trần Thị Ánh",
        "Lê Văn Ân",
        "Bùi Bình",
        "=1+1",
        "Đỗ Văn Dũng",
        "Phạm Yến",
    ]
    assert names(listed(district, levels=[4])) == ["Trần Thị Ánh", "Đỗ Văn Dũng"]
    assert names(listed(district, levels=[None])) == ["Bùi Bình", "=1+1"]
    assert names(listed(district, by=ListOrder.AREA))[:2] == ["Phạm Yến", "Trần Thị Ánh"]
    assert names(listed(district, by=ListOrder.LEVEL))[:3] == [
        "Trần Thị Ánh",
        "Đỗ Văn Dũng",
        "Nguyễn An",
    ]
    assert {row.action for row in listed(district, levels=[4]).rows} == {EntryAction.REFUSE}
    assert found.by_class.lines == (
        ("6A", (0, 0, 2, 1, 0)),
        ("6B", (0, 0, 0, 0, 2)),
        ("10A", (0, 0, 0, 1, 0)),
        ("Cán bộ, giáo viên", (0, 0, 1, 0, 0)),
    )
    assert found.by_class.all == found.by_area.all == (0, 0, 3, 2, 2)
    assert [line for line, _ in found.by_area.lines] == [
        "Thôn 1, Xã C",
        "Thôn 2, Xã C",
        "Thôn 3, Xã G",
        "Xã C",
        "Chưa rõ địa bàn",
    ]
    assert listed(district, levels=[4]).by_class == found.by_class  # totals are of the school
    assert {row.level for row in listed(district, -1).rows} == {None}
    district.move("Nguyễn An", date(2026, 9, 10), HAMLET)
    district.leave("Đỗ Văn Dũng", date(2026, 9, 10))
    assert names(listed(district, 2, levels=[4])) == ["Trần Thị Ánh", "Đỗ Văn Dũng"]
    assert names(listed(district, 3, levels=[4])) == ["Nguyễn An", "Trần Thị Ánh"]
    with district.database.read() as connection:
        for unit_id in (COMMUNE, "nowhere"):
            with pytest.raises(SchoolgateError, match="not a school"):
                school_list(connection, unit_id, MORNING_MS, ZONE)


def test_classes_in_their_order() -> None:
    ordered = ["6A", "6A2", "6A10", "6B", "9Đ", "10A", "10E", "Lá", "Mầm"]
    shuffled = random.Random(2).sample(ordered, len(ordered))
    assert sorted(shuffled, key=class_key) == ordered
