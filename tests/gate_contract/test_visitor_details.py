"""The details of a visitor: encrypted for the district, readable by nobody else."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gate_contract.errors import ContractError
from gate_contract.id_documents import (
    IdDocument,
    IdKind,
)
from gate_contract.visitor_details import MOST_PLAIN_BYTES, MOST_SEALED_BYTES, seal, unseal

WHO = IdDocument(IdKind.CCCD, "999085012345", "Nguyễn Văn Ví Dụ", "1985-02-05", "Thôn Một")


KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))


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
