"""Lists of areas: taken in on both databases, refused by cell."""

from datetime import date

import pytest

from server_bridge.areas.area_list import AreaPlan, plan_areas
from server_bridge.sheets.delimited import read_delimited
from server_bridge.sheets.opening import Spreadsheet
from server_bridge.store.areas.areas import Area, add_areas, all_areas, area_line, find_area
from server_bridge.store.database import Database

HEADINGS = "level,code,name,parent code,parent level,valid from,valid until,merged into"
MERGED = date(2025, 7, 1)
LIST = """
Tỉnh,97,Tỉnh Sông Thao,,,,01/07/2025,97
Tỉnh,97,Tỉnh Thao Giang,,,01/07/2025,,
Huyện,971,Huyện An Khê,97,,,01/07/2025,
Xã,97001,Xã Hòa Lạc,971,,,01/07/2025,97001
Thị trấn,97002,Thị trấn Tân Tiến,971,,,01/07/2025,97001
Xã,97001,Xã Tân Tiến,97,,01/07/2025,,
Thôn,,Thôn Chùa,97001,,01/07/2025,,
Thôn,,Thôn Hạ,97002,,,,
"""
OLD, NEW = "commune-97001", "commune-97001-20250701"


def book(text: str, headings: str = HEADINGS) -> Spreadsheet:
    data = f"{headings}\n{text.strip()}\n".encode()
    return Spreadsheet("areas.csv", "", [read_delimited(data)])


def take(database: Database, text: str, headings: str = HEADINGS) -> AreaPlan:
    with database.write() as connection:
        plan = plan_areas(book(text, headings), all_areas(connection))
        if not plan.refusals:
            add_areas(connection, (*plan.new, *plan.changed))
    return plan


def test_old_codes_resolve_by_the_day(database: Database) -> None:
    plan = take(database, LIST)
    assert (len(plan.new), plan.changed, plan.refusals) == (8, [], [])
    with database.read() as connection:
        before, after = date(2025, 6, 30), MERGED

        def name(level: str, code: str, day: date) -> str | None:
            area = find_area(connection, level, code, day)
            return area.name if area else None

        assert name("commune", "97001", before) == "Xã Hòa Lạc"
        assert name("commune", "97001", after) == "Xã Tân Tiến"
        assert name("commune", "97002", before) == "Thị trấn Tân Tiến"
        assert name("commune", "97002", after) == "Xã Tân Tiến"
        assert name("province", "97", after) == "Tỉnh Thao Giang"
        assert name("district", "971", after) is None  # districts became nothing
        assert name("commune", "97003", after) is None
        lines = area_line(connection)
        hamlet = "hamlet-97002-001"
        new_line = (NEW, "province-97-20250701")
        assert lines[hamlet] == (hamlet, "commune-97002", *new_line)
        assert lines["hamlet-97001-20250701-001"] == ("hamlet-97001-20250701-001", *new_line)
        assert lines["district-971"] == ("district-971", "province-97", "province-97-20250701")
        then = area_line(connection, before)
        assert then[hamlet] == (hamlet, "commune-97002", "district-971", "province-97")


def test_the_same_list_again_changes_nothing_and_a_newer_one_what_it_says(
    database: Database,
) -> None:
    take(database, LIST)
    again = take(database, LIST)
    assert (again.new, again.changed, again.same) == ([], [], 8)
    newer = take(database, LIST.replace("Xã Tân Tiến,97,", "Phường Tân Tiến,97,"))
    assert [area.name for area in newer.changed] == ["Phường Tân Tiến"]
    assert newer.same == 7
    with database.read() as connection:
        assert all_areas(connection)[NEW].name == "Phường Tân Tiến"


def test_codes_without_their_zeros(database: Database) -> None:
    plan = take(
        database,
        "Tỉnh;1;Tỉnh A;;;\nHuyện;2;Huyện B;1;;\nXã;3;Xã C;2;Huyện;\nThôn;;Thôn D;3;;",
        "Cấp;Mã;Tên;Mã cấp trên;Cấp của cấp trên;Từ ngày",
    )
    assert [area.area_id for area in plan.new] == [
        "province-01",
        "district-002",
        "commune-00003",
        "hamlet-00003-001",
    ]


@pytest.mark.parametrize(
    ("row", "refused"),
    [
        ("Xã,97009,,97,Tỉnh,,,", "CSV!C2 missing"),
        (",97009,Xã X,97,Tỉnh,,,", "CSV!A2 missing"),
        ("Xã,970099,Xã X,97,Tỉnh,,,", "CSV!B2 wrong_code"),
        ("Xã,97009,Xã X,98,,,,", "CSV!D2 unknown_parent"),
        ("Xã,97009,Xã X,97,,,02/07/2025,97009", "CSV!H2 unknown_successor"),
        ("Xã,97009,Xã X,97,,,,97001", "CSV!G2 missing"),
        ("Xã,97009,Xã X,97,,01/07/2025,30/06/2025,", "CSV!G2 ends_first"),
        ("Xã,97009,Xã X,97,,31/06/2025,,", "CSV!F2 no_date"),
        ("Xã,97001,Xã X,97,,01/01/2026,,", "CSV!F2 same_twice"),
        ("Thôn,,Thôn X,,,,,", "CSV!B2 missing"),
        ("Thôn,,Thôn X,97001,,,,\nThôn,,thôn x,97001,,,,", "CSV!C3 same_twice"),
        ("Xã,97009,Xã X,97,,,,\nXã,97009,Xã Y,97,,,,", "CSV!B3 same_twice"),
        ("bản đồ,a1,A,b1,,,,\nbản vẽ,b1,B,a1,,,,", "CSV!D2 circle"),
        ("vùng,97,Vùng X,,,,,\nXã,97009,Xã X,97,,,,", "CSV!D3 unsure_parent"),
    ],
)
def test_a_row_is_refused_at_its_cell(row: str, refused: str) -> None:
    known: dict[str, Area] = {}
    first = plan_areas(book(LIST), known)
    known = {area.area_id: area for area in first.new}
    refusals = plan_areas(book(row), known).refusals
    assert refused in [f"{refusal.place} {refusal.fault}" for refusal in refusals]
