"""Where a table begins, and which column is which."""

import pytest

from server_bridge.people.headings import PUPILS, STAFF
from server_bridge.sheets.faults import Fault, SheetError
from server_bridge.sheets.grid import Cell, Grid
from server_bridge.sheets.headers import Header, Vocabulary, find_header, fold

Rows = list[list[Cell]]


def found(rows: Rows, *, merged: list[tuple[int, int, int, int]] | None = None) -> Header:
    header = find_header(Grid("S", rows, merged or []), PUPILS)
    assert header
    return header


def test_a_header_below_titles_whatever_its_spelling() -> None:
    header = found(
        [
            ["TRƯỜNG THCS A", None],
            [None],
            ["DANH SÁCH HỌC SINH"],
            [
                "Stt",
                "MÃ LỚP",
                "Ma dinh danh bo GD & DT (*)",
                "Họ\u00a0và  tên",
                "NGÀY SINH (dd/mm)",
            ],
            [1.0, "6A", "3312345678", "Nguyễn Văn An", "01/02/2014"],
        ]
    )
    assert header == Header(4, {"group": [1], "code": [2], "name": [3], "born": [4]})


def test_a_header_of_two_rows_with_merged_cells() -> None:
    header = found(
        [
            ["STT", "Mã định danh", "Họ và tên", None, "Nơi sinh", None, "Nơi thường trú", None],
            [None, None, None, None, "Xã", "Tỉnh", "Xã", "Tỉnh"],
            ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)"],
            [1.0, "3312345678", "Nguyễn Văn", "An", "Xã X", "Tỉnh Y", "Xã Z", "Tỉnh T"],
        ],
        merged=[(0, 1, 1, 1), (0, 2, 1, 3), (0, 4, 0, 5), (0, 6, 0, 7)],
    )
    assert header == Header(3, {"code": [1], "name": [2, 3], "commune": [6], "province": [7]})


def test_where_somebody_lives_now_counts_before_the_register() -> None:
    top: list[Cell] = ["Mã định danh", "Họ tên", "Nơi thường trú", None, "Nơi ở hiện nay", None]
    below: list[Cell] = [None, None, "Xã", "Thôn", "Xã", "Thôn"]
    header = found([top, below, ["1"]])
    assert (header.columns["commune"], header.columns["hamlet"]) == ([4], [5])


def test_the_better_heading_counts_and_equal_ones_are_asked_about() -> None:
    header = found([["Mã học sinh", "Mã định danh Bộ GD&ĐT", "Họ tên"]])
    assert header.columns["code"] == [1]
    twice: Rows = [["Mã định danh", "Họ tên", "Xã", "Xã "]]
    with pytest.raises(SheetError, match=r"commune \(C, D\)") as caught:
        find_header(Grid("S", twice), PUPILS)
    assert caught.value.fault == Fault.TWO_COLUMNS


def test_a_heading_that_the_user_names_is_the_only_one() -> None:
    rows: Rows = [["Ký hiệu", "Mã học sinh", "Tên đầy đủ"]]
    assert find_header(Grid("S", rows), PUPILS) is None
    mapping = {"code": "ký hiệu", "name": "TÊN ĐẦY ĐỦ"}
    header = find_header(Grid("S", rows), PUPILS, mapping)
    assert header == Header(1, {"code": [0], "name": [2]})
    with pytest.raises(SheetError, match="Dân tộc"):
        find_header(Grid("S", rows), PUPILS, mapping | {"ethnicity": "Dân tộc"})


@pytest.mark.parametrize("vocabulary", [PUPILS, STAFF])
def test_no_heading_means_two_fields(vocabulary: Vocabulary) -> None:
    seen: dict[str, str] = {}
    for field, headings in vocabulary.headings.items():
        for heading in headings:
            assert seen.setdefault(fold(heading), field) == field, heading
