"""Draw the face of one card, CR80 upright: 54 mm wide and 86 mm high, for a lanyard.

From top to bottom: a band in the colour of the card's kind with a mark for the slot punch and the
school's name; the QR code, as wide as the card, its white border included; the holder, the card's
number and its last day. Words and the stripes under the band tell the kinds apart as well, for
people and printers without colours. A photo fills the band's left corner, from edge to edge, and
the school's name stands beside it: the code stays as wide as the card.
"""

import io
from dataclasses import dataclass
from datetime import date

from fpdf import FPDF
from fpdf.drawing import PaintedPath

from gate_contract.card import CardKind
from server_bridge.printing import qr_code
from server_bridge.printing.fonts import MONO
from server_bridge.printing.text_fitting import Pen

WIDTH_MM = 54.0
HEIGHT_MM = 86.0
BLEED_MM = 1.5
"""The band extends this far over the card's edge, so that a crooked cut leaves no white rim."""

_BAND_MM = 17.4
_CODE_TOP_MM = _BAND_MM
_FOOT_MM = _CODE_TOP_MM + WIDTH_MM
_NAME_MM = 5.1
_EDGE_MM = 1.4
_PHOTO_MM = (0.75 * _BAND_MM, _BAND_MM)
_MARGIN_MM = 4.0
_ROOM_MM = WIDTH_MM - 2 * _MARGIN_MM
_INK = (23, 28, 38)
_MUTED = (92, 99, 112)
_WHITE = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class _Look:
    colour: tuple[int, int, int]
    stripes: int
    vi: str
    en: str


LOOKS = {
    CardKind.PUPIL: _Look((11, 94, 110), 1, "Học sinh", "Pupil"),
    CardKind.STAFF: _Look((52, 48, 120), 2, "Cán bộ, giáo viên", "Staff"),
    CardKind.VISITOR: _Look((150, 62, 10), 3, "Khách", "Visitor"),
}


@dataclass(frozen=True, slots=True)
class PrintedCard:
    """What is printed on a card.

    `text` is what `card_signing.sign` returned for the card with this `card_id`; `expires` is its
    last day. Without a `name`, nothing on the card identifies its holder.
    """

    text: str
    school: str
    kind: CardKind
    card_id: str
    expires: date
    name: str | None = None
    group: str | None = None
    photo: bytes | None = None
    """A JPEG with the ratio three to four (`photo.make_photo`)."""


def card_number(card_id: str) -> str:
    """Return the number that people read out: the first 12 of the card_id's 16 digits, by fours."""
    digits = card_id[:12].upper()
    return "-".join(digits[start : start + 4] for start in range(0, 12, 4))


def draw_card(pdf: FPDF, card: PrintedCard, left: float, top: float, *, bleed: float) -> None:
    """Draw `card` with its upper left corner at `left`, `top`; all lengths in mm.

    Raises:
        SchoolgateError: `card.text` is no card's text.
    """
    look = LOOKS[card.kind]
    _band(pdf, look, left, top, bleed)
    if card.photo:
        _photo(pdf, card.photo, left, top)
        _school(pdf, card.school, left + _PHOTO_MM[0], top, beside_photo=True)
    else:
        _school(pdf, card.school, left, top)
    draw_code(pdf, card.text, left, top + _CODE_TOP_MM)
    _foot(pdf, card, look, left, top + _FOOT_MM)


def _band(pdf: FPDF, look: _Look, left: float, top: float, bleed: float) -> None:
    x, width = left - bleed, WIDTH_MM + 2 * bleed
    pdf.set_fill_color(*look.colour)
    pdf.rect(x, top - bleed, width, _BAND_MM + bleed, style="F")
    pdf.rect(x, top + HEIGHT_MM - _EDGE_MM, width, _EDGE_MM + bleed, style="F")
    pdf.set_fill_color(*_WHITE)
    for stripe in range(look.stripes):
        pdf.rect(x, top + _BAND_MM - 1.0 - 1.1 * stripe, width, 0.45, style="F")
    pdf.set_draw_color(*_WHITE)
    pdf.set_line_width(0.15)
    slot = (left + WIDTH_MM / 2 - 7, top + 2.4, 14, 2.8)
    pdf.rect(*slot, style="D", round_corners=True, corner_radius=1.4)


def _photo(pdf: FPDF, photo: bytes, left: float, top: float) -> None:
    width, height = _PHOTO_MM
    pdf.image(io.BytesIO(photo), left, top, width, height)
    pdf.set_fill_color(*_WHITE)
    pdf.rect(left + width, top, 0.5, height, style="F")


def _school(pdf: FPDF, school: str, left: float, top: float, *, beside_photo: bool = False) -> None:
    pen = Pen(pdf, style="B", colour=_WHITE)
    if beside_photo:
        room = WIDTH_MM - _PHOTO_MM[0] - _MARGIN_MM - 2.5
        pen.block(school, left + 2.5, top + 6.0, room, 7.7, largest=10)
    else:
        pen.block(school, left + _MARGIN_MM, top + 6.0, _ROOM_MM, 7.7, largest=10, align="C")


def draw_code(pdf: FPDF, text: str, left: float, top: float, *, width: float = WIDTH_MM) -> None:
    """Draw the code with its white border, `width` mm wide.

    The whole code is one path: separate squares show hairlines between them.
    """
    module = width / qr_code.FULL
    path = PaintedPath()
    path.style.fill_color = "#000000"
    path.style.stroke_color = None
    for y, row in enumerate(qr_code.modules(text)):
        for x, run in _runs(row):
            path.rectangle(
                left + (qr_code.QUIET + x) * module,
                top + (qr_code.QUIET + y) * module,
                run * module,
                module,
            )
    with pdf.drawing_context() as drawing:
        drawing.add_item(
            path, clone=False
        )  # cloning the image takes longer than everything else here


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """Return the start and length of each run of dark modules."""
    edges = [x for x in range(len(row) + 1) if (x > 0 and row[x - 1]) != (x < len(row) and row[x])]
    return [(start, end - start) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _foot(pdf: FPDF, card: PrintedCard, look: _Look, left: float, top: float) -> None:
    x = left + _MARGIN_MM
    kind = f"{look.vi} · {look.en}"
    headline, aside, label = look.vi, look.en, "Số thẻ · Card no."
    if card.name:
        headline, aside, label = card.name, card.group or "", kind
    elif card.group:
        aside, label = card.group, kind
    small = Pen(pdf, colour=_MUTED, size=5.5)
    number = Pen(pdf, style="B", colour=_INK, size=8, family=MONO)
    room = _ROOM_MM
    if aside:
        width = min(0.3 * _ROOM_MM, Pen(pdf, size=8).width(aside))
        beside = Pen(pdf, colour=_MUTED)
        beside.block(aside, x + room - width, top, width, _NAME_MM, largest=8, align="R")
        room -= width + 2
    colour = _INK if card.name else look.colour
    Pen(pdf, style="B", colour=colour).block(headline, x, top, room, _NAME_MM, largest=12)
    pdf.set_draw_color(*look.colour)
    pdf.set_line_width(0.3)
    pdf.line(x, top + 5.3, x + _ROOM_MM, top + 5.3)
    small.line(label, x, top + 5.9, _ROOM_MM, 2.4)
    small.line("Hạn dùng · Valid until", x, top + 5.9, _ROOM_MM, 2.4, align="R")
    number.line(card_number(card.card_id), x, top + 8.3, _ROOM_MM, 3.2)
    number.line(f"{card.expires:%d/%m/%Y}", x, top + 8.3, _ROOM_MM, 3.2, align="R")
