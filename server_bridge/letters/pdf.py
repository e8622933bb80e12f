"""An official letter in PDF, by Nghị định 30/2020/NĐ-CP, phụ lục I.

The head: on the left the office above and the office, on the right the state's name and motto;
below them number and symbol, place and day. Margins: 20 mm above and below, 30 mm on the left,
15 mm on the right. Numbers of pages stand above, from the second on. Tables follow as annexes.
The state's name and motto stand on one line each. Names of offices and the day take as many lines
as they need, all about equally long.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import IO

from fpdf import FPDF
from fpdf.fonts import FontFace

from server_bridge.i18n.formats import Formats
from server_bridge.i18n.phrases import Lang
from server_bridge.letters.content import LetterContent
from server_bridge.letters.fonts import add_letter_fonts
from server_bridge.letters.tables import Cell, Holds, Row, Table, shown
from server_bridge.letters.texts import say
from server_bridge.letters.workbook import ENGLISH, VIETNAMESE
from server_bridge.printing.fonts import close_fonts
from server_bridge.printing.text_fitting import Pen, one_line

_FACE = "Letter"
_MARGINS = {"left": 30.0, "top": 20.0, "right": 15.0}
_GREY = (225, 230, 236)
STATE_MM = 92.0
"""Room for the state's name and motto, each on one line."""


class LetterPdf(FPDF):  # type: ignore[misc]  # the library has no types
    """Numbers its pages above, from the second on."""

    def header(self) -> None:
        """Called by the library at the top of each page."""
        if self.page_no() > 1:
            self.set_font(_FACE, "", 12)
            self.set_y(10)
            self.cell(0, 6, str(self.page_no()), align="C")
            self.set_y(_MARGINS["top"])


def write_letter(
    stream: IO[bytes], letter: LetterContent, f: Formats, *, made: datetime, place: str = ""
) -> None:
    """Write a letter as PDF. `made`: when, local; `place` stands before the day.

    Raises:
        SchoolgateError: there are no fonts.
    """
    with _document(letter, f, made) as pdf:
        pdf.add_page()
        _head(pdf, letter, f.lang, made, place)
        _body(pdf, letter, f)
        _foot(pdf, letter, f.lang)
        for number, table in enumerate(letter.tables):
            _annex(pdf, table, f, letter.period, first=number == 0)
            if number == 0:
                pdf.ln(2)
                for note in letter.notes:
                    _paragraph(pdf, note, "I", 10)
        pdf.output(stream)


@contextmanager
def _document(letter: LetterContent, f: Formats, made: datetime) -> Iterator[LetterPdf]:
    pdf = LetterPdf(unit="mm", format="A4")
    pdf.set_margins(**_MARGINS)
    pdf.set_auto_page_break(True, 20)
    pdf.set_title(f"{letter.subject}: {letter.office}")
    pdf.set_lang(f.lang)
    pdf.set_creator("Schoolgate")
    pdf.set_creation_date(made)
    try:
        add_letter_fonts(pdf, _FACE)
        yield pdf
    finally:
        close_fonts(pdf)


def _head(pdf: LetterPdf, letter: LetterContent, lang: Lang, made: datetime, place: str) -> None:
    head = VIETNAMESE if lang == Lang.VI else ENGLISH
    left, right, top = (22.0, 78.0), (103.0, STATE_MM), 20.0
    y = top
    for text, style in ((letter.above, ""), (letter.office, "B")):
        if text:
            y = _centred(pdf, one_line(text).upper(), *left, y, style, 12)
    _rule(pdf, left[0] + left[1] / 3, left[1] / 3, y)
    beside = _on_one_line(pdf, head.state, *right, top, "B", 12)
    beside = _on_one_line(pdf, head.motto, *right, beside, "B", 13)
    pdf.set_font(_FACE, "B", 13)
    width = pdf.get_string_width(head.motto)
    _rule(pdf, right[0] + (right[1] - width) / 2, width, beside)
    y = max(y, beside) + 3
    _on_one_line(pdf, say(lang, "letter_number"), *left, y, "", 13)
    y = _centred(pdf, head.day(made, one_line(place) or "........"), *right, y, "I", 13)
    pdf.set_xy(_MARGINS["left"], y + 8)


