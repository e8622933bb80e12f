"""Tables as CSV for Excel: UTF-8 with a byte order mark, and no cell that is a formula."""

import csv
import io

from server_bridge.letters.tables import Cell, Table

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(table: Table) -> bytes:
    """Return the table with its headings, separated by commas.

    Shares are numbers from 0 to 1, dates ISO 8601.
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([_escape(column.title) for column in table.columns])
    writer.writerows([[_text(cell) for cell in row] for row in table.rows])
    return stream.getvalue().encode("utf-8-sig")


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _escape(cell)
    return f"{cell:.4f}" if isinstance(cell, float) else str(cell)


def _escape(text: str) -> str:
    """Return the text with an apostrophe before it if a spreadsheet would run it as a formula.

    Source: OWASP, CSV Injection.
    """
    return (
        f"'{text}"
        if text.lstrip().startswith(_FORMULA_STARTS) or text.startswith(_FORMULA_STARTS)
        else text
    )
