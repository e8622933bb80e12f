"""Official letters as spreadsheets: head, tables, foot, ready to print on A4.

The head is that of Nghị định 30/2020/NĐ-CP, phụ lục I: the office on the left, the state's name and
motto on the right, the day below. Every text is written as a text: a name that begins with `=`
stays a name, also when its cell is edited.
"""

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from types import TracebackType
from typing import IO, Any

import xlsxwriter

from server_bridge.letters.charts import A4, FONT, Charts, Plotted

Cell = str | int | float | date | None
"""A float is a share: 0.93 is shown as 93 %."""

FILLS = {1: "#D5EFD5", 2: "#FFF3BF", 3: "#FFD8A8", 4: "#FFB3B3"}
"""Backgrounds of levels; the word stands beside, for printers without colour."""
_ACTIVE = ("=", "+", "-", "@", "\t", "\r")
_PORTRAIT_WIDTH = 96
"""So many characters fit across an upright sheet without becoming small."""


@dataclass(frozen=True, slots=True)
class LetterHead:
    """The words that every letter has, in one language."""

    state: str
    motto: str
    dated: str
    sign_here: str
    page: str

    def day(self, made: datetime, place: str) -> str:
        """Place and day, as they stand below the motto."""
        text = self.dated.format(day=f"{made:%d}", month=f"{made:%m}", year=f"{made:%Y}")
        return f"{place}, {text}" if place else text[:1].upper() + text[1:]


VIETNAMESE = LetterHead(
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "ngày {day} tháng {month} năm {year}",
    "(Ký, ghi rõ họ tên)",
    "Trang",
)
ENGLISH = LetterHead(
    "SOCIALIST REPUBLIC OF VIET NAM",
    "Independence - Freedom - Happiness",
    "{day}/{month}/{year}",
    "(Signature, full name)",
    "Page",
)


class LetterColumn:
    """A column of a table. `width` in characters."""

    def __init__(self, title: str, width: float, *, centred: bool = False) -> None:
        self.title = title
        self.width = width
        self.centred = centred


