"""A table as CSV that Excel opens as it is: UTF-8 with its mark, and no cell that is a formula."""

import csv
import io

from server_bridge.letters.tables import Cell, Table

_ACTIVE = ("=", "+", "-", "@", "\t", "\r")


def write_csv(table: Table) -> bytes:
    """The table with its headings, between commas. Shares are numbers from 0 to 1, dates ISO."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([_safe(column.title) for column in table.columns])
    writer.writerows([[_text(cell) for cell in row] for row in table.rows])
    return stream.getvalue().encode("utf-8-sig")


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _safe(cell)
    return f"{cell:.4f}" if isinstance(cell, float) else str(cell)


def _safe(text: str) -> str:
    """A spreadsheet program would run a text that begins like a formula; an apostrophe keeps it
    from that, as OWASP's page on CSV injection has it."""
    return f"'{text}" if text.lstrip().startswith(_ACTIVE) or text.startswith(_ACTIVE) else text
