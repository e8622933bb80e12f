"""Find where a sheet's table begins, and which column is which."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server_bridge.i18n.names import tidy
from server_bridge.sheets.faults import Fault, SheetError
from server_bridge.sheets.grid import Grid, letters

SEARCHED_ROWS = 40

_NUMBER = re.compile(r"\(?(\d+)\)?")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The headings of each field, best first: where a table has several, the best one counts.

    `required`: of each tuple, one field must be present. `foreign`: headings over several columns
    that are about another person or thing.
    """

    headings: Mapping[str, tuple[str, ...]]
    required: tuple[tuple[str, ...], ...]
    foreign: tuple[str, ...] = ()
    preferred: tuple[str, ...] = ()

    def known(self) -> dict[str, tuple[int, str]]:
        """Return by folded heading how good it is (0 best), and its field."""
        return {
            fold(heading): (rank, field)
            for field, headings in self.headings.items()
            for rank, heading in enumerate((field, *headings))
        }


@dataclass(frozen=True, slots=True)
class Header:
    """A table's header. `columns` of each field; a name may have several. Rows from 0 on."""

    first_row: int
    columns: dict[str, list[int]]


def fold(text: str) -> str:
    """Reduce a heading to letters and digits, in lower case, without diacritics and remarks.

    Remarks are what stands in brackets, and stars.
    """
    bare = re.sub(r"[(\[].*?[)\]]", " ", tidy(text))
    marks = unicodedata.normalize("NFD", bare.casefold().replace("đ", "d"))
    return "".join(character for character in marks if character.isalnum() and character.isascii())


def find_header(
    grid: Grid, vocabulary: Vocabulary, mapping: Mapping[str, str] | None = None
) -> Header | None:
    """Find the best header row, or two rows where headings stand on two levels.

    Returns None if there is no table. `mapping`: headings of fields, as the user has given them.

    Raises:
        SheetError: two columns could be one field, or a given heading does not exist.
    """
    known = vocabulary.known()
    given = {fold(heading): field for field, heading in (mapping or {}).items()}
    best: tuple[int, int, int, list[_Heading]] | None = None
    for row in range(min(SEARCHED_ROWS, len(grid.rows))):
        for storeys in (1, 2):
            found = list(_headings(grid, row, storeys, vocabulary, known, given))
            fields = {heading.field for heading in found}
            if not all(fields & set(choice) for choice in vocabulary.required):
                continue
            score = (len(fields), -storeys, -row)
            if best is None or score > best[:3]:
                best = (*score, found)
    if best is None:
        return None
    _, storeys, row, found = best
    columns = _choose(grid.name, found)
    if lost := [field for field in given.values() if field not in columns]:
        raise SheetError(Fault.NO_SUCH_COLUMN, value=(mapping or {})[lost[0]], name=grid.name)
    if "name" in columns:
        columns["name"] = _parts_of_name(grid, -row, -storeys, columns)
    first = -row - storeys
    return Header(first + _is_numbering(grid, first), columns)


@dataclass(frozen=True, slots=True)
class _Heading:
    field: str
    column: int
    rank: tuple[int, int]


def _headings(
    grid: Grid,
    row: int,
    storeys: int,
    vocabulary: Vocabulary,
    known: Mapping[str, tuple[int, str]],
    given: Mapping[str, str],
) -> Iterator[_Heading]:
    """Yield the fields that a row's headings name; of two rows, the lower within the upper."""
    upper = _texts(grid, row)
    lower = _texts(grid, row + 1) if storeys == 2 else {}
    foreign = set(map(fold, vocabulary.foreign))
    preferred = [fold(text) for text in vocabulary.preferred]
    for column in sorted(upper.keys() | lower.keys()):
        top, bottom = upper.get(column, ""), lower.get(column, "")
        over = fold(_spread(grid, row, column)) if bottom else ""
        if over in foreign:
            continue
        texts = (f"{over}{bottom}", bottom) if bottom else (top,)
        group = preferred.index(over) if over in preferred else len(preferred)
        for text in texts:
            if text in given:
                yield _Heading(given[text], column, (-1, 0))
                break
            if text in known and known[text][1] not in given.values():
                rank, field = known[text]
                yield _Heading(field, column, (group, rank))
                break


def _texts(grid: Grid, row: int) -> dict[int, str]:
    cells = grid.rows[row] if row < len(grid.rows) else []
    return {column: fold(cell) for column, cell in enumerate(cells) if isinstance(cell, str)}


def _spread(grid: Grid, row: int, column: int) -> str:
    """Return the upper heading over a column: its own, or that of the merged cell above it."""
    for top, left, bottom, right in grid.merged:
        if top <= row <= bottom and left <= column <= right:
            cell = grid.at(top, left)
            return cell if isinstance(cell, str) else ""
    cell = grid.at(row, column)
    while cell is None and column and not grid.merged:  # a format that does not report merged cells
        column -= 1
        cell = grid.at(row, column)
    return cell if isinstance(cell, str) else ""


def _choose(sheet: str, found: Sequence[_Heading]) -> dict[str, list[int]]:
    columns: dict[str, list[int]] = {}
    for field in {heading.field for heading in found}:
        ranked = sorted(
            (heading for heading in found if heading.field == field), key=lambda h: h.rank
        )
        if len(ranked) > 1 and ranked[0].rank == ranked[1].rank:
            where = ", ".join(letters(heading.column) for heading in ranked[:2])
            raise SheetError(Fault.TWO_COLUMNS, value=f"{field} ({where})", name=sheet)
        columns[field] = [ranked[0].column]
    return columns


def _parts_of_name(
    grid: Grid, row: int, storeys: int, columns: Mapping[str, list[int]]
) -> list[int]:
    """Return the columns under a merged name heading: family name first, given name in the next."""
    (column,) = columns["name"]
    taken = {other for field, others in columns.items() if field != "name" for other in others}
    for top, left, bottom, right in grid.merged:
        if row <= top and bottom < row + storeys and left == column:
            return [part for part in range(left, right + 1) if part not in taken]
    return [column]


def _is_numbering(grid: Grid, row: int) -> bool:
    """Return whether this is the row that numbers the columns: (1) (2) (3)."""
    numbers = []
    for cell in grid.rows[row] if row < len(grid.rows) else []:
        if cell is None:
            continue
        text = f"{cell:g}" if isinstance(cell, float) else str(cell)
        found = _NUMBER.fullmatch(text.strip())
        if not found:
            return False
        numbers.append(int(found[1]))
    return len(numbers) > 2 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
