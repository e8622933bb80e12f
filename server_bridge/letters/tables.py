"""Tables of text, numbers and shares, for reports and letters. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server_bridge.i18n.formats import Formats
from server_bridge.i18n.phrases import Lang

Cell = str | int | float | date | None
"""The value of a cell. A float is a share, 0 to 1; None is an unknown value."""
Row = tuple[Cell, ...]


class ColumnType(StrEnum):
    """The type of the cells of a column."""

    TEXT = "text"
    NUMBER = "number"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table. `width` in characters."""

    title: str
    width: int
    type: ColumnType = ColumnType.NUMBER


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of columns of a table over its first column. `shape`: column, line or bar."""

    columns: tuple[int, ...]
    shape: str = "column"


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `sums` is its last line, empty if there is none; `links` has a unit id per row."""

    key: str
    title: str
    columns: tuple[TableColumn, ...]
    rows: tuple[Row, ...]
    sums: Row = ()
    charts: tuple[Chart, ...] = ()
    links: tuple[str, ...] = ()


def format_cell(cell: Cell, f: Formats) -> str:
    """Return a cell as text; a dash for an unknown value."""
    if cell is None:
        return "–"
    if isinstance(cell, float):
        share = f"{cell * 100:.1f}%"
        return share.replace(".", ",") if f.lang == Lang.VI else share
    return f.number(cell) if isinstance(cell, int) else str(cell)
