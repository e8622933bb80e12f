"""Read the rows below a header: each field's cell, and its address when it is refused."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from server_bridge.sheets.faults import Fault, RowRefusal
from server_bridge.sheets.grid import Cell, CellAddress, Grid
from server_bridge.sheets.headers import Header
from server_bridge.sheets.values import CellError, text_of

T = TypeVar("T")


@dataclass(slots=True)
class SheetRow:
    """One row. The reasons why its cells are refused are collected in `refusals`."""

    table: "SheetTable"
    row: int
    refusals: list[RowRefusal] = field(default_factory=list)

    def place(self, name: str | None = None) -> CellAddress:
        """Return a field's address; without a name, or where it has no column, the row's."""
        columns = self.table.header.columns.get(name or "")
        return CellAddress(self.table.grid.name, self.row, columns[0] if columns else None)

    def refuse(self, name: str | None, fault: Fault, value: str = "") -> None:
        """Note what is wrong with a field."""
        self.refusals.append(RowRefusal(self.place(name), fault, value))

    def cell(self, name: str, *, shared: bool = False) -> Cell:
        """Return the field's cell. `shared`: rows below a merged cell have its value."""
        found = [
            self._one(column, shared=shared) for column in self.table.header.columns.get(name, ())
        ]
        if len(found) < 2:
            return found[0] if found else None
        return " ".join(text for cell in found if (text := text_of(cell))) or None

    def read(
        self, name: str, meaning: Callable[[Cell], T | None], *, shared: bool = False
    ) -> T | None:
        """Return a field's meaning; if it has none, note a refusal and return None."""
        try:
            return meaning(self.cell(name, shared=shared))
        except CellError as error:
            self.refuse(name, error.fault, error.value)
            return None

    def text(self, name: str, most: int, *, shared: bool = False) -> str | None:
        """Return a field's text of at most `most` characters."""
        return self.read(name, lambda cell: text_of(cell, most), shared=shared)

    def is_empty(self) -> bool:
        """Return whether all known fields are empty."""
        return not any(
            text_of(self.table.grid.at(self.row, column))
            or (self.row, column) in self.table.grid.bad
            for columns in self.table.header.columns.values()
            for column in columns
        )

    def _one(self, column: int, *, shared: bool) -> Cell:
        grid = self.table.grid
        if what := grid.bad.get((self.row, column)):
            raise CellError(Fault(what))
        if origin := self.table.covered.get((self.row, column)):
            if not shared:
                raise CellError(Fault.MERGED_ROWS)
            return grid.at(*origin)
        return grid.at(self.row, column)


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A sheet whose header was found. `covered`: cells below the first one of a merged cell."""

    grid: Grid
    header: Header
    covered: dict[tuple[int, int], tuple[int, int]]

    def lines(self) -> Iterator[SheetRow]:
        """Yield the rows below the header that are not empty."""
        for row in range(self.header.first_row, len(self.grid.rows)):
            line = SheetRow(self, row)
            if not line.is_empty():
                yield line

    def cells(self, name: str) -> Iterator[Cell]:
        """Yield a whole column."""
        for column in self.header.columns.get(name, ())[:1]:
            for row in range(self.header.first_row, len(self.grid.rows)):
                yield self.grid.at(row, column)


def table(grid: Grid, header: Header) -> SheetTable:
    """Return the table below a header."""
    used = {column for columns in header.columns.values() for column in columns}
    covered: dict[tuple[int, int], tuple[int, int]] = {}
    for top, left, bottom, right in grid.merged:
        for column in used & set(range(left, min(right, max(used)) + 1)):
            for row in range(max(top + 1, header.first_row), min(bottom + 1, len(grid.rows))):
                if (row, column) in covered:
                    break  # a cell lies in one merged cell only
                covered[row, column] = (top, left)
    return SheetTable(grid, header, covered)
