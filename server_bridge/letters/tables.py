"""What reports are made of: tables of text, numbers and shares. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server_bridge.i18n.formats import Formats
from server_bridge.i18n.phrases import Lang

Cell = str | int | float | date | None
"""None: unknown."""
Row = tuple[Cell, ...]


class Holds(StrEnum):
    """What a column's cells are."""

    TEXT = "text"
    NUMBER = "number"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class TableColumn:
    """`width` in characters."""

    title: str
    width: int
    holds: Holds = Holds.NUMBER


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns of a table, drawn over its first column."""

    columns: tuple[int, ...]
    shape: str = "column"


@dataclass(frozen=True, slots=True)
class Table:
    """`sums` is its last line, if it has one; `links` are ids of units, row by row."""

    key: str
    title: str
    columns: tuple[TableColumn, ...]
    rows: tuple[Row, ...]
    sums: Row = ()
    charts: tuple[Chart, ...] = ()
    links: tuple[str, ...] = ()


def shown(cell: Cell, f: Formats) -> str:
    """A cell as people read it; a dash where nothing is known."""
    if cell is None:
        return "–"
    if isinstance(cell, float):
        share = f"{cell * 100:.1f}%"
        return share.replace(".", ",") if f.lang == Lang.VI else share
    return f.number(cell) if isinstance(cell, int) else str(cell)
