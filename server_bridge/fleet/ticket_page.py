"""A ticket on paper: the code, what to do with it, in Vietnamese and English."""

import io
from datetime import datetime

import qrcode
from fpdf import FPDF
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import MODE_ALPHA_NUM, QRData

from gate_contract.errors import SchoolgateError
from server_bridge.fleet.ticketing import MadeTicket
from server_bridge.printing.fonts import add_fonts, close_fonts
from server_bridge.printing.text_fitting import Pen

QUIET = 4
CODE_MM = 110.0
LARGEST_VERSION = 16
"""81 modules: 1.2 mm each on the page, as on a card."""

_STEPS = (
    (
        "Cắm điện cho cổng và chờ đèn nháy trắng chậm.",
        "Plug the gate in and wait for the slow white blink.",
    ),
    (
        "Đưa mã này trước camera, cách khoảng 25 cm, đến khi còi kêu.",
        "Hold this code before the camera, about 25 cm away, until it sounds.",
    ),
    (
        "Nếu đèn nháy trắng đôi: đưa mã PIN (trên điện thoại) trước camera.",
        "If it blinks white twice: hold up the PIN's code (on your phone).",
    ),
    (
        "Đèn xanh ba lần: xong. Trắng rồi đỏ: đếm số lần đỏ, xem hướng dẫn nhanh.",
        "Green three times: done. White, then red: count the red, see the quick guide.",
    ),
)


def code_image(text: str, *, pixels: int = 8) -> Image.Image:
    """The code with its white border, each module `pixels` wide. Raises SchoolgateError."""
    rows = modules(text)
    size = len(rows) + 2 * QUIET
    picture = Image.new("1", (size, size), 1)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                picture.putpixel((x + QUIET, y + QUIET), 0)
    return picture.resize((size * pixels, size * pixels), Image.Resampling.NEAREST)


def terminal_code(text: str) -> str:
    """The code in half blocks, dark on light, for a terminal."""
    matrix = modules(text)
    width = len(matrix) + 2 * QUIET
    blank = [False] * width
    rows = [blank] * QUIET + [[*blank[:QUIET], *row, *blank[:QUIET]] for row in matrix]
    rows += [blank] * (QUIET + len(rows) % 2)
    signs = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
    pairs = zip(rows[::2], rows[1::2], strict=False)
    return "\n".join(
        "".join(signs[above, below] for above, below in zip(*pair, strict=True)) for pair in pairs
    )


def modules(text: str) -> list[list[bool]]:
    """Rows of modules, dark is True. Raises SchoolgateError: more than a camera reads well."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(QRData(text, mode=MODE_ALPHA_NUM))
    code.make(fit=True)
    if code.version > LARGEST_VERSION:
        raise SchoolgateError("the ticket is too long for a code; shorten host names and Wi-Fi")
    return [[bool(dark) for dark in row] for row in code.get_matrix()]


def ticket_page(ticket: MadeTicket, school: str, expires: datetime, created: datetime) -> bytes:
    """The PDF, one A4 page. Raises SchoolgateError."""
    pdf = FPDF(unit="mm", format="A4")
    pdf.set_creation_date(created)
    pdf.set_title(f"{ticket.gate_id}")
    pdf.set_auto_page_break(auto=False)
    try:
        add_fonts(pdf)
        pdf.add_page()
        _draw(pdf, ticket, school, expires)
        return bytes(pdf.output())
    finally:
        close_fonts(pdf)


def _draw(pdf: FPDF, ticket: MadeTicket, school: str, expires: datetime) -> None:
    Pen(pdf, "B").block(school, 20, 18, 170, 14, largest=22)
    Pen(pdf, "B", (11, 94, 110)).block(ticket.gate_id, 20, 33, 170, 10, largest=18)
    Pen(pdf, colour=(92, 99, 112)).block(
        f"Dùng một lần, đến {expires:%H:%M %d/%m/%Y} · Good once, until {expires:%Y-%m-%d %H:%M}",
        20,
        44,
        170,
        7,
        largest=11,
    )
    picture = io.BytesIO()
    code_image(ticket.text, pixels=6).save(picture, "PNG")
    pdf.image(picture, (210 - CODE_MM) / 2, 54, CODE_MM, CODE_MM)
    y = 54 + CODE_MM + 6
    for number, (vi, en) in enumerate(_STEPS, 1):
        Pen(pdf, "B", (11, 94, 110)).block(str(number), 20, y, 8, 9, largest=16)
        Pen(pdf, "B").block(vi, 30, y, 160, 7, largest=12)
        Pen(pdf, colour=(92, 99, 112)).block(en, 30, y + 7, 160, 6, largest=10)
        y += 18
    sealed = (
        "Mã PIN không có trên giấy này: hãy nhận riêng. · The PIN is not on this paper."
        if ticket.pin
        else "Giấy này chứa mật khẩu Wi-Fi: hãy hủy sau khi dùng. · Destroy this paper after use."
    )
    Pen(pdf, "B", (150, 62, 10)).block(sealed, 20, y + 2, 170, 8, largest=11)
