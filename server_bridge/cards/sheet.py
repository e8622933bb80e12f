"""Write cards as PDF: A4 sheets of nine with cut marks, or one card a page for a card printer."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from fpdf import FPDF

from gate_contract.errors import SchoolgateError
from server_bridge.cards.face import (
    BLEED_MM,
    HEIGHT_MM,
    WIDTH_MM,
    PrintedCard,
    draw_card,
)
from server_bridge.printing.fonts import SANS, add_fonts, close_fonts

COLUMNS, ROWS = 3, 3
PER_SHEET = COLUMNS * ROWS
PAGE_MM = (210.0, 297.0)
GAP_MM = 6.0
_LEFT_MM = (PAGE_MM[0] - COLUMNS * WIDTH_MM - (COLUMNS - 1) * GAP_MM) / 2
_TOP_MM = (PAGE_MM[1] - ROWS * HEIGHT_MM - (ROWS - 1) * GAP_MM) / 2
_GREY = (92, 99, 112)


def corner(place: int) -> tuple[float, float]:
    """Return the upper left corner in mm of the card at `place` (0-8, row by row) of a sheet."""
    row, column = divmod(place, COLUMNS)
    return _LEFT_MM + column * (WIDTH_MM + GAP_MM), _TOP_MM + row * (HEIGHT_MM + GAP_MM)


def write_sheet(path: Path, cards: Sequence[PrintedCard], *, title: str, created: datetime) -> None:
    """Write a PDF of A4 sheets to `path`, nine cards each.

    The same arguments give the same bytes; `created` (aware) is the date that the PDF states.

    Raises:
        SchoolgateError: fonts are missing, there are no cards, or a card's text is not a card.
    """
    with document(PAGE_MM, cards, title, created) as pdf:
        sheets = range(0, len(cards), PER_SHEET)
        for number, start in enumerate(sheets, 1):
            pdf.add_page()
            _margins(pdf, title, number, len(sheets))
            for place, card in enumerate(cards[start : start + PER_SHEET]):
                left, top = corner(place)
                draw_card(pdf, card, left, top, bleed=BLEED_MM)
                _cut_marks(pdf, left, top)
        pdf.output(str(path))


def write_single_cards(
    path: Path, cards: Sequence[PrintedCard], *, title: str, created: datetime
) -> None:
    """Write a PDF with one card a page, of the card's size; the other rules are `write_sheet`'s."""
    with document((WIDTH_MM, HEIGHT_MM), cards, title, created) as pdf:
        for card in cards:
            pdf.add_page()
            draw_card(pdf, card, 0, 0, bleed=0)
        pdf.output(str(path))


@contextmanager
def document(
    page_mm: tuple[float, float], cards: Sequence[PrintedCard], title: str, created: datetime
) -> Iterator[FPDF]:
    """Yield a new PDF with pages of that size. Raises SchoolgateError without fonts or cards."""
    if not cards:
        raise SchoolgateError("there are no cards to print; issue some first")
    pdf = FPDF(unit="mm", format=page_mm)
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    pdf.c_margin = 0
    pdf.set_title(title)
    pdf.set_lang("vi")
    pdf.set_creator("Schoolgate")
    pdf.set_creation_date(created)
    try:
        add_fonts(pdf)
        yield pdf
    finally:
        close_fonts(pdf)


def _margins(pdf: FPDF, title: str, number: int, of: int) -> None:
    """Print the title, the sheet's number, and a scale that shows whether the size is true."""
    pdf.set_font(SANS, "", 7)
    pdf.set_text_color(*_GREY)
    width = PAGE_MM[0] - 2 * _LEFT_MM
    pdf.set_xy(_LEFT_MM, 4.5)
    pdf.cell(width, 4, title)
    pdf.set_xy(_LEFT_MM, 4.5)
    pdf.cell(width, 4, f"{number} / {of}", align="R")
    y = PAGE_MM[1] - 6.5
    pdf.set_draw_color(*_GREY)
    pdf.set_line_width(0.2)
    pdf.line(_LEFT_MM, y, _LEFT_MM + 50, y)
    for x in (_LEFT_MM, _LEFT_MM + 50):
        pdf.line(x, y - 1, x, y + 1)
    pdf.set_xy(_LEFT_MM + 53, y - 2)
    pdf.cell(width, 4, "In đúng cỡ 100 %: vạch này dài 50 mm. Print at 100 %: this line is 50 mm.")


def _cut_marks(pdf: FPDF, left: float, top: float) -> None:
    """Draw two short lines at each corner, outside the card and beyond the bleed."""
    pdf.set_draw_color(*_GREY)
    pdf.set_line_width(0.1)
    near, far = BLEED_MM, GAP_MM / 2
    for x, outward in ((left, -1), (left + WIDTH_MM, 1)):
        for y, down in ((top, -1), (top + HEIGHT_MM, 1)):
            pdf.line(x + outward * near, y, x + outward * far, y)
            pdf.line(x, y + down * near, x, y + down * far)
