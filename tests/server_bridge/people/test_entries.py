"""Rows that cannot be taken: each is named by its cell, and nothing is half imported."""

from collections.abc import Iterator
from datetime import date

import pytest

from server_bridge.sheets.faults import Fault, SheetError
from server_bridge.store.database import Database
from tests.builders import spreadsheets as programs
from tests.builders.people_office import HEADER, Office, Rows, delimited, pupil
from tests.builders.school import add_units_and_gates

GOOD = pupil(1, "Nguyễn Văn An")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Return a shared office; each test has its own people."""
    folder = tmp_path_factory.mktemp("office")
    made = add_units_and_gates(Database(f"sqlite:///{folder}/bridge.db"))
    yield Office(made, folder)
    made.close()


CASES: dict[str, tuple[Rows, list[str]]] = {
    "two pupils with one identifier": (
        [GOOD, pupil(1, "Trần Thị Bình")],
        ["CSV!C2 two_people_one_code", "CSV!C3 two_people_one_code"],
    ),
    "one pupil in two classes": (
        [GOOD, pupil(1, "Nguyễn Văn An", "6B")],
        ["CSV!B2 one_person_two_classes", "CSV!B3 one_person_two_classes"],
    ),
    "the same row twice": (
        [GOOD, GOOD],
        ["CSV!C2 same_person_twice", "CSV!C3 same_person_twice"],
    ),
    "unknown commune": ([pupil(1, "Lê An", commune="Xã Lạ")], ["CSV!F2 unknown_area"]),
    "unknown code": ([pupil(1, "Lê An", commune=97_002)], ["CSV!F2 unknown_area"]),
    "hamlet alone": ([pupil(1, "Lê An", commune=None)], ["CSV!G2 hamlet_alone"]),
    "in the future": ([pupil(1, "Lê An", born="06/09/2026")], ["CSV!E2 future"]),
    "only a year": ([pupil(1, "Lê An", born=2014)], ["CSV!E2 year_only"]),
    "no identifier": ([pupil(1, "Lê An", code=None)], ["CSV!C2 no_identifier"]),
    "no name": ([pupil(1, None)], ["CSV!D2 missing"]),
    "no class": ([pupil(1, "Lê An", None)], ["CSV!B2 missing"]),
    "a long name": ([pupil(1, "A" * 201)], ["CSV!D2 too_long"]),
    "several": (
        [pupil(1, "Lê An", born="x", commune="Xã Lạ"), GOOD, pupil(3, "Lê Ba", born="y")],
        ["CSV!E2 no_date", "CSV!E4 no_date"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_row_is_refused_at_its_cell(office: Office, case: str) -> None:
    rows, refusals = CASES[case]
    assert office.refusals(rows) == refusals


def test_what_spreadsheet_programs_make_of_what_was_typed(office: Office) -> None:
    rows = [
        HEADER,
        pupil(1, "Lê An", code=9_712_345_678),
        pupil(2, "Lê Ba", code="097214012345"),
        pupil(3, "Lê Chi", date(2026, 1, 6)),  # typed as 6/1
        pupil(4, "Lê Dung", code="=NA()|#N/A"),
    ]
    assert office.refusals(programs.xlsx(rows)) == [
        "Sheet1!C2 unsure_code",
        "Sheet1!B4 class_is_date",
        "Sheet1!C5 error_cell",
    ]


def test_a_formula_counts_by_its_value_or_not_at_all(office: Office) -> None:
    hollow = programs.without_values(programs.xlsx([HEADER, pupil(1, '="Lê "&"An"|')]))
    assert office.refusals(hollow) == ["Sheet1!D2 hollow_formula"]
    rows: Rows = [HEADER, pupil(1, '="Lê "&"An"|Lê An')]
    assert office.take(programs.xlsx(rows), allow_leaving=True).done
    assert office.members().keys() == {"Lê An"}


def test_merged_cells_are_the_class_of_all_their_rows_and_nobody_s_identifier(
    office: Office,
) -> None:
    rows: Rows = [HEADER, pupil(1, "Lê An"), pupil(2, "Lê Ba", None)]
    assert office.take(programs.xlsx(rows, merged=["B2:B3"])).done
    assert {one.place.group_name for one in office.members().values()} == {"6A"}
    rows = [HEADER, pupil(1, "Lê An"), pupil(2, "Lê Ba", code=None)]
    assert office.refusals(programs.xlsx(rows, merged=["C2:C3"])) == ["Sheet1!C3 merged_rows"]


def test_two_people_who_are_known_are_not_made_one(office: Office) -> None:
    header = ["Mã định danh", "Số CCCD", "Họ tên", "Lớp"]
    office.take(
        delimited(
            [
                header,
                ["9700000001", "097214000001", "Lê An", "6A"],
                ["9700000002", "097214000002", "Lê Ba", "6A"],
            ]
        )
    )
    crossed = [header, ["9700000001", "097214000002", "Lê An", "6A"]]
    assert office.refusals(delimited(crossed)) == ["CSV!B2 two_known_people"]
    split: Rows = [
        header,
        ["9700000001", None, "Lê An", "6A"],
        ["9700000003", "097214000001", "Lê An", "6A"],
    ]
    assert office.refusals(delimited(split)) == ["CSV!3 same_person_twice"]


def test_titles_sums_and_pupils_who_left_are_no_pupils(office: Office) -> None:
    header = [*HEADER, "Trạng thái"]
    rows: Rows = [
        ["TRƯỜNG THCS A"],
        header,
        ["Lớp 6A"],
        [*GOOD, "Đang học"],
        [*pupil(2, "Lê Ba"), "Chuyển trường"],
        [None, None, None, "Người lập biểu"],
    ]
    outcome = office.take(delimited(rows))
    assert office.members().keys() == {"Nguyễn Văn An"}
    assert [str(place) for place in outcome.reading.left_out] == ["CSV!6"]
    assert office.refusals(delimited([header, [*GOOD, "Lạ lùng"]])) == ["CSV!H2 wrong_choice"]


def test_a_sheet_for_each_class(office: Office) -> None:
    header = ["Mã định danh", "Họ đệm", "Tên", "Giới tính"]
    book = programs.xlsx(
        [header, ["9700000001", "Lê Thị", "An", "Nữ"]],
        "Lớp 6A",
        more={"6B": [header, ["9700000002", "Lê", "Ba", "nam"]], "Ghi chú": [["..."]]},
    )
    outcome = office.take(book)
    here = office.members()
    assert [here[name].place.group_name for name in ("Lê Thị An", "Lê Ba")] == ["6A", "6B"]
    assert [here[name].who.sex for name in ("Lê Thị An", "Lê Ba")] == ["female", "male"]
    assert [str(place) for place in outcome.reading.left_out] == ["Ghi chú!1"]


def test_no_table_at_all(office: Office) -> None:
    with pytest.raises(SheetError, match=r"xlsx: không tìm thấy .* no header") as caught:
        office.take(delimited([["a", "b"], ["c"]]))
    assert caught.value.fault == Fault.NO_HEADER
