"""What a cell means."""

from collections.abc import Callable
from datetime import date

import pytest

from server_bridge.sheets import values
from server_bridge.sheets.faults import Fault
from server_bridge.sheets.grid import Cell
from server_bridge.sheets.values import CellError

TODAY = date(2026, 9, 5)
LEAP = date(2012, 2, 29)


def refused(meaning: Callable[[], object]) -> Fault:
    with pytest.raises(CellError) as caught:
        meaning()
    return caught.value.fault


@pytest.mark.parametrize(
    "cell",
    [
        *("29/02/2012", "29/2/2012", " 29-02-2012 ", "29.02.2012", "2012-02-29"),
        *("29/02/2012 00:00:00", "29\u200b/02/2012", "40968", 40_968.0, LEAP),
    ],
)
def test_a_birthday_however_it_is_written(cell: Cell) -> None:
    assert values.birthday_of(cell, TODAY) == LEAP


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("30/02/2014", Fault.NO_DATE),
        ("12/31/2014", Fault.NO_DATE),
        ("29/02/14", Fault.NO_DATE),
        ("hôm nay", Fault.NO_DATE),
        (1e300, Fault.NO_DATE),
        (2014.0, Fault.YEAR_ONLY),
        ("2014", Fault.YEAR_ONLY),
        ("06/09/2026", Fault.FUTURE),
        (date(2027, 1, 1), Fault.FUTURE),
        (1_500.0, Fault.LONG_AGO),
    ],
)
def test_what_is_no_birthday(cell: Cell, fault: Fault) -> None:
    assert refused(lambda: values.birthday_of(cell, TODAY)) == fault


def test_days_of_old_macintosh_workbooks() -> None:
    assert values.day_of(40_968.0 - 1_462, from_1904=True) == LEAP


def test_empty_cells_mean_nothing() -> None:
    for cell in (None, "", " \u00a0\ufeff"):
        assert values.text_of(cell) is None
        assert values.birthday_of(cell, TODAY) is None
        assert values.national_id_of(cell) is None
        assert values.sector_code_of(cell) is None
        assert values.wide_code(cell, 5) is None
    assert refused(lambda: values.text_of("x" * 41, 40)) == Fault.TOO_LONG


@pytest.mark.parametrize(
    ("cell", "national_id"),
    [
        ("001214012345", "001214012345"),
        (1_214_012_345.0, "001214012345"),
        (97_214_012_345.0, "097214012345"),
        ("0972 1401 2345", "097214012345"),
        ("012345678", "012345678"),
        (12_345_678.0, "012345678"),
        (1_234_567.0, Fault.UNSURE_CODE),
        ("12345678", Fault.WRONG_CODE),
        ("97214012345", Fault.WRONG_CODE),
        (1.5, Fault.UNSURE_CODE),
        (1e18, Fault.UNSURE_CODE),
        ("không", Fault.WRONG_CODE),
    ],
)
def test_zeros_come_back_to_a_national_number(cell: Cell, national_id: str | Fault) -> None:
    if isinstance(national_id, Fault):
        assert refused(lambda: values.national_id_of(cell)) == national_id
    else:
        assert values.national_id_of(cell) == national_id


def test_zeros_come_back_to_a_code_where_its_length_is_sure() -> None:
    assert values.sector_code_of(112_345_678.0) == "0112345678"
    assert values.sector_code_of(9_712_345_678.0, {10}) == "9712345678"
    assert values.sector_code_of(97_214_012_345.0) == "097214012345"
    assert values.sector_code_of("gv 01.b") == "GV01.B"
    assert refused(lambda: values.sector_code_of(9_712_345_678.0, {12})) == Fault.UNSURE_CODE
    assert refused(lambda: values.sector_code_of(12_345.0)) == Fault.UNSURE_CODE
    assert refused(lambda: values.sector_code_of("a#b")) == Fault.WRONG_CODE
    assert values.sector_code_of("112345678", untyped=True) == "0112345678"
    assert values.wide_code(1_234.0, 5) == "01234"
    assert refused(lambda: values.wide_code("123456", 5)) == Fault.WRONG_CODE
    assert refused(lambda: values.wide_code("xã", 5)) == Fault.WRONG_CODE
