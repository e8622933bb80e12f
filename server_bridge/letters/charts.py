"""Charts of a letter's tables, on a sheet of their own: no page ends within one."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

FONT = "Times New Roman"
A4 = 9
_COLOURS = ("#0D5A52", "#D9820F", "#6B7A99")
_MARKERS = ("circle", "square", "diamond")
_WIDTH, _ROW = 540, 20
"""Pixels of a chart, and of a row of cells."""
_ROWS = 46
"""On an upright page."""


@dataclass(frozen=True, slots=True)
class Plotted:
    """Columns of a table, over its first one: rows from `first` to `last` of a sheet, below their
    headings. `shares`: of 1."""

    sheet: str
    first: int
    last: int
    columns: tuple[int, ...]
    shares: bool


class Charts:
    """Puts one below the other."""

    def __init__(self, book: Any, page: Any, style: Any) -> None:
        self._book, self._page, self._style = book, page, style
        self._row, self._top = 2, 0
        self._breaks: list[int] = []
        page.set_paper(A4)
        page.set_margins(left=0.7, right=0.3, top=0.5, bottom=0.5)
        page.hide_gridlines(2)
        page.set_column(0, 0, 82)  # one column that holds a chart: pages end between columns

    def add(self, title: str, shape: str, plotted: Plotted) -> None:
        """A `column`, `line` or `bar` chart."""
        upright = shape != "bar"
        rows = 16 if upright else max(9, plotted.last - plotted.first + 6)
        if self._row + rows + 2 > self._top + _ROWS:
            self._top = self._row
            self._breaks.append(self._row)
            self._page.set_h_pagebreaks(self._breaks)
        self._page.write_string(self._row, 0, title, self._style)
        chart = self._book.add_chart({"type": shape})
        for series in _series(plotted, shape):
            chart.add_series(series)
        font = {"name": FONT, "size": 10}
        values: dict[str, Any] = {"num_font": font, "min": 0}
        values["major_gridlines"] = {"visible": True, "line": {"color": "#D0D0D0"}}
        if plotted.shares:
            values |= {"max": 1, "num_format": "0%"}
        names: dict[str, Any] = {"num_font": font}
        # A bar chart stands on its side: its names go down the page, the first one on top.
        chart.set_x_axis(names if upright else values)
        chart.set_y_axis(values if upright else names | {"reverse": True})
        chart.set_title({"none": True})
        chart.set_legend(
            {"position": "top", "font": font} if len(plotted.columns) > 1 else {"none": True}
        )
        chart.set_size({"width": _WIDTH, "height": rows * _ROW})
        self._page.insert_chart(self._row + 1, 0, chart)
        self._row += rows + 2


def _series(plotted: Plotted, shape: str) -> Iterator[dict[str, Any]]:
    first, last = plotted.first, plotted.last
    for number, column in zip(count(), plotted.columns, strict=False):
        colour = _COLOURS[number % len(_COLOURS)]
        drawn: dict[str, Any] = {"fill": {"color": colour}, "gap": 60}
        if shape == "line":
            fill = {"color": colour}
            marker = {"type": _MARKERS[number % 3], "size": 6, "fill": fill, "border": fill}
            drawn = {"line": {"color": colour, "width": 2}, "marker": marker}
        yield drawn | {
            "name": [plotted.sheet, first - 1, column],
            "categories": [plotted.sheet, first, 0, last, 0],
            "values": [plotted.sheet, first, column, last, column],
        }
