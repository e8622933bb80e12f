"""Files that somebody sends: what is read, and what is turned away."""

import codecs
import io
import re
import unicodedata
import zipfile
from datetime import date
from pathlib import Path

import pytest

from server_bridge.sheets.faults import TEXTS, Fault, RowRefusal, SheetError
from server_bridge.sheets.grid import CellAddress, letters
from server_bridge.sheets.opening import MB, open_spreadsheet, read_sheets
from tests.builders import spreadsheets

TONES = "\u0300\u0309\u0303\u0301\u0323"
ROWS: list[list[object]] = [["Họ tên", "Mã"], ["Nguyễn Thị Ánh", "0012"], ["Trần Đức", 12.5]]


@pytest.mark.parametrize("write", [spreadsheets.xlsx, spreadsheets.ods, spreadsheets.xls])
def test_each_format_gives_the_same_cells(write: object) -> None:
    assert callable(write)
    (grid,) = read_sheets(write(ROWS, "Lớp 6A"))
    assert grid.name == "Lớp 6A"
    assert grid.rows == ROWS


def test_days_merged_cells_and_hidden_sheets() -> None:
    rows: spreadsheets.Rows = [[date(2014, 2, 28), None], [44_000, "x"]]
    book = spreadsheets.xlsx(rows, merged=["A4:B5"], more={"old": [["y"]]}, hidden=["old"])
    (grid,) = read_sheets(book)
    assert grid.rows[:2] == [[date(2014, 2, 28), None], [44_000.0, "x"]]
    assert grid.merged == [(3, 0, 4, 1)]
    (grid,) = read_sheets(spreadsheets.ods(rows))
    assert grid.rows[0][0] == date(2014, 2, 28)


def test_cells_that_only_look_empty_are_known() -> None:
    book = spreadsheets.xlsx([["a", "=NA()|#N/A", "=1+1|2"], ["=A9|"]])
    (grid,) = read_sheets(spreadsheets.without_values(book))
    assert grid.rows[0] == ["a", None, 2.0]
    assert grid.bad == {(0, 1): Fault.ERROR_CELL, (1, 0): Fault.HOLLOW_FORMULA}
    (grid,) = read_sheets(spreadsheets.ods([["a", "#N/A", "=A9"], ["#N/A"]]))
    assert grid.bad == {
        (0, 1): Fault.ERROR_CELL,
        (0, 2): Fault.HOLLOW_FORMULA,
        (1, 0): Fault.ERROR_CELL,
    }


def _encoded(text: str, encoding: str) -> bytes:
    """Encode a text; in Windows' Vietnamese code page tones are letters of their own."""
    if encoding != "cp1258":
        return text.encode(encoding)
    apart = re.sub(f"([{TONES}])", r"\n\1", unicodedata.normalize("NFD", text))
    return (
        unicodedata.normalize("NFC", apart)
        .replace("\r\n", "\r")
        .replace("\n", "")
        .replace("\r", "\r\n")
        .encode("cp1258")
    )


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1258"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_text_files_of_every_encoding(encoding: str, delimiter: str) -> None:
    lines = [delimiter.join(cells) for cells in (["STT", "Họ tên", "Mã"], ["1", "Lê Ánh", "007"])]
    text = "\r\n".join(lines)
    (grid,) = read_sheets(_encoded(text, encoding))
    shown = [[unicodedata.normalize("NFC", str(cell)) for cell in row] for row in grid.rows]
    assert shown == [["STT", "Họ tên", "Mã"], ["1", "Lê Ánh", "007"]]
    assert grid.untyped


def test_a_quoted_cell_may_hold_anything() -> None:
    (grid,) = read_sheets(b'sep=;\r\na;"b;\r\n""c"""\r\n')
    assert grid.rows[1] == ["a", 'b;\r\n"c"']


def lying(content: int, told: int) -> bytes:
    """Return a zip whose directory gives a member's size as smaller than it is."""
    packed = spreadsheets.archive({"xl/workbook.xml": b"\0" * content})
    return packed.replace(content.to_bytes(4, "little"), told.to_bytes(4, "little"))


BOOK = spreadsheets.xlsx(ROWS)
SHEETS = {"xl/workbook.xml": b"<x/>"}


