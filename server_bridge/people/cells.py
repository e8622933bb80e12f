"""Cells of spreadsheets that we write."""

_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet program take a text for a formula, wide forms included."""


def plain(value: str) -> str:
    """A text that stays a text when a CSV file is opened in a spreadsheet program.

    XLSX needs no such thing: xlsxwriter's `write_string` says that it is a text.
    """
    return f"'{value}" if value.startswith(_ACTIVE) else value
