"""Interpret the rows of a school's spreadsheet as people. Pure: no database, no clock."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from gate_contract.card import CardKind
from server_bridge.i18n.names import name_key
from server_bridge.people.headings import GONE, PRESENT, SEXES, VOCABULARIES
from server_bridge.people.residence import Residence
from server_bridge.sheets.faults import Fault, RowRefusal, SheetError
from server_bridge.sheets.grid import Cell, CellAddress, Grid
from server_bridge.sheets.headers import find_header, fold
from server_bridge.sheets.lines import SheetRow, SheetTable, table
from server_bridge.sheets.values import (
    CellError,
    birthday_of,
    digits_of,
    national_id_of,
    sector_code_of,
    text_of,
)
from server_bridge.store.people.people import Person
from server_bridge.store.schema.base import NAME_LENGTH

GROUP_LENGTH = 40

Watch = Callable[[Sequence[SheetRow]], Iterable[SheetRow]]
"""Iterates over rows one by one, and may show the progress."""

_CLASS = re.compile(r"(?:lớp\s*)?(\d{1,2}\s*[A-ZĐ]?\d{0,2}|\d{1,2}[./-]\d{1,2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A row that was understood. `places`: the cell of each field, for refusals that come later."""

    who: Person
    group_name: str | None
    residence: Residence
    place: CellAddress
    places: Mapping[str, CellAddress] = field(hash=False)


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """The content of a file.

    `traces`: identifiers and names in refused rows; these people count as present. `left_out`: rows
    and sheets that hold no person.
    """

    entries: list[PersonRow]
    refusals: list[RowRefusal]
    traces: frozenset[object]
    left_out: list[CellAddress]


def read_entries(
    sheets: Iterable[Grid],
    kind: CardKind,
    today: date,
    mapping: Mapping[str, str] | None = None,
    file_name: str = "",
    watch: Watch = iter,
) -> PeopleFile:
    """Return the people of all sheets that have a table. Raises SheetError if no sheet has one."""
    vocabulary = VOCABULARIES[kind]
    entries: list[PersonRow] = []
    refusals: list[RowRefusal] = []
    traces: set[object] = set()
    left_out: list[CellAddress] = []
    tables = 0
    for grid in sheets:
        header = find_header(grid, vocabulary, mapping)
        if header is None:
            left_out.append(CellAddress(grid.name, 0))
            continue
        tables += 1
        found = table(grid, header)
        reader = _Reader(found, kind, today)
        for line in watch(list(found.lines())):
            if not reader.is_person(line):
                left_out.append(line.place())
            elif entry := reader.read(line):
                entries.append(entry)
            refusals += line.refusals
            if line.refusals:
                traces |= reader.traces(line)
    if not tables:
        wanted = "Mã định danh / Số ĐDCN, Họ tên"
        raise SheetError(Fault.NO_HEADER, value=wanted).of(file_name)
    return _without_twins(PeopleFile(entries, refusals, frozenset(traces), left_out))


