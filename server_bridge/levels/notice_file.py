"""Read a notice's areas and levels from a spreadsheet with one row for each area."""

from collections.abc import Callable
from dataclasses import dataclass, field

from gate_contract.errors import SchoolgateError
from server_bridge.areas.listing import in_order, list_lines, needed
from server_bridge.levels.texts import INHERIT, read_level
from server_bridge.sheets.faults import Fault, RowRefusal
from server_bridge.sheets.grid import Cell
from server_bridge.sheets.headers import Vocabulary
from server_bridge.sheets.lines import SheetRow
from server_bridge.sheets.opening import Spreadsheet
from server_bridge.sheets.values import CellError, digits_of, text_of

COMMUNE_DIGITS = 5
NOTICE = Vocabulary(
    {
        "area": (
            "code",
            "Mã địa bàn",
            "Mã xã",
            "Mã đơn vị hành chính",
            "Mã số",
            "Mã",
        ),
        "level": ("Cấp độ dịch", "Cấp độ", "Mức độ", "Cấp"),
    },
    (("area",), ("level",)),
)


@dataclass(slots=True)
class NoticeFile:
    """Levels by area (None: as the area above), and the rows that are refused."""

    levels: dict[str, int | None] = field(default_factory=dict)
    refusals: list[RowRefusal] = field(default_factory=list)


def read_notice_file(book: Spreadsheet, find: Callable[[str], list[str]]) -> NoticeFile:
    """Read every sheet that has a table. `find` returns the areas with an id or a code.

    Raises:
        SheetError: no sheet has columns of areas and levels.
    """
    found = NoticeFile()
    first_of: dict[str, SheetRow] = {}
    for line in list_lines(book.sheets, NOTICE, book.name):
        code = needed(line, "area", _code, "mã địa bàn (area)")
        level = needed(line, "level", _level, "cấp độ (level)")
        ids = find(code) if code else []
        if code and not ids:
            line.refuse("area", Fault.UNKNOWN_AREA, code[:20])
        elif len(ids) > 1:
            line.refuse("area", Fault.UNSURE_AREA, code[:20])
        elif ids and ids[0] in first_of:
            line.refuse("area", Fault.SAME_TWICE, str(first_of[ids[0]].place("area")))
        elif ids:
            first_of[ids[0]] = line
        if line.refusals:
            found.refusals += line.refusals
        elif ids:
            found.levels[ids[0]] = read_level(level)
    found.refusals = in_order(found.refusals)
    return found


def _code(cell: Cell) -> str | None:
    """Return an id or a code, which may be a commune's without its zero. Raises CellError."""
    digits = digits_of(cell)
    shown = text_of(cell, 40)
    if digits is None or shown is None:
        return shown
    if digits not in (COMMUNE_DIGITS - 1, COMMUNE_DIGITS):
        raise CellError(Fault.UNSURE_CODE)
    return shown.zfill(COMMUNE_DIGITS)


def _level(cell: Cell) -> str | None:
    """Return a cell's text if it is a level. Raises CellError."""
    shown = text_of(cell)
    if shown is None:
        return None
    try:
        read_level(shown)
    except SchoolgateError as error:
        raise CellError(
            Fault.WRONG_CHOICE, f"{shown[:20]} (1-4, xanh, vàng, cam, đỏ, {INHERIT})"
        ) from error
    return shown
