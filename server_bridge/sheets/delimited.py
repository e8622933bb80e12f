"""Read text files with values between commas, semicolons or tabs, in the encodings of offices."""

import codecs
import csv
import io

from server_bridge.sheets.faults import Fault, SheetError
from server_bridge.sheets.grid import Cell, Grid

DELIMITERS = ",;\t|"
_SAMPLE_LINES = 30
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def read_delimited(data: bytes) -> Grid:
    """Return the one sheet of a text file, named `CSV`. Raises SheetError."""
    text = _decode(data)
    first, _, rest = text.partition("\n")
    if (
        first.strip().startswith("sep=") and len(first.strip()) == 5
    ):  # Excel's own hint names the delimiter
        delimiter, text = first.strip()[4], "\n" + rest
    else:
        delimiter = _sniff(text)
    try:
        rows: list[list[Cell]] = [
            [cell or None for cell in row]
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise SheetError(Fault.DAMAGED) from error
    return Grid("CSV", rows, untyped=True)


def _decode(data: bytes) -> str:
    for bom, encoding in _BOMS.items():
        if data.startswith(bom):
            return _text(data, encoding)
    if b"\0" in data[:64]:  # text with zero bytes is UTF-16 without its byte order mark
        return _text(data, "utf-16-be" if data.startswith(b"\0") else "utf-16-le")
    try:
        return _text(data, "utf-8")
    except SheetError:
        return _text(data, "cp1258")


def _text(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SheetError(Fault.NO_SPREADSHEET) from error
    if any(character < " " and character not in "\t\r\n\f" for character in set(text)):
        raise SheetError(Fault.NO_SPREADSHEET)
    return text


def _sniff(text: str) -> str:
    """Return the delimiter that makes the widest rows."""
    lines = text.splitlines()[:_SAMPLE_LINES]

    def width(delimiter: str) -> int:
        try:
            return sum(len(row) for row in csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            return 0

    return max(DELIMITERS, key=width)