class _Reader:
    """Reads the rows of one table, with the properties that its columns share."""

    def __init__(self, found: SheetTable, kind: CardKind, today: date) -> None:
        self._kind = kind
        self._today = today
        self._grid = found.grid
        self._code_untyped = self._lost_zeros(found, "code")
        self._id_untyped = self._lost_zeros(found, "national_id")
        self._code_lengths = set(_lengths(found, "code", untyped=self._code_untyped))
        sheet_class = _CLASS.fullmatch(found.grid.name.strip())
        self._sheet_class = sheet_class[1].upper() if sheet_class else None

    def is_person(self, line: SheetRow) -> bool:
        """Return whether a row is a person, and not a class title, a sum or a signature."""
        quiet = replace(line, refusals=[])
        sure = ("code", "national_id", "born")
        if any(quiet.read(name, text_of) for name in sure) or quiet.refusals:
            return True
        named = quiet.text("name", 1_000) or quiet.text("given_name", 1_000)
        grid, row = line.table.grid, line.row
        first = next((cell for cell in grid.rows[row] if cell is not None), None)
        numbered = isinstance(first, float) or (
            isinstance(first, str) and first.strip().isdecimal()
        )
        return bool(named and (numbered or quiet.read("group", text_of, shared=True)))

    def read(self, line: SheetRow) -> PersonRow | None:
        """Return the person of a row; None if a cell was refused, or if the person has left."""
        code = line.read("code", self._code)
        national_id = line.read("national_id", self._national_id)
        if not (code or national_id or line.refusals):
            line.refuse(
                "code" if "code" in line.table.header.columns else "national_id",
                Fault.NO_IDENTIFIER,
            )
        name = self._name(line)
        who = Person(
            kind=self._kind,
            name=name or "",
            code=code,
            national_id=national_id,
            born=line.read("born", self._born),
            sex=line.read("sex", _sex, shared=True),
            ethnicity=line.text("ethnicity", 60, shared=True),
            address=line.text("address", 300, shared=True),
        )
        group = line.read("group", self._group, shared=True) or self._sheet_class
        if group is None and self._kind == CardKind.PUPIL and not line.refusals:
            line.refuse("group", Fault.MISSING, "lớp (class)")
        residence = Residence(
            *(line.text(level, NAME_LENGTH, shared=True) for level in Residence.__slots__)
        )
        gone = line.read("status", _is_gone, shared=True)
        if line.refusals or gone:
            return None
        names = (*line.table.header.columns, "code", "national_id")
        places = {field_name: line.place(field_name) for field_name in names}
        return PersonRow(who, group, residence, line.place(), places)

    def traces(self, line: SheetRow) -> set[object]:
        """Return everything in a refused row that identifies its person."""
        quiet = replace(line, refusals=[])
        found: set[object] = {
            quiet.read("code", self._code),
            quiet.read("national_id", self._national_id),
        }
        if name := self._name(quiet):
            found.add(name_key(name))
        return found - {None}

    def _name(self, line: SheetRow) -> str | None:
        name = line.text("name", NAME_LENGTH)
        if name is None and "given_name" in line.table.header.columns:
            parts = [line.text(part, NAME_LENGTH // 2) for part in ("family_name", "given_name")]
            name = " ".join(part for part in parts if part) or None
        if name is None and not line.refusals:
            line.refuse("name", Fault.MISSING, "họ tên (name)")
        return name

    def _code(self, cell: Cell) -> str | None:
        return sector_code_of(cell, self._code_lengths, untyped=self._code_untyped)

    def _national_id(self, cell: Cell) -> str | None:
        return national_id_of(cell, untyped=self._id_untyped)

    def _born(self, cell: Cell) -> date | None:
        return birthday_of(cell, self._today, from_1904=self._grid.from_1904)

    def _group(self, cell: Cell) -> str | None:
        if isinstance(cell, date):
            raise CellError(Fault.CLASS_IS_DATE, f"{cell:%d/%m/%Y}")
        return text_of(cell, GROUP_LENGTH)

    def _lost_zeros(self, found: SheetTable, name: str) -> bool:
        """Return whether no code of a column begins with zero, in a file of texts only."""
        return found.grid.untyped and not any(
            isinstance(cell, str) and cell.strip().startswith("0") for cell in found.cells(name)
        )


def _lengths(found: SheetTable, name: str, *, untyped: bool) -> Iterator[int]:
    """Yield the lengths of the codes in a column, where they are certain."""
    for cell in found.cells(name):
        try:
            digits = digits_of(cell, untyped=untyped)
        except CellError:
            continue
        if digits is None and isinstance(cell, str):
            yield len(cell.strip())
        elif digits in (11, 12):
            yield 12


def _sex(cell: Cell) -> str | None:
    shown = text_of(cell)
    if shown is None:
        return None
    if fold(shown) not in SEXES:
        raise CellError(Fault.WRONG_CHOICE, shown[:20])
    return SEXES[fold(shown)]


def _is_gone(cell: Cell) -> bool:
    shown = text_of(cell) or ""
    if fold(shown) in PRESENT:
        return False
    if fold(shown) in GONE:
        return True
    raise CellError(Fault.WRONG_CHOICE, shown[:40])


def _without_twins(reading: PeopleFile) -> PeopleFile:
    """Refuse all rows that share an identifier: nobody can tell which of them is right."""
    refusals = list(reading.refusals)
    refused: set[CellAddress] = set()
    for name in ("code", "national_id"):
        by_code: dict[str, list[PersonRow]] = {}
        for entry in reading.entries:
            if identifier := getattr(entry.who, name):
                by_code.setdefault(identifier, []).append(entry)
        for twins in by_code.values():
            for entry in twins if len(twins) > 1 else ():
                other = twins[1] if entry is twins[0] else twins[0]
                if entry.place not in refused:
                    refused.add(entry.place)
                    refusals.append(_twin(entry, other, name))
    refusals.sort(key=lambda refusal: (refusal.place.sheet, refusal.place.row))
    entries = [entry for entry in reading.entries if entry.place not in refused]
    traces = reading.traces.union(
        *(
            {entry.who.code, entry.who.national_id}
            for entry in reading.entries
            if entry.place in refused
        )
    ) - {None}
    return replace(reading, entries=entries, refusals=refusals, traces=frozenset(traces))


def _twin(entry: PersonRow, other: PersonRow, name: str) -> RowRefusal:
    place, seen = entry.places[name], str(other.places[name])
    if name_key(entry.who.name) != name_key(other.who.name) or entry.who.born != other.who.born:
        return RowRefusal(place, Fault.TWO_PEOPLE_ONE_CODE, seen)
    if entry.group_name != other.group_name:
        group = entry.places.get("group", entry.place)
        return RowRefusal(group, Fault.ONE_PERSON_TWO_CLASSES, seen)
    return RowRefusal(place, Fault.SAME_PERSON_TWICE, seen)
