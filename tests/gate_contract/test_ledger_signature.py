"""The signature of a ledger's head: valid for this gate, ledger, record and chain hash only."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from gate_contract.ledger_signature import head_bytes, is_signed, key_text, sign_head

KEY = ec.derive_private_key(7, ec.SECP256R1())
PUBLIC = key_text(KEY.public_key())
HEAD = head_bytes("vg-a1", "0" * 32, 7, "a" * 64)


def test_a_signature_is_valid_for_its_head() -> None:
    signature = sign_head(KEY, HEAD)
    assert len(signature) == 88
    assert is_signed(PUBLIC, HEAD, signature)


@pytest.mark.parametrize(
    "other",
    [
        head_bytes("vg-a2", "0" * 32, 7, "a" * 64),
        head_bytes("vg-a1", "1" * 32, 7, "a" * 64),
        head_bytes("vg-a1", "0" * 32, 8, "a" * 64),
        head_bytes("vg-a1", "0" * 32, 7, "b" * 64),
    ],
)
def test_a_signature_is_valid_for_no_other_head(other: bytes) -> None:
    assert not is_signed(PUBLIC, other, sign_head(KEY, HEAD))


@pytest.mark.parametrize("signature", ["", "!", "AAAA", "A" * 86 + "=="])
def test_what_is_no_signature_is_refused(signature: str) -> None:
    assert not is_signed(PUBLIC, HEAD, signature)


def test_another_key_does_not_fit() -> None:
    other = key_text(ec.derive_private_key(8, ec.SECP256R1()).public_key())
    assert not is_signed(other, HEAD, sign_head(KEY, HEAD))
    assert not is_signed("no key", HEAD, sign_head(KEY, HEAD))
