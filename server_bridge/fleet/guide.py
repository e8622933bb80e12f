"""The quick guide: one printed page for the technician's pocket, its blink codes drawn from the
very patterns that gates play."""

from datetime import datetime
from pathlib import Path

from fpdf import FPDF

from gate_contract.notices import NOTICE_PATTERNS, NOTICES, SetupNotice
from gate_contract.signal_patterns import PATTERNS, Light, Pattern
from gate_contract.verdicts import SENTENCES, Verdict
from server_bridge.printing.fonts import add_fonts, close_fonts
from server_bridge.printing.text_fitting import Pen

COLOURS = {
    Light.OFF: (226, 230, 234),
    Light.RED: (211, 47, 47),
    Light.GREEN: (46, 140, 60),
    Light.YELLOW: (245, 190, 30),
    Light.WHITE: (255, 255, 255),
}
_INK, _MUTED, _MAIN = (23, 28, 38), (92, 99, 112), (11, 94, 110)
_LEFT, _WIDTH = 12.0, 186.0
_BAR = 62.0
_MS_PER_MM = 90.0
_ROW = 8.2

STEPS = (
    (
        "Ghi thẻ nhớ bằng Raspberry Pi Imager; lắp thẻ, camera, đèn, còi theo sơ đồ.",
        "Flash the card with Raspberry Pi Imager; fit card, camera, light, buzzer as drawn.",
    ),
    (
        "Chép tệp .ticket vào thư mục schoolgate của thẻ nhớ, hoặc đưa phiếu trước camera.",
        "Copy the .ticket into the card's schoolgate folder, or hold the ticket to the camera.",
    ),
    (
        "Cắm điện. Sau khi nhận: cổng tự chạy lại, thử đèn còi, rồi nháy kết quả tự kiểm tra.",
        "Plug in. Once enrolled it restarts, plays light and sound, and blinks its self-test.",
    ),
    (
        "Đưa một thẻ thật trước camera: đèn xanh, một tiếng. Cao 120 cm, thẻ cách 20-30 cm.",
        "Show a real card: green, one tone. Mounted at 120 cm, the card 20-30 cm away.",
    ),
)
TICKET = (
    *(
        SetupNotice.WAITING,
        SetupNotice.PIN_WANTED,
        SetupNotice.TAKEN,
        SetupNotice.WORKING,
        SetupNotice.ENROLLED,
    ),
    *(
        SetupNotice.ALTERED,
        SetupNotice.EXPIRED,
        SetupNotice.USED,
        SetupNotice.FOREIGN,
        SetupNotice.WRONG_PIN,
    ),
    *(SetupNotice.NO_NETWORK, SetupNotice.NO_DESK),
)
SELF_TEST = (
    *(
        SetupNotice.PLAYING,
        SetupNotice.ALL_WELL,
        SetupNotice.CAMERA,
        SetupNotice.STORAGE,
        SetupNotice.CLOCK,
    ),
    *(SetupNotice.NETWORK, SetupNotice.BROKER, SetupNotice.ROSTER),
)
DAILY = (Verdict.ADMITTED_IN, Verdict.ADMITTED_OUT, Verdict.BAD_SIGNATURE, Verdict.STORAGE_FAILED)


def write_guide(path: Path, created: datetime) -> None:
    """Write the page. Raises SchoolgateError: no fonts; OSError."""
    pdf = FPDF(unit="mm", format="A4")
    pdf.set_creation_date(created)
    pdf.set_title("Schoolgate: hướng dẫn nhanh · quick guide")
    pdf.set_auto_page_break(auto=False)
    try:
        add_fonts(pdf)
        pdf.add_page()
        _draw(pdf)
        pdf.output(str(path))
    finally:
        close_fonts(pdf)


def _draw(pdf: FPDF) -> None:
    Pen(pdf, "B", _MAIN).block(
        "Schoolgate: hướng dẫn nhanh · quick guide", _LEFT, 8, _WIDTH, 9, largest=17
    )
    y = 19.0
    for number, (vi, en) in enumerate(STEPS, 1):
        Pen(pdf, "B", _MAIN).block(str(number), _LEFT, y, 6, 7, largest=13)
        Pen(pdf, "B", _INK).block(vi, _LEFT + 8, y, _WIDTH - 8, 4.2, largest=9)
        Pen(pdf, "", _MUTED).block(en, _LEFT + 8, y + 4.1, _WIDTH - 8, 3.6, largest=7.5)
        y += 8.6
    y = _section(pdf, y + 1, "Khi cài đặt: một trắng dài, rồi đếm đỏ", "Setting up")
    for notice in TICKET:
        y = _row(pdf, y, NOTICE_PATTERNS[notice], NOTICES[notice])
    y = _section(pdf, y, "Tự kiểm tra: hai trắng dài, rồi đếm vàng", "Self-test")
    for notice in SELF_TEST:
        y = _row(pdf, y, NOTICE_PATTERNS[notice], NOTICES[notice])
    y = _section(pdf, y, "Hằng ngày", "Day by day")
    for verdict in DAILY:
        y = _row(pdf, y, PATTERNS[verdict], SENTENCES[verdict])
    Pen(pdf, "", _MUTED).block(
        "Dải màu: ánh sáng theo thời gian; gạch đen bên dưới: có tiếng. · Bar: light over time; "
        "black line below: sound.",
        *(_LEFT, y, _WIDTH, 4),
        largest=7.5,
    )


def _section(pdf: FPDF, y: float, vi: str, en: str) -> float:
    Pen(pdf, "B", _MAIN).block(f"{vi} · {en}", _LEFT, y, _WIDTH, 5.4, largest=10.5)
    return y + 6.2


def _row(pdf: FPDF, y: float, pattern: Pattern, sentence: dict[str, str]) -> float:
    _bar(pdf, y + 0.8, pattern)
    x = _LEFT + _BAR + 4
    width = _WIDTH - _BAR - 4
    Pen(pdf, "B", _INK).block(sentence["vi"], x, y, width, 4.1, largest=8.5)
    Pen(pdf, "", _MUTED).block(sentence["en"], x, y + 4, width, 3.6, largest=7.2)
    return y + _ROW


def _bar(pdf: FPDF, y: float, pattern: Pattern) -> None:
    """The pattern over time, no wider than its place; what is longer is drawn to scale."""
    whole = sum(step.ms for step in pattern)
    scale = min(1 / _MS_PER_MM, _BAR / whole)
    x = _LEFT
    pdf.set_line_width(0.15)
    for step in pattern:
        width = step.ms * scale
        pdf.set_fill_color(*COLOURS[step.light])
        pdf.set_draw_color(*(_MUTED if step.light is not Light.OFF else COLOURS[Light.OFF]))
        pdf.rect(x, y, width, 4.2, style="DF")
        if step.tone:
            pdf.set_fill_color(*_INK)
            pdf.rect(x, y + 4.8, width, 0.9, style="F")
        x += width
