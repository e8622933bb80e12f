"""What comes out of the printer is what a gate reads, at its true size, with its words whole."""

import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from fpdf import FPDF

from gate_contract.card import CardKind, VerifiedCard, verify
from gate_contract.errors import SchoolgateError
from server_bridge.cards.face import HEIGHT_MM, LOOKS, WIDTH_MM, PrintedCard, card_number
from server_bridge.cards.sheet import GAP_MM, corner, write_sheet, write_single_cards
from server_bridge.printing import qr_code
from server_bridge.printing.fonts import add_fonts, close_fonts
from server_bridge.printing.text_fitting import Pen, one_line
from tests.builders import card_samples, printed
from tests.builders.card_samples import CREATED

DPI = 200
MM = DPI / 25.4


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sheet") / "sheet.pdf"
    write_sheet(path, card_samples.cards(13), title="Thẻ ra vào", created=CREATED)
    return path


def test_every_card_of_a_sheet_is_read_and_genuine(sheet: Path) -> None:
    expected = {card.text.encode() for card in card_samples.cards(13)}
    pages = printed.pages(sheet, dpi=DPI)
    read = [found.bytes for page in pages for found in printed.codes(page)]
    assert len(pages) == 2
    assert len(read) == 13
    assert set(read) == expected
    keys = {card_samples.KEY_ID: card_samples.KEY.public_key()}
    assert all(isinstance(verify(text, keys), VerifiedCard) for text in read)


def test_each_card_lies_where_the_sheet_says(sheet: Path) -> None:
    page = printed.pages(sheet, dpi=DPI)[0]
    for place, card in enumerate(card_samples.cards(9)):
        left, top = (round(edge * MM) for edge in corner(place))
        cut = page[top : top + round(HEIGHT_MM * MM), left : left + round(WIDTH_MM * MM)]
        (found,) = printed.codes(np.ascontiguousarray(cut))  # cut out with no margin to spare
        assert found.bytes == card.text.encode()


def test_the_code_and_its_white_border_are_as_wide_as_the_card(sheet: Path) -> None:
    page = printed.pages(sheet, dpi=DPI)[0]
    for found in printed.codes(page):
        symbol = (found.position.top_right.x - found.position.top_left.x) / MM
        assert symbol * qr_code.FULL / qr_code.MODULES == pytest.approx(WIDTH_MM, abs=0.5)


def test_the_white_border_is_white(tmp_path: Path) -> None:
    write_single_cards(tmp_path / "c.pdf", [card_samples.card(0)], title="t", created=CREATED)
    (page,) = printed.pages(tmp_path / "c.pdf", dpi=DPI)
    position = printed.codes(page)[0].position
    module = (position.top_right.x - position.top_left.x) / qr_code.MODULES
    border = int(3.8 * module)
    x0, y0 = position.top_left.x - border, position.top_left.y - border
    x1, y1 = position.bottom_right.x + border, position.bottom_right.y + border
    around = page[y0:y1, x0:x1].copy()
    around[border - 2 : -border + 2, border - 2 : -border + 2] = 255
    assert around.min() == 255


def test_a_single_card_is_a_page_of_its_size(tmp_path: Path) -> None:
    cards = card_samples.cards(3)
    write_single_cards(tmp_path / "c.pdf", cards, title="t", created=CREATED)
    pages = printed.pages(tmp_path / "c.pdf", dpi=DPI)
    assert [printed.codes(page)[0].bytes for page in pages] == [c.text.encode() for c in cards]
    expected = (HEIGHT_MM * MM, WIDTH_MM * MM)
    assert all(page.shape == pytest.approx(expected, abs=1.5) for page in pages)


def words(pdf: Path) -> str:
    done = subprocess.run(["pdftotext", "-raw", pdf, "-"], check=True, capture_output=True)
    return " ".join(done.stdout.decode().split())


def test_the_words_are_whole_and_vietnamese(tmp_path: Path) -> None:
    for number in range(12):
        card = card_samples.card(number)
        write_single_cards(tmp_path / "c.pdf", [card], title="t", created=CREATED)
        text = words(tmp_path / "c.pdf")
        for part in (card.name, card.group):
            assert one_line(part or "") in text
        assert card.school in text
        assert LOOKS[card.kind].vi in text
        assert LOOKS[card.kind].en in text
        assert card_number(card.card_id) in text
        assert "31/05/2027" in text


