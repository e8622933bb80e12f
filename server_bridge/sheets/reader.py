"""Read a workbook from standard input, and write its sheets to standard output as JSON.

This is a program of its own, started by `opening.py`, that imports nothing of ours: a workbook that
makes a parser take all memory, run for ever or crash ends this process only. Calamine returns the
last value of a formula and runs no macro, but it shows error cells and formulas without a value as
empty, so this program looks for those in the file itself.
"""

import io
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from xml.etree import ElementTree as Xml

import msgspec
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

MEMORY_BYTES = 1 << 30
CPU_S = 60
MOST_CELLS = 4_000_000

ERROR, HOLLOW = "error_cell", "hollow_formula"
_EXCEL = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_ERROR_TEXT = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)|Err:\d+")

Sheet = dict[str, Any]
Bad = list[tuple[int, int, str]]


def main() -> None:
    """Write the sheets, or the stable code of what is wrong with the file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    data = sys.stdin.buffer.read()
    answer: dict[str, Any]
    try:
        answer = {"sheets": list(_sheets(data))}
    except PasswordError:
        answer = {"fault": "encrypted"}
    except (MemoryError, OverflowError):
        answer = {"fault": "too_large"}
    except (CalamineError, Xml.ParseError, zipfile.BadZipFile, KeyError, ValueError):
        answer = {"fault": "damaged"}
    sys.stdout.buffer.write(msgspec.json.encode(answer))


def _sheets(data: bytes) -> Iterator[Sheet]:
    bad, from_1904 = _look_inside(data)
    cells = 0
    with CalamineWorkbook.from_object(io.BytesIO(data)) as workbook:
        for about in workbook.sheets_metadata:
            if about.typ != SheetTypeEnum.WorkSheet or about.visible != SheetVisibleEnum.Visible:
                continue
            sheet = workbook.get_sheet_by_name(about.name)
            cells += sheet.total_height * sheet.total_width
            if cells > MOST_CELLS:
                raise MemoryError
            merged = sheet.merged_cell_ranges or []
            yield {
                "name": about.name,
                "rows": [
                    [_cell(value) for value in row]
                    for row in sheet.to_python(skip_empty_area=False)
                ],
                "merged": [(*first, *last) for first, last in merged],
                "bad": bad.get(about.name, []),
                "from_1904": from_1904,
            }


def _cell(value: object) -> object:
    """Convert a cell for JSON; a day becomes a list, to tell it from a text."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, datetime):
        return [value.date().isoformat()]
    return [value.isoformat()] if isinstance(value, date) else str(value)


def _look_inside(data: bytes) -> tuple[dict[str, Bad], bool]:
    """Find the cells that calamine wrongly shows as empty, and whether days count from 1904."""
    if not data.startswith(b"PK"):
        return {}, False
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if "content.xml" in archive.namelist():
            return _look_inside_ods(archive.read("content.xml")), False
        book = Xml.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 (a confined process)
        links = Xml.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 (as above)
        targets = {link.get("Id"): link.get("Target", "") for link in links}
        bad = {}
        for sheet in book.iter(f"{_EXCEL}sheet"):
            path = targets[sheet.get(_RELATION)]
            if path.endswith(".xml") and "worksheets/" in path:
                path = path.lstrip("/") if path.startswith("/") else f"xl/{path}"
                bad[sheet.get("name", "")] = list(_bad_cells(archive.read(path)))
        properties = book.find(f"{_EXCEL}workbookPr")
        epoch = "" if properties is None else properties.get("date1904", "")
        return bad, epoch in ("1", "true")


def _bad_cells(sheet: bytes) -> Iterator[tuple[int, int, str]]:
    if not re.search(rb"""<(\w+:)?f[\s>/]|\st=["']e["']""", sheet):
        return
    for _, cell in Xml.iterparse(io.BytesIO(sheet)):  # noqa: S314 (a confined process)
        if cell.tag != f"{_EXCEL}c":
            continue
        kind = cell.get("t")
        what = ERROR if kind == "e" else None
        value = cell.findtext(f"{_EXCEL}v")
        if cell.find(f"{_EXCEL}f") is not None and not value and kind != "str":
            what = HOLLOW
        place = re.fullmatch(r"([A-Z]+)(\d+)", cell.get("r", ""))
        if what and place:
            column = 0
            for letter in place[1]:
                column = column * 26 + ord(letter) - 64
            yield int(place[2]) - 1, column - 1, what
        cell.clear()


def _look_inside_ods(content: bytes) -> dict[str, Bad]:
    bad: dict[str, Bad] = {}
    for table in Xml.fromstring(content).iter(f"{_TABLE}table"):  # noqa: S314 (a confined process)
        found = bad.setdefault(table.get(f"{_TABLE}name", ""), [])
        row_number = 0
        for row in table.iter(f"{_TABLE}table-row"):
            column = 0
            for cell in row:
                kind = cell.get(f"{_OFFICE}value-type")
                if _ERROR_TEXT.fullmatch("".join(cell.itertext()).strip()):
                    found.append((row_number, column, ERROR))
                elif cell.get(f"{_TABLE}formula") and kind is None:
                    found.append((row_number, column, HOLLOW))
                column += int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            row_number += int(row.get(f"{_TABLE}number-rows-repeated", "1"))
    return bad


if __name__ == "__main__":
    main()
