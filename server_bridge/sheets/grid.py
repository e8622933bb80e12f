"""Define a spreadsheet after it was read: sheets of cells, each with its address."""

from dataclasses import dataclass, field
from datetime import date

Cell = str | float | date | None
"""None: empty. A number may stand for a code that lost its zeros, or for a day."""


@dataclass(frozen=True, slots=True)
class CellAddress:
    """A cell, or with no column a whole row. Numbers begin with 0."""

    sheet: str
    row: int
    column: int | None = None

    def __str__(self) -> str:
        """Format the address as spreadsheets write it: `Sheet1!C12`."""
        return f"{self.sheet}!{'' if self.column is None else letters(self.column)}{self.row + 1}"


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet. `rows` begin with A1. `bad`: what is wrong with a cell that looks empty.

    `merged`: first row, first column, last row, last column. `from_1904`: days of old Macintosh
    workbooks, which count from 1904. `untyped`: all cells are texts, also where a number was meant.
    """

    name: str
    rows: list[list[Cell]]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    bad: dict[tuple[int, int], str] = field(default_factory=dict)
    from_1904: bool = False
    untyped: bool = False

    def at(self, row: int, column: int) -> Cell:
        """Return a cell; None outside of the sheet."""
        cells = self.rows[row] if row < len(self.rows) else []
        return cells[column] if column < len(cells) else None


def letters(column: int) -> str:
    """Return a column's letters: `A` for 0, `AA` for 26."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