def test_decomposed_letters_are_composed(tmp_path: Path) -> None:
    decomposed = card_samples.card(
        0, school="Trường Việt", name="Ngo\u0302\n  Thi\u0323 Thu\u0309y"
    )
    write_single_cards(tmp_path / "c.pdf", [decomposed], title="t", created=CREATED)
    assert "Ngô Thị Thủy" in words(tmp_path / "c.pdf")


def test_the_number_is_short_and_readable() -> None:
    assert card_number("3f2a91bc07de5512") == "3F2A-91BC-07DE"


def test_no_kind_is_told_by_colour_alone() -> None:
    assert len({look.stripes for look in LOOKS.values()}) == len(LOOKS)
    assert len({look.vi for look in LOOKS.values()}) == len(LOOKS)


@pytest.mark.parametrize("kind", LOOKS)
def test_words_stand_out_from_their_ground(kind: CardKind) -> None:
    """WCAG's contrast for small text, white on the band and the band's colour on white."""
    parts = (part / 255 for part in LOOKS[kind].colour)
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5


@pytest.mark.parametrize("dpi", [50, 72, 100, 300])
def test_a_coarse_picture_of_a_card_is_enough(tmp_path: Path, dpi: int) -> None:
    """At 50 dpi a module is 2.4 pixels, and the whole card 169 pixels high."""
    write_single_cards(tmp_path / "c.pdf", [card_samples.card(4)], title="t", created=CREATED)
    (page,) = printed.pages(tmp_path / "c.pdf", dpi=dpi)
    (found,) = printed.codes(page)
    assert found.bytes == card_samples.card(4).text.encode()


def test_cards_do_not_touch() -> None:
    lefts, tops = zip(*(corner(place) for place in range(9)), strict=True)
    for edges, size, page in ((lefts, WIDTH_MM, 210), (tops, HEIGHT_MM, 297)):
        ordered = sorted(set(edges))
        assert [b - a for a, b in pairwise(ordered)] == pytest.approx([size + GAP_MM] * 2)
        assert ordered[0] == pytest.approx(page - ordered[-1] - size)
        assert ordered[0] > 10


def test_the_same_cards_make_the_same_bytes(sheet: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.pdf"
    write_sheet(again, card_samples.cards(13), title="Thẻ ra vào", created=CREATED)
    assert again.read_bytes() == sheet.read_bytes()


@pytest.mark.parametrize("text", ["", "hello", "SG1:", "SG1:" + "A" * 200, "SG1:" + "a" * 117])
def test_what_is_not_a_cards_text_is_not_printed(tmp_path: Path, text: str) -> None:
    with pytest.raises(SchoolgateError, match="card's text"):
        print_one(tmp_path, card_samples.card(0, text=text))


def print_one(folder: Path, card: PrintedCard) -> None:
    write_sheet(folder / "s.pdf", [card], title="t", created=CREATED)


def test_no_cards_is_an_error_not_an_empty_sheet(tmp_path: Path) -> None:
    with pytest.raises(SchoolgateError, match="no cards"):
        write_sheet(tmp_path / "s.pdf", [], title="t", created=CREATED)
    assert not (tmp_path / "s.pdf").exists()


def test_missing_fonts_name_their_package(tmp_path: Path) -> None:
    with pytest.raises(SchoolgateError, match="fonts-dejavu-core"):
        add_fonts(FPDF(), tmp_path)


@pytest.mark.parametrize("text", ["", " ", "Ứ" * 300, "Nguyễn " * 60, "a", "\u202e\x00\x07"])
def test_any_text_fits_its_box(text: str) -> None:
    pdf = FPDF()
    pdf.add_page()
    add_fonts(pdf)
    Pen(pdf).block(text, 4, 4, 46, 7.7, largest=10)
    assert pdf.page == 1
    assert bool(pdf.font_family) == bool(one_line(text))
    close_fonts(pdf)
