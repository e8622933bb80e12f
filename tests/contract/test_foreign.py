"""Papers of others: read strictly, sealed for the district, named by a pseudonym."""

from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from gate_contract.errors import ContractError
from gate_contract.id_documents import (
    LONGEST,
    CheckInPoster,
    IdDocument,
    IdKind,
    parse_code,
)
from gate_contract.visitor_details import MOST_PLAIN_BYTES, MOST_SEALED_BYTES, seal, unseal
from gate_contract.visitor_pseudonym import pseudonym, school_key
from tests.contract import papers

WHO = IdDocument(IdKind.CCCD, "999085012345", "Nguyễn Văn Ví Dụ", "1985-02-05", "Thôn Một")
KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
DAY = date(2026, 9, 5)


def test_what_a_chip_id_says() -> None:
    who = parse_code(papers.CHIP_ID.encode())
    assert isinstance(who, IdDocument)
    assert (who.kind, who.number, who.born) == (IdKind.CCCD, "999085012345", "1985-02-05")
    assert (who.name, who.address) == ("Nguyễn Văn Ví Dụ", "Thôn Một, Xã Không Có, Tỉnh Đ")
    later = parse_code(papers.CHIP_ID_2024.encode())
    assert isinstance(later, IdDocument)
    assert (later.number, later.born) == ("999305054321", "2005")
    assert "Cha" not in repr(later), "the parents are nobody's business"


def test_what_a_health_insurance_card_says() -> None:
    assert parse_code(papers.insurance().encode()) == IdDocument(
        IdKind.BHYT, "HS4990000000001", "Lê Thị Ánh Ví Dụ", "2013-12-31", "Xã Không Có"
    )


@pytest.mark.parametrize(("_name", "text"), papers.ACCEPTED)
def test_papers_are_read(_name: str, text: str) -> None:
    assert isinstance(parse_code(text.encode()), IdDocument)


@pytest.mark.parametrize(("_name", "text"), papers.REFUSED)
def test_what_is_only_nearly_one_is_none(_name: str, text: str) -> None:
    assert parse_code(text.encode()) is None


@pytest.mark.parametrize("text", papers.POSTERS)
def test_a_poster_is_a_place(text: str) -> None:
    assert parse_code(text.encode()) == CheckInPoster()


def test_too_long_is_none() -> None:
    assert parse_code(papers.POSTER.encode() + b"x" * LONGEST) is None


@settings(max_examples=200)
@given(st.binary() | st.text().map(str.encode) | st.from_regex(r"([^|]*\|){6,10}").map(str.encode))
def test_any_bytes_may_come(code: bytes) -> None:
    assert parse_code(code) is None or code.count(b"|") >= 6 or code.startswith(b"http")


@settings(max_examples=40)
@given(st.data())
def test_any_change_to_a_paper_is_read_or_refused(data: st.DataObject) -> None:
    code = bytearray(data.draw(st.sampled_from([t for _, t in papers.ACCEPTED])).encode())
    code[data.draw(st.integers(0, len(code) - 1))] = data.draw(st.integers(0, 255))
    assert parse_code(bytes(code)) is None or isinstance(parse_code(bytes(code)), IdDocument)


def sealed(who: IdDocument = WHO, card_id: str = "a" * 16) -> bytes:
    return seal(who, card_id, KEY.public_key(), X25519PrivateKey.generate())


def test_only_the_district_reads_what_is_sealed() -> None:
    told = unseal(sealed(), "a" * 16, KEY)
    assert {name: getattr(told, name) for name in IdDocument.__slots__} == {
        name: getattr(WHO, name) for name in IdDocument.__slots__
    }
    assert sealed() != sealed(), "the same visitor twice looks like two"
    assert not any(part.encode() in sealed() for part in (WHO.number, WHO.name, "cccd"))


def test_what_was_altered_or_moved_is_not_opened() -> None:
    words = sealed()
    for wrong in (b"", words[:40], b"\2" + words[1:], words[:-1] + bytes([words[-1] ^ 1]), b"\1"):
        with pytest.raises(ContractError, match="another key"):
            unseal(wrong, "a" * 16, KEY)
    with pytest.raises(ContractError, match="another key"):
        unseal(words, "b" * 16, KEY)
    with pytest.raises(ContractError, match="another key"):
        unseal(words, "a" * 16, X25519PrivateKey.generate())


def test_the_length_tells_little_and_has_its_limit() -> None:
    assert (
        len({len(sealed(IdDocument(IdKind.CCCD, "9" * 12, n, "1985"))) for n in ("Li", "Liên")})
        == 1
    )
    long = IdDocument(IdKind.CCCD, "9" * 12, "Ữ" * 80, "1985", "Ộ" * 250)
    assert len(sealed(long)) <= MOST_SEALED_BYTES == MOST_PLAIN_BYTES + 49
    told = unseal(sealed(long), "a" * 16, KEY)
    assert told.name == "Ữ" * 80
    assert told.address
    assert set(told.address) == {"Ộ"}


def test_a_pseudonym_is_of_one_school_and_one_day() -> None:
    district = bytes(range(32))
    here = school_key(district, "thcs-a")
    one = pseudonym(here, DAY, WHO)
    moved = IdDocument(IdKind.CCCD, WHO.number, "Nguyen Van Vi Du", "1985")
    assert pseudonym(here, DAY, moved) == one, "the number counts, however the name is written"
    others = {
        pseudonym(here, date(2026, 9, 6), WHO),
        pseudonym(school_key(district, "th-b"), DAY, WHO),
        pseudonym(here, DAY, IdDocument(IdKind.BHYT, WHO.number, WHO.name, WHO.born)),
    }
    assert len({one, *others}) == 4
    assert len(one) == 16
    assert set(one) <= set("0123456789abcdef")
