"""Write spreadsheets of every format, as offices' programs write them."""

import io
import struct
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from html import escape

import xlsxwriter

Rows = Sequence[Sequence[object]]

_SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def xlsx(
    rows: Rows,
    name: str = "Sheet1",
    *,
    merged: Iterable[str] = (),
    more: dict[str, Rows] | None = None,
    hidden: Iterable[str] = (),
) -> bytes:
    """Return an XLSX file; `=1/0|#DIV/0!` is a formula and its last value."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for title, content in {name: rows, **(more or {})}.items():
            sheet = book.add_worksheet(title)
            for area in merged if title == name else ():
                sheet.merge_range(area, "")
            for row, cells in enumerate(content):
                for column, cell in enumerate(cells):
                    if isinstance(cell, date):
                        sheet.write_datetime(row, column, cell, day)
                    elif isinstance(cell, int | float):
                        sheet.write_number(row, column, cell)
                    elif isinstance(cell, str) and cell.startswith("="):
                        formula, _, value = cell.partition("|")
                        sheet.write_formula(row, column, formula, None, value)
                    elif cell is not None:
                        sheet.write_string(row, column, str(cell))
            if title in hidden:
                sheet.hide()
    return out.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    """Return a zip of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out.getvalue()


def without_values(book: bytes) -> bytes:
    """Return a workbook without the values of its formulas."""
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    members[sheet] = members[sheet].replace(b"<v></v></c>", b"</c>").replace(b' t="str"', b"")
    return archive(members)


def ods(rows: Rows, name: str = "Sheet1") -> bytes:
    """Return an ODS file; `#N/A` is an error, `=...` a formula without a value."""
    body = "".join(
        f"<table:table-row>{''.join(map(_ods_cell, cells))}</table:table-row>" for cells in rows
    )
    spaces = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
        for prefix in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces}><office:body>'
        f'<office:spreadsheet><table:table table:name="{name}">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return archive(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content.encode(),
            "META-INF/manifest.xml": b"<manifest/>",
        }
    )


def _ods_cell(cell: object) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, date):
        return f'<table:table-cell office:value-type="date" office:date-value="{cell}"/>'
    if isinstance(cell, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{cell}"/>'
    text = str(cell)
    if text.startswith("="):
        return f'<table:table-cell table:formula="of:{escape(text)}"/>'
    return (
        f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p>'
        "</table:table-cell>"
    )


def xls(rows: Rows, name: str = "Sheet1") -> bytes:
    """Return an Excel 97 file (BIFF8) of texts and numbers."""

    def record(kind: int, content: bytes) -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    def begin(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 0))

    end = record(0x000A, b"")
    title = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
    head_size = len(begin(5)) + len(record(0x0085, bytes(6) + title)) + len(end)
    stream = begin(5) + record(0x0085, struct.pack("<IH", head_size, 0) + title) + end
    stream += begin(0x10)
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            at = struct.pack("<HHH", row, column, 0)
            if isinstance(cell, int | float):
                stream += record(0x0203, at + struct.pack("<d", cell))
            elif cell is not None:
                text = str(cell)
                long = struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")
                stream += record(0x0204, at + long)
    return compound({"Workbook": stream + end})


def compound(streams: dict[str, bytes]) -> bytes:
    """Return an OLE2 container; streams are filled up, so that none is a small one."""
    sectors: list[bytes] = []
    chain: list[int] = []
    entries = [_entry("Root Entry", 5, child=1, start=_END, size=0)]
    for number, (name, content) in enumerate(streams.items(), 1):
        padded = content.ljust(4096, b"\0")
        padded += bytes(-len(padded) % _SECTOR)
        first = len(sectors)
        sectors += [padded[at : at + _SECTOR] for at in range(0, len(padded), _SECTOR)]
        chain += [*range(first + 1, len(sectors)), _END]
        right = number + 1 if number < len(streams) else _FREE
        entries.append(_entry(name, 2, right=right, start=first, size=len(padded)))
    entries += [bytes(128)] * (-len(entries) % 4)
    directory = len(sectors)
    sectors += [b"".join(entries[at : at + 4]) for at in range(0, len(entries), 4)]
    chain += [*range(directory + 1, len(sectors)), _END, _FAT]
    fat = len(sectors)
    assert len(chain) <= _SECTOR // 4
    sectors.append(struct.pack(f"<{len(chain)}I", *chain).ljust(_SECTOR, b"\xff"))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, 1, directory, 0, 4096, _END, 0, _END, 0)
    head += struct.pack("<I", fat) + struct.pack("<I", _FREE) * 108
    return head + b"".join(sectors)


def _entry(
    name: str, kind: int, *, right: int = _FREE, child: int = _FREE, start: int, size: int
) -> bytes:
    wide = name.encode("utf-16-le") + b"\0\0"
    return (
        wide.ljust(64, b"\0")
        + struct.pack("<HBB", len(wide), kind, 1)
        + struct.pack("<III", _FREE, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