def locked() -> bytes:
    """Return a zip with a member under a password."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("xl/workbook.xml", b"x")
    data = bytearray(out.getvalue())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", Fault.EMPTY),
        (b" \r\n", Fault.EMPTY),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01", Fault.NO_SPREADSHEET),
        (b"%PDF-1.7\n", Fault.NO_SPREADSHEET),
        (b"abc\x01\x02", Fault.NO_SPREADSHEET),
        (b"<html><table></table></html>", Fault.MARKUP),
        (codecs.BOM_UTF8 + b'<?xml version="1.0"?><Workbook/>', Fault.MARKUP),
        (spreadsheets.archive({"word/document.xml": b"x"}), Fault.NO_SPREADSHEET),
        (spreadsheets.archive({**SHEETS, "xl/vbaProject.bin": b"x"}), Fault.MACROS),
        (spreadsheets.archive({"content.xml": b"x", "Basic/script-lc.xml": b"x"}), Fault.MACROS),
        (spreadsheets.archive({"xl/workbook.bin": b"x"}), Fault.BINARY),
        (locked(), Fault.ENCRYPTED),
        (
            spreadsheets.archive(
                {"content.xml": b"x", "META-INF/manifest.xml": b"<manifest:encryption-data/>"}
            ),
            Fault.ENCRYPTED,
        ),
        (spreadsheets.compound({"EncryptedPackage": b"x"}), Fault.ENCRYPTED),
        (spreadsheets.compound({"Workbook": b"x", "_VBA_PROJECT": b"x"}), Fault.MACROS),
        (spreadsheets.compound({"WordDocument": b"x"}), Fault.NO_SPREADSHEET),
        (spreadsheets.compound({"Workbook": b"x"}), Fault.EMPTY),
        (BOOK[: len(BOOK) // 2], Fault.DAMAGED),
        (spreadsheets.archive(SHEETS), Fault.DAMAGED),
        (spreadsheets.archive({**SHEETS, "xl/a.xml": b"\0" * (20 * MB)}), Fault.BOMB),
        (spreadsheets.archive({f"xl/{number}": b"" for number in range(2_100)}), Fault.BOMB),
        (lying(5 * MB + 3, 99), Fault.DAMAGED),
        (b"x" * (32 * MB + 1), Fault.TOO_LARGE),
    ],
)
def test_what_is_turned_away(data: bytes, fault: Fault) -> None:
    with pytest.raises(SheetError) as caught:
        read_sheets(data)
    assert caught.value.fault == fault


def test_a_sheet_of_seventeen_thousand_million_cells_ends_its_own_process_only() -> None:
    sheet = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(BOOK)) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    members[sheet] = members[sheet].replace(b'r="B3"', b'r="XFD1048576"')
    with pytest.raises(SheetError) as caught:
        read_sheets(spreadsheets.archive(members))
    assert caught.value.fault == Fault.TOO_LARGE


def test_a_file_of_100_mb_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "large.xlsx"
    with path.open("wb") as file:
        file.truncate(100 * MB)
    with pytest.raises(SheetError, match=r"large.xlsx: tệp quá lớn .* too large"):
        open_spreadsheet(path)


def test_one_sheet_of_several(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(spreadsheets.xlsx(ROWS, "6A", more={"6B": [["x"]]}))
    assert [sheet.name for sheet in open_spreadsheet(path).sheets] == ["6A", "6B"]
    book = open_spreadsheet(path, only="6B")
    assert [sheet.rows for sheet in book.sheets] == [[["x"]]]
    with pytest.raises(SheetError, match=r"book.xlsx: .*6C"):
        open_spreadsheet(path, only="6C")
    path.write_bytes(spreadsheets.xlsx([[]]))
    with pytest.raises(SheetError, match=r"trống.*empty"):
        open_spreadsheet(path)


def test_every_fault_is_told_in_both_languages_with_its_cell() -> None:
    assert TEXTS.keys() == set(Fault)
    assert all(vi != en and ";" in vi + en for vi, en in TEXTS.values())
    told = str(RowRefusal(CellAddress("Lớp 6A", 11, 2), Fault.YEAR_ONLY, "2014"))
    assert told.startswith("Lớp 6A!C12: chỉ có năm (2014)")
    assert "| only a year (2014)" in told
    assert [letters(column) for column in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
