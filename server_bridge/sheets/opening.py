"""Open a spreadsheet that somebody sent: identify it by its content, and check that it is safe."""

import io
import subprocess
import sys
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import msgspec

from gate_contract.errors import SchoolgateError
from server_bridge.i18n.names import tidy
from server_bridge.sheets.delimited import read_delimited
from server_bridge.sheets.faults import Fault, SheetError
from server_bridge.sheets.grid import Cell, Grid

MB = 1 << 20
MOST_BYTES = 32 * MB
MOST_UNPACKED = 256 * MB
MOST_TIMES = 200
"""The highest accepted ratio of unpacked to packed size; spreadsheets have ten to fifty."""
SMALL = 16 * MB
"""Unpacked bytes that are harmless at any ratio."""
MOST_MEMBERS = 2_000
READER_S = 120

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_READER = Path(__file__).with_name("reader.py")


@dataclass(frozen=True, slots=True)
class Spreadsheet:
    """A file that was read. `sha256` is of its bytes, in hex."""

    name: str
    sha256: str
    sheets: list[Grid]


def open_spreadsheet(path: Path, *, only: str | None = None) -> Spreadsheet:
    """Read XLSX, XLS, ODS or CSV, whichever it is by its content.

    `only`: the name of the one sheet to read.

    Raises:
        SheetError: the file is of another kind, unsafe, too large, or has no such sheet.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise SchoolgateError(f"{path}: {error.strerror}; name a file that you may read") from error
    try:
        sheets = read_sheets(data)
    except SheetError as error:
        raise error.of(path.name) from error
    if only is not None:
        sheets = [sheet for sheet in sheets if sheet.name == only]
        if not sheets:
            raise SheetError(Fault.NO_SUCH_SHEET, value=only).of(path.name)
    if not any(any(row) for sheet in sheets for row in sheet.rows):
        raise SheetError(Fault.EMPTY).of(path.name)
    return Spreadsheet(path.name, sha256(data).hexdigest(), sheets)


def read_sheets(data: bytes) -> list[Grid]:
    """Return the visible sheets of a file with these bytes. Raises SheetError."""
    if len(data) > MOST_BYTES:
        raise SheetError(Fault.TOO_LARGE, value=f"{MOST_BYTES // MB} MB")
    if data.startswith(b"PK"):
        _check_archive(data)
        return _read_confined(data)
    if data.startswith(_OLE):
        _check_ole(data)
        return _read_confined(data)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise SheetError(Fault.MARKUP)
    if not data.strip():
        raise SheetError(Fault.EMPTY)
    if data.startswith(b"%PDF"):
        raise SheetError(Fault.NO_SPREADSHEET)
    return [read_delimited(data)]


def _check_archive(data: bytes) -> None:
    """Check that an archive is a workbook without macros and unpacks to a reasonable size.

    The size is checked in the archive's directory and by unpacking. Raises SheetError.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if any(member.flag_bits & 1 for member in members):
                raise SheetError(Fault.ENCRYPTED)
            unpacked = sum(member.file_size for member in members)
            if (
                len(members) > MOST_MEMBERS
                or unpacked > MOST_UNPACKED
                or unpacked > max(SMALL, MOST_TIMES * len(data))
            ):
                raise SheetError(Fault.BOMB)
            if any(name.lower().endswith("vbaproject.bin") for name in names) or any(
                name.startswith("Basic/") for name in names
            ):
                raise SheetError(Fault.MACROS)
            if "xl/workbook.bin" in names:
                raise SheetError(Fault.BINARY)
            if not names & {"xl/workbook.xml", "content.xml"}:
                raise SheetError(Fault.NO_SPREADSHEET)
            if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read(
                "META-INF/manifest.xml"
            ):
                raise SheetError(Fault.ENCRYPTED)
            for member in members:
                with archive.open(member) as packed:  # unpacking stops at the declared size,
                    while packed.read(MB):  # and fails if the content is larger
                        pass
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise SheetError(Fault.DAMAGED) from error


def _check_ole(data: bytes) -> None:
    """Check an OLE2 file: an old XLS, or something else in that container. Raises SheetError."""

    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if has("EncryptedPackage"):
        raise SheetError(Fault.ENCRYPTED)
    if has("_VBA_PROJECT"):
        raise SheetError(Fault.MACROS)
    if not (has("Workbook") or has("Book")):
        raise SheetError(Fault.NO_SPREADSHEET)


class _Sheet(msgspec.Struct):
    name: str
    rows: list[list[str | float | tuple[date] | None]]
    merged: list[tuple[int, int, int, int]]
    bad: list[tuple[int, int, str]]
    from_1904: bool


class _Answer(msgspec.Struct):
    sheets: list[_Sheet] = []
    fault: str | None = None


def _read_confined(data: bytes) -> list[Grid]:
    """Read through `reader.py`, a process with little memory and time."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", _READER],
            input=data,
            capture_output=True,
            timeout=READER_S,
            check=False,
        )
        answer = msgspec.json.decode(done.stdout, type=_Answer)
    except (subprocess.TimeoutExpired, msgspec.DecodeError) as error:
        raise SheetError(Fault.TOO_LARGE, value="1 GB") from error
    if answer.fault:
        raise SheetError(Fault(answer.fault), value="1 GB")
    if not answer.sheets:
        raise SheetError(Fault.EMPTY)
    return [
        Grid(
            tidy(sheet.name),
            [[_cell(cell) for cell in row] for row in sheet.rows],
            sheet.merged,
            {(row, column): what for row, column, what in sheet.bad},
            sheet.from_1904,
        )
        for sheet in answer.sheets
    ]


def _cell(cell: str | float | tuple[date] | None) -> Cell:
    return cell[0] if isinstance(cell, tuple) else cell