class LetterWorkbook(AbstractContextManager["LetterWorkbook"]):
    """A workbook whose sheets are letters. Complete when the `with` is left.

    `made` (local) becomes the day in the head and the file's own date: equal content, equal bytes.
    """

    def __init__(
        self,
        stream: IO[bytes],
        *,
        office: str,
        above: str,
        made: datetime,
        head: LetterHead = VIETNAMESE,
        place: str = "",
    ) -> None:
        self._book = xlsxwriter.Workbook(
            stream,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        self._book.set_properties({"created": made.replace(tzinfo=None)})
        self._office, self._above, self._made = office, above, made
        self.head, self._place = head, place
        self._formats: dict[str, Any] = {}
        self._tables = 0

    def sheet(
        self, name: str, title: str, below: str, columns: Sequence[LetterColumn]
    ) -> "LetterSheet":
        """A new sheet with its head."""
        page = self._book.add_worksheet(name)
        if sum(column.width for column in columns) > _PORTRAIT_WIDTH:
            page.set_landscape()
        page.set_paper(A4)
        page.set_margins(left=0.5, right=0.4, top=0.5, bottom=0.6)
        page.fit_to_pages(1, 0)
        page.set_footer(f'&R&"{FONT},Regular"&9{self.head.page} &P/&N')
        for place, column in enumerate(columns):
            page.set_column(place, place, column.width, self.format())
        last = len(columns) - 1
        left, right = (0, max(0, last // 2 - 1)), (min(last, last // 2), last)
        for row, (office, state) in enumerate(
            (
                (self._above.upper(), self.head.state),
                (self._office.upper(), self.head.motto),
            )
        ):
            self._across(page, row, left, office, bold=bool(row), align="center")
            self._across(
                page, row, right, state, bold=True, align="center", underline=2 if row else 0
            )
        day = self.head.day(self._made, self._place)
        self._across(page, 2, right, day, italic=True, align="center")
        self._across(page, 4, (0, last), title, bold=True, align="center", font_size=14)
        self._across(page, 5, (0, last), below, italic=True, align="center")
        return LetterSheet(self, page, columns)

    def table_name(self) -> str:
        """A new one."""
        self._tables += 1
        return f"Bang{self._tables}"

    def charts(self, name: str, title: str) -> "Charts":
        """A new sheet for charts of the tables before it."""
        page = self._book.add_worksheet(name)
        style = {"bold": True, "font_size": 12}
        page.write_string(0, 0, title, self.format(**style | {"font_size": 14}))
        return Charts(self._book, page, self.format(**style))

    def format(self, **how: Any) -> Any:
        """A cell's format, made once."""
        key = repr(sorted(how.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"font_name": FONT, "font_size": 11} | how)
        return self._formats[key]

    def _across(self, page: Any, row: int, columns: tuple[int, int], text: str, **how: Any) -> None:
        style = self.format(**{"font_size": 12, "shrink": True} | how)
        if columns[0] == columns[1]:
            page.write_string(row, columns[0], text, style)
        else:
            page.merge_range(row, columns[0], row, columns[1], "", style)
            page.write_string(row, columns[0], text, style)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._book.close()


class LetterSheet:
    """A letter's sheet: a table, sums below it, signatures."""

    def __init__(self, letter: LetterWorkbook, page: Any, columns: Sequence[LetterColumn]) -> None:
        self._letter, self._page, self._columns = letter, page, columns
        self._row = 7
        self._table = (8, 8)
        self._shares: set[int] = set()

    def plotted(self, columns: Sequence[int]) -> Plotted:
        """These columns of its table, for a chart."""
        shares = all(column in self._shares for column in columns)
        return Plotted(self._page.get_name(), *self._table, tuple(columns), shares)

    def table(
        self,
        rows: Sequence[Sequence[Cell]],
        *,
        fills: Sequence[dict[int, int]] = (),
        sums: Sequence[Cell] = (),
    ) -> None:
        """A real table, its heading repeated on every page. `fills`: by row, a column's level."""
        letter, page = self._letter, self._page
        heading = {"bold": True, "text_wrap": True, "align": "center", "valign": "vcenter"}
        last = self._row + max(1, len(rows))
        page.add_table(
            self._row,
            0,
            last,
            len(self._columns) - 1,
            {
                "name": letter.table_name(),
                "style": "Table Style Light 15",
                "columns": [
                    {
                        "header": column.title,
                        "header_format": letter.format(**heading, border=1, bg_color="#E8EEF4"),
                    }
                    for column in self._columns
                ],
            },
        )
        lines = max(math.ceil(len(one.title) * 1.2 / one.width) for one in self._columns)
        page.set_row(self._row, 16 * lines)
        page.repeat_rows(self._row)
        page.freeze_panes(self._row + 1, 0)
        self._table = (self._row + 1, last)
        for place, row in enumerate(rows):
            levels = fills[place] if fills else {}
            for column, value in enumerate(row):
                level = levels.get(column, 0)
                self._write(self._row + 1 + place, column, value, bg_color=FILLS.get(level))
        self._row = last + 1
        if sums:
            for column, value in enumerate(sums):
                self._write(self._row, column, value, bold=True)
            self._row += 1

    def lines(self, texts: Sequence[str]) -> None:
        """Notes below the table, each across the page."""
        last = len(self._columns) - 1
        width = sum(column.width for column in self._columns)
        style = self._letter.format(italic=True, font_size=10, text_wrap=True, valign="top")
        for text in texts:
            self._page.merge_range(self._row, 0, self._row, last, "", style)
            self._page.write_string(self._row, 0, text, style)
            self._page.set_row(self._row, 14 * max(1, math.ceil(len(text) / (width * 1.1))))
            self._row += 1

    def signatures(self, left: str, right: str) -> None:
        """Below everything, with room to sign."""
        last = len(self._columns) - 1
        middle = last // 2
        here = self._letter.head.sign_here
        for row, (text, how) in enumerate((("", {"bold": True}), (here, {}))):
            style = self._letter.format(align="center", font_size=12, **how)
            for column, office in ((min(1, last), left), (min(last, middle + 1), right)):
                self._page.write_string(self._row + 1 + row, column, text or office, style)

    def _write(self, row: int, column: int, value: Cell, **how: Any) -> None:
        how = {name: setting for name, setting in how.items() if setting}
        how |= {"border": 1, "valign": "vcenter", "text_wrap": isinstance(value, str)}
        if isinstance(value, float):
            self._shares.add(column)
            how["num_format"] = "0.0%"
        if self._columns[column].centred or isinstance(value, int | float | date):
            how["align"] = "center"
        if value is None or value == "":
            self._page.write_blank(row, column, None, self._letter.format(**how))
        elif isinstance(value, str):
            if value.startswith(_ACTIVE):
                how["quote_prefix"] = True
            self._page.write_string(row, column, value, self._letter.format(**how))
        elif isinstance(value, int | float):
            how.setdefault("num_format", "#,##0")
            self._page.write_number(row, column, value, self._letter.format(**how))
        else:
            how["num_format"] = "dd/mm/yyyy"
            at = datetime(value.year, value.month, value.day)  # noqa: DTZ001 (a cell has no zone)
            self._page.write_datetime(row, column, at, self._letter.format(**how))
