"""Read lists of areas and units from spreadsheets: their columns, and the rules that they share."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from server_bridge.sheets.faults import Fault, RowRefusal, SheetError
from server_bridge.sheets.grid import Cell, Grid
from server_bridge.sheets.headers import Vocabulary, find_header, fold
from server_bridge.sheets.lines import SheetRow, table
from server_bridge.sheets.values import CellError, day_of, text_of
from server_bridge.store.schema.base import NAME_LENGTH

_COMMON = {
    "name": ("Tên", "Tên đơn vị", "Tên địa bàn", "Tên đơn vị hành chính", "Tên trường"),
    "level": ("Cấp", "Loại"),
    "from_day": ("valid from", "from", "Hiệu lực từ", "Từ ngày"),
    "until_day": ("valid until", "until", "Hiệu lực đến", "Đến ngày"),
    "successor": ("merged into", "Sáp nhập vào", "Nhập vào"),
}
AREAS = Vocabulary(
    _COMMON
    | {
        "code": ("Mã", "Mã số", "Mã địa bàn", "Mã đơn vị hành chính"),
        "parent": ("parent code", "Mã cấp trên", "Thuộc mã"),
        "parent_level": ("Cấp của cấp trên",),
    },
    (("level",), ("name",), ("code", "parent")),
)
UNITS = Vocabulary(
    _COMMON
    | {
        "unit_id": ("id", "Mã đơn vị"),
        "code": ("official code", "Mã chính thức", "Mã trường", "Mã định danh"),
        "parent": ("parent id", "Đơn vị cấp trên", "Cấp trên", "Trực thuộc"),
    },
    (("unit_id",), ("name",), ("level",)),
)

LEVEL_WORDS = {
    "tinh": "province",
    "thanhphotrunguong": "province",
    "thanhphotructhuoctrunguong": "province",
    "quan": "district",
    "huyen": "district",
    "thixa": "district",
    "thanhpho": "district",
    "xa": "commune",
    "phuong": "commune",
    "thitran": "commune",
    "dackhu": "commune",
    "thon": "hamlet",
    "todanpho": "hamlet",
    "truong": "school",
    "truonghoc": "school",
}
"""Words for levels, folded. Any other word is a level of its own name."""


@dataclass(frozen=True, slots=True)
class ValidityPeriod:
    """The days on which something exists, half-open; None: no known bound."""

    from_day: date | None
    until_day: date | None

    def overlaps(self, other: "ValidityPeriod") -> bool:
        """Return whether both periods share a day."""
        first = max(self.from_day or date.min, other.from_day or date.min)
        return first < min(self.until_day or date.max, other.until_day or date.max)


def list_lines(
    sheets: Iterable[Grid], vocabulary: Vocabulary, file_name: str
) -> Iterator[SheetRow]:
    """Yield the rows of all sheets that have a table. Raises SheetError if no sheet has one."""
    tables = 0
    for grid in sheets:
        if header := find_header(grid, vocabulary):
            tables += 1
            yield from table(grid, header).lines()
    if not tables:
        wanted = ", ".join(choice[0] for choice in vocabulary.required)
        raise SheetError(Fault.NO_HEADER, value=wanted).of(file_name)


def span_of(line: SheetRow) -> ValidityPeriod:
    """Return a row's period; refuse the row if the period ends before it begins."""
    grid = line.table.grid

    def day(cell: Cell) -> date | None:
        return day_of(cell, from_1904=grid.from_1904)

    span = ValidityPeriod(line.read("from_day", day), line.read("until_day", day))
    if span.from_day and span.until_day and span.until_day <= span.from_day:
        line.refuse("until_day", Fault.ENDS_FIRST, f"{span.until_day:%d/%m/%Y}")
    return span


def level_of(cell: Cell) -> str | None:
    """Return the stable word of a level. Raises CellError."""
    shown = text_of(cell)
    if shown is None:
        return None
    level = LEVEL_WORDS.get(fold(shown), fold(shown))
    if not 0 < len(level) <= 20:
        raise CellError(Fault.WRONG_CHOICE, shown[:20])
    return level


def name_of(line: SheetRow) -> str:
    """Return a row's name; refuse the row without one."""
    return needed(line, "name", lambda cell: text_of(cell, NAME_LENGTH), "tên (name)")


def needed(line: SheetRow, field: str, meaning: Callable[[Cell], str | None], called: str) -> str:
    """Return a required field; without it, refuse the row and return an empty text."""
    before = len(line.refusals)
    value = line.read(field, meaning)
    if value is None and len(line.refusals) == before:
        line.refuse(field, Fault.MISSING, called)
    return value or ""


def circles(above: Mapping[str, str | None]) -> set[str]:
    """Return the keys whose chain of parents leads back to themselves."""
    found: set[str] = set()
    sound: set[str] = set()
    for start in above:
        path: list[str] = []
        step: str | None = start
        while step is not None and step not in path and step not in sound:
            path.append(step)
            step = above.get(step)
        if step is not None and step in path:
            found |= set(path[path.index(step) :])
        sound |= set(path)
    return found


def in_order(refusals: Iterable[RowRefusal]) -> list[RowRefusal]:
    """Sort refusals as they stand in the file."""
    return sorted(refusals, key=lambda r: (r.place.sheet, r.place.row, r.place.column or 0))
