"""Codes of other issuers are parsed strictly."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate_contract.id_documents import (
    LONGEST,
    CheckInPoster,
    IdDocument,
    IdKind,
    parse_code,
)
from tests.gate_contract import id_document_samples

WHO = IdDocument(IdKind.CCCD, "999085012345", "Nguyễn Văn Ví Dụ", "1985-02-05", "Thôn Một")


def test_what_a_chip_id_says() -> None:
    who = parse_code(id_document_samples.CHIP_ID.encode())
    assert isinstance(who, IdDocument)
    assert (who.kind, who.number, who.born) == (IdKind.CCCD, "999085012345", "1985-02-05")
    assert (who.name, who.address) == ("Nguyễn Văn Ví Dụ", "Thôn Một, Xã Không Có, Tỉnh Đ")
    later = parse_code(id_document_samples.CHIP_ID_2024.encode())
    assert isinstance(later, IdDocument)
    assert (later.number, later.born) == ("999305054321", "2005")
    assert "Cha" not in repr(later), "the parents are nobody's business"


def test_what_a_health_insurance_card_says() -> None:
    assert parse_code(id_document_samples.insurance().encode()) == IdDocument(
        IdKind.BHYT, "HS4990000000001", "Lê Thị Ánh Ví Dụ", "2013-12-31", "Xã Không Có"
    )


@pytest.mark.parametrize(("_name", "text"), id_document_samples.ACCEPTED)
def test_papers_are_read(_name: str, text: str) -> None:
    assert isinstance(parse_code(text.encode()), IdDocument)


@pytest.mark.parametrize(("_name", "text"), id_document_samples.REFUSED)
def test_what_is_only_nearly_one_is_none(_name: str, text: str) -> None:
    assert parse_code(text.encode()) is None


@pytest.mark.parametrize("text", id_document_samples.POSTERS)
def test_a_poster_is_a_place(text: str) -> None:
    assert parse_code(text.encode()) == CheckInPoster()


def test_too_long_is_none() -> None:
    assert parse_code(id_document_samples.POSTER.encode() + b"x" * LONGEST) is None


@settings(max_examples=200)
@given(st.binary() | st.text().map(str.encode) | st.from_regex(r"([^|]*\|){6,10}").map(str.encode))
def test_any_bytes_may_come(code: bytes) -> None:
    assert parse_code(code) is None or code.count(b"|") >= 6 or code.startswith(b"http")


@settings(max_examples=40)
@given(st.data())
def test_any_change_to_a_paper_is_read_or_refused(data: st.DataObject) -> None:
    code = bytearray(
        data.draw(st.sampled_from([t for _, t in id_document_samples.ACCEPTED])).encode()
    )
    code[data.draw(st.integers(0, len(code) - 1))] = data.draw(st.integers(0, 255))
    assert parse_code(bytes(code)) is None or isinstance(parse_code(bytes(code)), IdDocument)
