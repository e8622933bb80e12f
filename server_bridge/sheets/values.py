"""Interpret cells: texts, days, and codes that may have lost their zeros."""

import re
from collections.abc import Collection
from datetime import date, timedelta

from server_bridge.i18n.names import tidy
from server_bridge.sheets.faults import Fault
from server_bridge.sheets.grid import Cell

OLDEST_YEARS = 120

_EPOCH, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})(?: 0?0:00(?::00)?)?")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]0?0:00(?::00)?)?")
_MOST_DIGITS = 15
"""Spreadsheets keep this many digits of a number."""


class CellError(Exception):
    """A cell does not hold what it should. `value` is what the message quotes."""

    def __init__(self, fault: Fault, value: str = "") -> None:
        super().__init__(fault)
        self.fault = fault
        self.value = value


def text_of(cell: Cell, most: int | None = None) -> str | None:
    """Return the cell as a normalised text, None if it is empty. Raises CellError."""
    if cell is None:
        return None
    if isinstance(cell, float):
        text = str(int(cell)) if cell.is_integer() else str(cell)
    elif isinstance(cell, date):
        text = f"{cell:%d/%m/%Y}"
    else:
        text = tidy(cell)
    if most is not None and len(text) > most:
        raise CellError(Fault.TOO_LONG, str(most))
    return text or None


def day_of(cell: Cell, *, from_1904: bool = False) -> date | None:
    """Return a day: a real date, dd/mm/yyyy, yyyy-mm-dd, or a serial number. Raises CellError."""
    if cell is None or isinstance(cell, date):
        return cell
    shown = text_of(cell) or ""
    if not shown:
        return None
    try:
        if re.fullmatch(r"(19|20)\d\d", shown):
            raise CellError(Fault.YEAR_ONLY, shown)
        if isinstance(cell, float) or re.fullmatch(r"\d{5}", shown):
            return (_EPOCH_1904 if from_1904 else _EPOCH) + timedelta(days=int(float(shown)))
        if found := _DAY_FIRST.fullmatch(shown):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if found := _YEAR_FIRST.fullmatch(shown):
            return date(int(found[1]), int(found[2]), int(found[3]))
    except (ValueError, OverflowError):
        pass
    raise CellError(Fault.NO_DATE, shown[:20])


def birthday_of(cell: Cell, today: date, *, from_1904: bool = False) -> date | None:
    """Return a day on which somebody who lives today can have been born. Raises CellError."""
    born = day_of(cell, from_1904=from_1904)
    if born and born > today:
        raise CellError(Fault.FUTURE, f"{born:%d/%m/%Y}")
    if born and born.year < today.year - OLDEST_YEARS:
        raise CellError(Fault.LONG_AGO, f"{born:%d/%m/%Y}")
    return born


def digits_of(cell: Cell, *, untyped: bool = False) -> int | None:
    """Return the number of digits of a number; None for a text, which has kept its zeros.

    `untyped`: in this column a text of digits may be a number that has lost its zeros.

    Raises:
        CellError: the cell holds neither.
    """
    if isinstance(cell, float):
        if not cell.is_integer() or cell < 0 or cell >= 10**_MOST_DIGITS:
            raise CellError(Fault.UNSURE_CODE)
        return len(str(int(cell)))
    if untyped and isinstance(cell, str) and (shown := tidy(cell)).isdecimal():
        return len(shown)
    return None


def wide_code(cell: Cell, width: int) -> str | None:
    """Return a code of exactly `width` digits, with the zeros that a number has lost.

    Raises:
        CellError: the cell holds no such code.
    """
    shown = text_of(cell)
    if shown is None:
        return None
    if not (shown.isascii() and shown.isdecimal() and len(shown) <= width):
        raise CellError(Fault.WRONG_CODE, f"{width} chữ số (digits)")
    return shown.zfill(width)


def national_id_of(cell: Cell, *, untyped: bool = False) -> str | None:
    """Return a citizen's number: 12 digits, or 9 of the older cards.

    A number that has lost its zeros is recognised by its length: the 12 digits begin with a
    province from 001 to 096, so at least 10 digits remain; fewer are an old card's.

    Raises:
        CellError: the cell holds no such number.
    """
    shown = text_of(cell)
    if shown is None:
        return None
    if (count := digits_of(cell, untyped=untyped)) is not None:
        if count in (8, 9):
            return shown.zfill(9)
        if count in (10, 11, 12):
            return shown.zfill(12)
        raise CellError(Fault.UNSURE_CODE)
    shown = re.sub(r"[ .'-]", "", shown)
    if not (shown.isascii() and shown.isdecimal() and len(shown) in (9, 12)):
        raise CellError(Fault.WRONG_CODE, "12 (9) chữ số (digits)")
    return shown


def sector_code_of(
    cell: Cell, lengths: Collection[int] = (), *, untyped: bool = False
) -> str | None:
    """Return the sector database's identifier.

    It has 10 digits, or 12 where it is the citizen's number, or letters and digits. `lengths`: the
    lengths of the other codes in the column. A number of 10 digits among codes of 12 may have lost
    two zeros or none.

    Raises:
        CellError: the cell holds no such identifier.
    """
    shown = text_of(cell)
    if shown is None:
        return None
    if (count := digits_of(cell, untyped=untyped)) is not None:
        if count in (11, 12):
            return shown.zfill(12)
        if count in (9, 10) and 12 not in lengths:
            return shown.zfill(10)
        raise CellError(Fault.UNSURE_CODE)
    shown = re.sub(r"[ ']", "", shown).upper()
    if not re.fullmatch(r"[0-9A-Z][0-9A-Z._/-]{2,29}", shown):
        raise CellError(Fault.WRONG_CODE, "3-30 chữ cái, chữ số (letters, digits)")
    return shown
