"""A notice's spreadsheet: areas and levels, and rows that cannot be taken."""

import pytest

from server_bridge.levels.notice_file import NoticeFile, read_notice_file
from server_bridge.sheets.faults import SheetError
from server_bridge.sheets.grid import Cell, Grid
from server_bridge.sheets.opening import Spreadsheet

AREAS = {"23293": ["c1"], "01234": ["c2"], "h1": ["h1"], "00000": ["x", "y"], "c1": ["c1"]}


def read(*rows: list[Cell], header: tuple[Cell, ...] = ("STT", "Mã xã", "Cấp độ")) -> NoticeFile:
    grid = Grid("Sheet1", [["THÔNG BÁO"], list(header), *rows])
    return read_notice_file(
        Spreadsheet("notice.xlsx", "0" * 64, [grid]), lambda name: AREAS.get(name, [])
    )


def test_rows_are_levels_of_areas() -> None:
    found = read(
        [1.0, "23293", "Cấp độ 3"], [2.0, 1234.0, 4.0], [3.0, "h1", "inherit"], [None, None, None]
    )
    assert (found.levels, found.refusals) == ({"c1": 3, "c2": 4, "h1": None}, [])
    assert read(["h1", "ĐỎ"], header=("area", "level")).levels == {"h1": 4}


def test_each_row_that_cannot_be_taken_is_named_by_its_cell() -> None:
    found = read(
        [1.0, "23293", "tím"],
        [2.0, "99999", "2"],
        [3.0, 12.0, "2"],
        [4.0, "h1", None],
        [5.0, "00000", "2"],
        [6.0, "01234", "2"],
        [7.0, "01234", "2"],
    )
    told = [str(refusal) for refusal in found.refusals]
    assert [line.split(":")[0] for line in told] == [
        "Sheet1!C3",
        "Sheet1!B4",
        "Sheet1!B5",
        "Sheet1!C6",
        "Sheet1!B7",
        "Sheet1!B9",
    ]
    assert "Sheet1!B8" in told[-1]
    assert all(" | " in line for line in told)


def test_a_sheet_without_the_columns_is_refused() -> None:
    with pytest.raises(SheetError, match="area"):
        read([1.0], header=("Tên", "Ghi chú"))
