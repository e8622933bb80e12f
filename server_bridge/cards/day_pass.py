"""Print day passes on plain paper: for forgotten or lost cards, and for visitors.

A pass is black on white, so that any printer will do, and does not look like a card: the day stands
in the largest letters. There are two papers: A6, and the 72 mm that a receipt printer prints on a
roll of 80 mm.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fpdf import FPDF

from server_bridge.cards.face import LOOKS, PrintedCard, card_number, draw_code
from server_bridge.cards.sheet import document
from server_bridge.printing.fonts import MONO
from server_bridge.printing.text_fitting import Pen

_BLACK = (0, 0, 0)
_WHITE = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Paper:
    """Size and margin in mm, and the scale of the letters."""

    width: float
    height: float
    margin: float
    scale: float

    @property
    def room(self) -> float:
        """Return the width between the margins, in mm."""
        return self.width - 2 * self.margin


PAPERS = {
    "a6": Paper(105, 148, 9, 1.25),
    "receipt": Paper(72, 112, 3, 1.0),
}


def write_passes(
    path: Path, passes: Sequence[PrintedCard], paper: Paper, *, title: str, created: datetime
) -> None:
    """Write a PDF with one pass a page; the other rules are those of `sheet.write_sheet`."""
    with document((paper.width, paper.height), passes, title, created) as pdf:
        for one in passes:
            pdf.add_page()
            _draw(pdf, one, paper)
        pdf.output(str(path))


def _draw(pdf: FPDF, one: PrintedCard, paper: Paper) -> None:
    s, x, room = paper.scale, paper.margin, paper.room
    y = paper.margin
    pdf.set_fill_color(*_BLACK)
    pdf.rect(x, y, room, 12 * s, style="F")
    white = Pen(pdf, style="B", colour=_WHITE)
    white.block("THẺ TRONG NGÀY", x, y + 1 * s, room, 6.4 * s, largest=15 * s, align="C")
    white.block("DAY PASS", x, y + 7 * s, room, 4 * s, largest=8 * s, align="C")
    y += 13.5 * s
    bold, plain = Pen(pdf, style="B", colour=_BLACK), Pen(pdf, colour=_BLACK)
    bold.block(f"{one.expires:%d/%m/%Y}", x, y, room, 10 * s, largest=26 * s, align="C")
    y += 10.5 * s
    bold.block(one.school, x, y, room, 8 * s, largest=9 * s, align="C")
    y += 8 * s
    foot = 18 * s
    width = min(room, paper.height - paper.margin - foot - y)
    draw_code(pdf, one.text, x + (room - width) / 2, y, width=width)
    y += width
    look = LOOKS[one.kind]
    bold.block(one.name or f"{look.vi} · {look.en}", x, y, room, 6 * s, largest=13 * s, align="C")
    if one.name:
        beside = " · ".join(part for part in (one.group, look.vi, look.en) if part)
    else:
        beside = "Họ tên · Name: ______________________"
    plain.block(beside, x, y + 6 * s, room, 3.6 * s, largest=8 * s, align="C")
    mono = Pen(pdf, style="B", colour=_BLACK, size=7.5 * s, family=MONO)
    mono.line(card_number(one.card_id), x, y + 10 * s, room, 3.2 * s, align="C")
    plain.block(
        "Chỉ có giá trị trong ngày ghi trên. Valid on this day only.",
        x,
        y + 13.6 * s,
        room,
        3.4 * s,
        largest=7 * s,
        align="C",
    )
