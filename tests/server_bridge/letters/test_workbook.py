"""Lists as official letters: the content that a spreadsheet program reads."""

import io
import re
import zipfile
from datetime import UTC, date, datetime

from python_calamine import CalamineWorkbook

from gate_contract.card import CardKind
from gate_contract.roster import EntryAction
from server_bridge.lists.list_sheets import write_list
from server_bridge.lists.school_list import ListOrder, ListRow, SchoolList, Totals
from server_bridge.store.units.tree import Unit
from tests.builders.school import SCHOOL, ZONE
from tests.fakes.clock import MORNING_MS

MADE = datetime(2026, 9, 7, 0, 30, tzinfo=UTC).astimezone(ZONE)
HOSTILE = ["=1+1", "@SUM(A1)", "+84", "-2", '=HYPERLINK("http://x")', "http://example.org"]
TOTALS = Totals((("6A", (0, 0, 0, len(HOSTILE), 0)),))


def made(rows: tuple[ListRow, ...]) -> bytes:
    listed = SchoolList(
        Unit(SCHOOL, "Trường THCS A", "school", "xa-c"),
        "Ủy ban nhân dân xã C",
        MORNING_MS,
        (4,),
        ListOrder.CLASS,
        rows,
        TOTALS,
        TOTALS,
    )
    stream = io.BytesIO()
    write_list(stream, listed, made=MADE, zone=ZONE)
    return stream.getvalue()


def rows() -> tuple[ListRow, ...]:
    return tuple(
        ListRow(
            name,
            CardKind.PUPIL,
            "0312345678",
            date(2014, 2, 28),
            "Nữ",
            "6A",
            "Thôn 1",
            "Xã C",
            4,
            EntryAction.REFUSE,
        )
        for name in HOSTILE
    )


def test_a_list_is_an_official_letter() -> None:
    content = made(rows())
    assert content == made(rows())  # equal content, equal bytes
    book = CalamineWorkbook.from_object(io.BytesIO(content))
    assert book.sheet_names == ["Danh sách", "Tổng hợp theo lớp", "Tổng hợp theo địa bàn"]
    page = book.get_sheet_by_name("Danh sách").to_python(skip_empty_area=False)
    text = [value for row in page for value in row if isinstance(value, str)]
    for line in (
        "ỦY BAN NHÂN DÂN XÃ C",
        "TRƯỜNG THCS A",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Ngày 07 tháng 09 năm 2026",
        "DANH SÁCH NGƯỜI CƯ TRÚ TẠI ĐỊA BÀN: CẤP 4 (ĐỎ)",
        "(Thời điểm 07 giờ 00 ngày 07/09/2026; 6 người)",
        "HIỆU TRƯỞNG",
    ):
        assert line in text
    start = next(place for place, row in enumerate(page) if row[0] == "STT") + 1
    people = page[start : start + len(HOSTILE)]
    assert [row[1] for row in people] == HOSTILE
    assert people[0][2:5] == ["0312345678", date(2014, 2, 28), "Nữ"]
    assert people[0][8:] == ["Cấp 4 (đỏ)", "Không được vào"]
    totals = book.get_sheet_by_name("Tổng hợp theo lớp").to_python()
    assert ["6A", 0, 0, 0, 6, 0, 6] in totals
    assert ["Tổng cộng", 0, 0, 0, 6, 0, 6] in totals


def test_it_holds_no_formula_and_prints_on_a4_with_its_heading_repeated() -> None:
    with zipfile.ZipFile(io.BytesIO(made(rows()))) as archive:
        sheets = [archive.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (1, 2, 3)]
        styles, book = archive.read("xl/styles.xml").decode(), archive.read("xl/workbook.xml")
        tables = [name for name in archive.namelist() if name.startswith("xl/tables/")]
    assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)
    assert 'quotePrefix="1"' in styles
    assert len(tables) == 3
    assert book.count(b"_xlnm.Print_Titles") == 3
    for sheet in sheets:
        assert re.search(
            '<pageSetup paperSize="9"[^>]* fitToHeight="0"[^>]* orientation="landscape"', sheet
        )


def test_nobody_in_a_list_is_a_letter_too() -> None:
    book = CalamineWorkbook.from_object(io.BytesIO(made(())))
    page = book.get_sheet_by_name("Danh sách").to_python()
    assert any("0 người" in str(value) for row in page for value in row)
