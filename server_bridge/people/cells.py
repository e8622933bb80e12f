"""Protect the cells of CSV files that we write."""

_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""First characters that make a spreadsheet program take a text for a formula, wide forms included.
"""


def plain(value: str) -> str:
    """Return a text that stays a text when a CSV file is opened in a spreadsheet program.

    XLSX does not need this: xlsxwriter's `write_string` marks a cell as text.
    """
    return f"'{value}" if value.startswith(_ACTIVE) else value