def _on_one_line(
    pdf: LetterPdf, text: str, x: float, width: float, y: float, style: str, size: float
) -> float:
    """Words of ours, which fit. Returns where the next line stands."""
    pdf.set_font(_FACE, style, size)
    pdf.set_xy(x, y)
    pdf.cell(width, size * 0.42, text, align="C", new_x="LMARGIN", new_y="NEXT")
    return float(pdf.get_y())


def _centred(
    pdf: LetterPdf, text: str, x: float, width: float, y: float, style: str, size: float
) -> float:
    """As many lines as it takes, evenly filled. Returns where the next stands."""
    lines = Pen(pdf, style, size=size, family=_FACE).lines(text, width - 2 * pdf.c_margin)
    pdf.set_font(_FACE, style, size)
    pdf.set_xy(x, y)
    pdf.multi_cell(width, size * 0.42, "\n".join(lines), align="C", new_x="LMARGIN", new_y="NEXT")
    return float(pdf.get_y())


def _rule(pdf: LetterPdf, x: float, width: float, y: float) -> None:
    pdf.set_line_width(0.25)
    pdf.line(x, y + 0.6, x + width, y + 0.6)


def _body(pdf: LetterPdf, letter: LetterContent, f: Formats) -> None:
    _paragraph(pdf, say(f.lang, "letter_kind"), "B", 14, align="C")
    _paragraph(pdf, letter.subject, "B", 14, align="C")
    pdf.ln(4)
    for text in letter.prose:
        _paragraph(pdf, text, "", 13)
    pdf.ln(2)
    if letter.indicators:
        _table(pdf, letter.indicators, f, 11)


def _paragraph(pdf: LetterPdf, text: str, style: str, size: float, *, align: str = "J") -> None:
    pdf.set_font(_FACE, style, size)
    pdf.multi_cell(0, size * 0.46, one_line(text), align=align, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(1)


def _foot(pdf: LetterPdf, letter: LetterContent, lang: Lang) -> None:
    if pdf.will_page_break(45):
        pdf.add_page()
    y = pdf.get_y() + 5
    below = _centred(pdf, letter.signed_by, 108, 87, y, "B", 13)
    _centred(pdf, say(lang, "letter_sign"), 108, 87, below, "I", 12)
    pdf.set_xy(_MARGINS["left"], y)
    pdf.set_font(_FACE, "BI", 12)
    pdf.cell(70, 5, say(lang, "letter_to"), new_x="LMARGIN", new_y="NEXT")
    pdf.set_font(_FACE, "", 11)
    to = [f"- {one_line(letter.above)};"] if letter.above else []
    lines = "\n".join([*to, say(lang, "letter_filed")])
    pdf.multi_cell(75, 5, lines, align="L", new_x="LMARGIN", new_y="NEXT")


def _annex(pdf: LetterPdf, table: Table, f: Formats, name: str, *, first: bool) -> None:
    wide = sum(column.width for column in table.columns) > 90
    landscape = pdf.cur_orientation == "L"
    rows = 4 + len(table.rows)
    if first or wide != landscape or pdf.will_page_break(min(rows, 10) * 7):
        pdf.add_page(orientation="L" if wide else "P")
    else:
        pdf.ln(6)
    if first:
        _paragraph(pdf, say(f.lang, "letter_annex"), "B", 14, align="C")
    _paragraph(pdf, f"{table.title} – {name}", "B", 13, align="C")
    _table(pdf, table, f, 10)


def _table(pdf: LetterPdf, table: Table, f: Formats, size: float) -> None:
    pdf.set_font(_FACE, "", size)
    pdf.set_line_width(0.2)
    widths = [column.width for column in table.columns]
    columns = table.columns
    heading = FontFace(emphasis="BOLD", fill_color=_GREY)
    with pdf.table(
        col_widths=widths,
        width=min(pdf.epw, sum(widths) * 2.1),
        align="CENTER",
        text_align=["LEFT" if one.holds is Holds.TEXT else "CENTER" for one in columns],
        headings_style=heading,
        line_height=size * 0.46,
        padding=1,
        v_align="MIDDLE",
    ) as drawn:
        drawn.row([column.title for column in columns])
        for row in table.rows:
            drawn.row(_texts(row, f))
        if table.sums:
            drawn.row(_texts(table.sums, f), style=FontFace(emphasis="BOLD"))


def _texts(row: Row | Sequence[Cell], f: Formats) -> list[str]:
    return [one_line(shown(cell, f)) for cell in row]
