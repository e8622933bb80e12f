"""A report as an official letter in PDF, by Nghị định 30/2020/NĐ-CP, phụ lục I.

The head: on the left the office above and the office, on the right the state's name and motto;
below them number and symbol, place and day. Margins: 20 mm above and below, 30 mm on the left,
15 mm on the right. Numbers of pages stand above, from the second on. Tables follow as annexes.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import IO

from fpdf import FPDF
from fpdf.fonts import FontFace

from server_bridge.cards.fonts import close_fonts
from server_bridge.cards.lettering import one_line
from server_bridge.lists.letter import ENGLISH, VIETNAMESE
from server_bridge.reports.cells import Cell, Holds, Row, Table, shown
from server_bridge.reports.letter_fonts import add_letter_fonts
from server_bridge.reports.report import Report, Silence
from server_bridge.reports.tables import PUPILS, STAFF, indicators, notes, tables
from server_bridge.reports.words import period_name, say
from server_bridge.web.formats import Formats
from server_bridge.web.text import Lang

_FACE = "Letter"
_MARGINS = {"left": 30.0, "top": 20.0, "right": 15.0}
_GREY = (225, 230, 236)


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
    stream: IO[bytes], report: Report, f: Formats, *, made: datetime, place: str = ""
) -> None:
    """Write the report as PDF. `made`: when, local; `place` stands before the day.

    Raises:
        SchoolgateError: there are no fonts.
    """
    with _document(report, f, made) as pdf:
        pdf.add_page()
        _head(pdf, report, f.lang, made, place)
        _body(pdf, report, f)
        _foot(pdf, report, f.lang)
        for number, table in enumerate(tables(report, f.lang)):
            _annex(pdf, table, f, period_name(report.period, f), first=number == 0)
            if number == 0:
                pdf.ln(2)
                for note in notes(report, f):
                    _paragraph(pdf, note, "I", 10)
        pdf.output(stream)


@contextmanager
def _document(report: Report, f: Formats, made: datetime) -> Iterator[LetterPdf]:
    pdf = LetterPdf(unit="mm", format="A4")
    pdf.set_margins(**_MARGINS)
    pdf.set_auto_page_break(True, 20)
    pdf.set_title(f"{say(f.lang, 'report_title')}: {report.unit.name}")
    pdf.set_lang(f.lang)
    pdf.set_creator("Schoolgate")
    pdf.set_creation_date(made)
    try:
        add_letter_fonts(pdf, _FACE)
        yield pdf
    finally:
        close_fonts(pdf)


def _head(pdf: LetterPdf, report: Report, lang: Lang, made: datetime, place: str) -> None:
    head = VIETNAMESE if lang == Lang.VI else ENGLISH
    left, right, top = (22.0, 78.0), (103.0, 92.0), 20.0
    y = top
    for text, style in ((report.above, ""), (report.unit.name, "B")):
        if text:
            y = _centred(pdf, one_line(text).upper(), *left, y, style, 12)
    _rule(pdf, left[0] + left[1] / 3, left[1] / 3, y)
    beside = _centred(pdf, head.state, *right, top, "B", 12)
    beside = _centred(pdf, head.motto, *right, beside, "B", 13)
    pdf.set_font(_FACE, "B", 13)
    width = pdf.get_string_width(head.motto)
    _rule(pdf, right[0] + (right[1] - width) / 2, width, beside)
    y = max(y, beside) + 3
    _centred(pdf, say(lang, "report_l_number"), *left, y, "", 13)
    y = _centred(pdf, head.day(made, one_line(place) or "........"), *right, y, "I", 13)
    pdf.set_xy(_MARGINS["left"], y + 8)


def _centred(
    pdf: LetterPdf, text: str, x: float, width: float, y: float, style: str, size: float
) -> float:
    """As many lines as it takes. Returns where the next stands."""
    pdf.set_font(_FACE, style, size)
    pdf.set_xy(x, y)
    pdf.multi_cell(width, size * 0.42, text, align="C", new_x="LMARGIN", new_y="NEXT")
    return float(pdf.get_y())


def _rule(pdf: LetterPdf, x: float, width: float, y: float) -> None:
    pdf.set_line_width(0.25)
    pdf.line(x, y + 0.6, x + width, y + 0.6)


def _body(pdf: LetterPdf, report: Report, f: Formats) -> None:
    lang, name = f.lang, period_name(report.period, f)
    _paragraph(pdf, say(lang, "report_l_kind"), "B", 14, align="C")
    _paragraph(pdf, say(lang, "report_l_about", period=name), "B", 14, align="C")
    pdf.ln(4)
    for text in _prose(report, f):
        _paragraph(pdf, text, "", 13)
    pdf.ln(2)
    _table(pdf, indicators(report, lang), f, 11)


def _prose(report: Report, f: Formats) -> Iterator[str]:
    lang, whole = f.lang, report.whole
    numbers = {"gates": f.number(whole.gates), "used": f.number(whole.gates_used)}
    if report.is_school:
        yield say(lang, "report_l_school", **numbers)
    else:
        for name in ("schools", "with_gates", "reporting"):
            numbers[name] = f.number(getattr(whole, name))
        yield say(lang, "report_l_schools", unit=report.unit.name, **numbers)
    everybody = whole.all
    passed = {name: f.number(getattr(everybody, name)) for name in ("entered", "left", "no_exit")}
    yield say(lang, "report_l_passages", refused=f.number(whole.refused), **passed)
    yield say(
        lang,
        "report_l_shares",
        pupils=shown(whole.of(PUPILS).compliance, f),
        staff=shown(whole.of(STAFF).compliance, f),
        present=shown(whole.of(PUPILS).attendance, f),
        late=f.number(whole.of(PUPILS).late),
    )
    for key, silence in (("silent", Silence.NO_SCANS), ("gateless", Silence.NO_GATE)):
        named = [line.unit.name for line in report.schools if line.silence is silence]
        if named:
            yield say(lang, f"report_l_{key}", schools="; ".join(named))


def _paragraph(pdf: LetterPdf, text: str, style: str, size: float, *, align: str = "J") -> None:
    pdf.set_font(_FACE, style, size)
    pdf.multi_cell(0, size * 0.46, one_line(text), align=align, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(1)


def _foot(pdf: LetterPdf, report: Report, lang: Lang) -> None:
    if pdf.will_page_break(45):
        pdf.add_page()
    y = pdf.get_y() + 5
    who = "report_l_principal" if report.is_school else "report_head"
    below = _centred(pdf, say(lang, who), 108, 87, y, "B", 13)
    _centred(pdf, say(lang, "report_l_sign"), 108, 87, below, "I", 12)
    pdf.set_xy(_MARGINS["left"], y)
    pdf.set_font(_FACE, "BI", 12)
    pdf.cell(70, 5, say(lang, "report_l_to"), new_x="LMARGIN", new_y="NEXT")
    pdf.set_font(_FACE, "", 11)
    to = [f"- {one_line(report.above)};"] if report.above else []
    lines = "\n".join([*to, say(lang, "report_l_filed")])
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
        _paragraph(pdf, say(f.lang, "report_l_annex"), "B", 14, align="C")
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
