"""A pass on paper is read by a gate, and by people: the day is the largest thing on it."""

from pathlib import Path

import pytest

from gate_contract.card import CardKind
from server_bridge.cards.day_pass import PAPERS, write_passes
from tests.builders import card_samples, printed
from tests.builders.card_samples import CREATED
from tests.server_bridge.cards.test_sheet import words

PASSES = [
    card_samples.card(3, kind=CardKind.PUPIL),
    card_samples.card(2, kind=CardKind.VISITOR, name=None, group=None),
]


@pytest.mark.parametrize("name", PAPERS)
def test_passes_are_read_and_say_what_they_are(tmp_path: Path, name: str) -> None:
    paper = PAPERS[name]
    write_passes(tmp_path / "p.pdf", PASSES, paper, title="t", created=CREATED)
    pages = printed.pages(tmp_path / "p.pdf", dpi=120)
    mm = 120 / 25.4
    for page, one in zip(pages, PASSES, strict=True):
        assert page.shape == pytest.approx((paper.height * mm, paper.width * mm), abs=1.5)
        (found,) = printed.codes(page)
        assert found.bytes == one.text.encode()
        code_mm = (found.position.top_right.x - found.position.top_left.x) / mm
        assert code_mm > 44, "as large as on a card"
        assert found.position.bottom_left.y < page.shape[0] * 0.85
    text = words(tmp_path / "p.pdf")
    for part in ("THẺ TRONG NGÀY", "DAY PASS", "31/05/2027", "Nguyễn Thị Khánh Huyền", "7A2"):
        assert part in text
    assert "Khách · Visitor" in text
