"""Where somebody lives, found among areas of before and after 2025."""

from datetime import date

import pytest

from server_bridge.people.residence import Atlas, NotFoundError, Residence
from server_bridge.sheets.faults import Fault
from server_bridge.store.areas.areas import Area

MERGED = date(2025, 7, 1)
OLD, NEW = "commune-97002", "commune-97001-20250701"


def tree() -> dict[str, Area]:
    areas = [
        Area("province-97", "97", "Tỉnh Sông Thao", "province", None, None, MERGED, "province-98"),
        Area("province-98", "98", "Tỉnh Thao Giang", "province"),
        Area("district-971", "971", "Huyện An Khê", "district", "province-97", None, MERGED),
        Area("district-972", "972", "Huyện Yên Sơn", "district", "province-97", None, MERGED),
        Area("commune-97001", "97001", "Xã Hòa Lạc", "commune", "district-971", None, MERGED, NEW),
        Area(OLD, "97002", "Thị trấn Tân Tiến", "commune", "district-971", None, MERGED, NEW),
        Area("commune-97050", "97050", "Xã Tân Tiến", "commune", "district-972", None, MERGED,
             "commune-97050-20250701"),
        Area(NEW, "97001", "Xã Tân Tiến", "commune", "province-98", MERGED),
        Area("commune-97050-20250701", "97050", "Xã Yên Bình", "commune", "province-98", MERGED),
        Area("commune-97060", "97060", "Phường 1", "commune", "province-98"),
        Area("commune-00003", "00003", "Phường Cũ", "commune", "province-98"),
        Area("hamlet-97002-001", "97002-001", "Thôn Hạ", "hamlet", OLD),
        Area("hamlet-97001-001", "97001-001", "Thôn Chùa", "hamlet", NEW),
        Area("hamlet-97001-002", "97001-002", "Thôn Hà", "hamlet", "commune-97001"),
    ]  # fmt: skip
    return {area.area_id: area for area in areas}


@pytest.mark.parametrize(
    ("told", "area_id"),
    [
        (Residence(), None),
        (Residence("Tỉnh Thao Giang"), "province-98"),
        (Residence("sông thao"), "province-98"),
        (Residence("98", None, "97001"), NEW),
        (Residence("Thao Giang", None, "X. TÂN TIẾN"), NEW),
        (Residence("Thao Giang", None, "tan tien"), NEW),
        (Residence("Sông Thao", "H. An Khê", "TT Tân Tiến"), NEW),
        (Residence("Sông Thao", "Yên Sơn", "Tân Tiến"), "commune-97050-20250701"),
        (Residence(None, None, "Xã Hoà Lạc"), NEW),
        (Residence(None, "Huyện Không Biết", "Yên Bình"), "commune-97050-20250701"),
        (Residence(None, None, "Phường 01"), "commune-97060"),
        (Residence(None, None, "1"), "commune-97060"),
        (Residence(None, None, "3"), "commune-00003"),
        (Residence(None, None, "Tân Tiến", "thôn chùa"), "hamlet-97001-001"),
        (Residence(None, "An Khê", "Thị trấn Tân Tiến", "Hạ"), "hamlet-97002-001"),
        (Residence(None, None, "Tân Tiến", "Thôn Hạ"), "hamlet-97002-001"),
    ],
)
def test_names_and_codes_of_any_time(told: Residence, area_id: str | None) -> None:
    atlas = Atlas(tree(), date(2026, 9, 5))
    assert atlas.locate(told) == area_id
    assert atlas.added == []


@pytest.mark.parametrize(
    ("told", "level", "fault"),
    [
        (Residence("Tỉnh Lạ"), "province", Fault.UNKNOWN_AREA),
        (Residence("Thao Giang", None, "Xã Lạ"), "commune", Fault.UNKNOWN_AREA),
        (Residence("Thao Giang", None, "99999"), "commune", Fault.UNKNOWN_AREA),
        (Residence("Sông Thao", "Yên Sơn", "Hòa Lạc"), "commune", Fault.UNKNOWN_AREA),
        (Residence(None, None, "Tân Tiến", "Thon Ha"), "hamlet", Fault.UNSURE_AREA),
        (Residence("Thao Giang", None, None, "Thôn Hạ"), "hamlet", Fault.HAMLET_ALONE),
    ],
)
def test_what_nobody_can_know(told: Residence, level: str, fault: Fault) -> None:
    atlas = Atlas(tree(), date(2026, 9, 5))
    for _ in range(2):  # also when asked again
        with pytest.raises(NotFoundError) as caught:
            atlas.locate(told)
        assert (caught.value.level, caught.value.fault) == (level, fault)


def test_before_the_merger_an_old_commune_is_itself() -> None:
    atlas = Atlas(tree(), date(2024, 9, 5))
    assert atlas.locate(Residence("97", "971", "97001")) == "commune-97001"
    with pytest.raises(NotFoundError) as caught:
        atlas.locate(Residence("97", None, "Tân Tiến"))
    assert caught.value.fault == Fault.UNSURE_AREA


def test_a_hamlet_that_nobody_named_is_added_once() -> None:
    atlas = Atlas(tree(), date(2026, 9, 5))
    first = atlas.locate(Residence("Thao Giang", None, "Tân Tiến", "Xóm Mới"))
    assert first == "hamlet-97001-20250701-001"
    assert atlas.locate(Residence(None, None, "97001", "xóm  mới")) == first
    assert atlas.added == [Area(first, "97001-20250701-001", "Xóm Mới", "hamlet", NEW)]
