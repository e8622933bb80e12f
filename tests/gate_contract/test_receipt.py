"""Receipts on the wire."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_contract.errors import ContractError
from gate_contract.receipt import Receipt, decode_receipt, encode_receipt
from tests.gate_contract.examples import receipts

GOOD = encode_receipt(Receipt(ledger_id="0" * 32, stored_through=7, chain="a" * 64))


@given(receipts)
def test_a_receipt_survives_the_wire(receipt: Receipt) -> None:
    assert decode_receipt(encode_receipt(receipt)) == receipt


@given(receipts, st.text(min_size=15), st.none() | st.integers() | st.text())
def test_unknown_fields_are_tolerated(receipt: Receipt, name: str, value: object) -> None:
    told = msgspec.json.decode(encode_receipt(receipt)) | {name: value}
    assert decode_receipt(msgspec.json.encode(told)) == receipt


@given(st.binary(max_size=500))
def test_any_bytes_are_refused(payload: bytes) -> None:
    with pytest.raises(ContractError):
        decode_receipt(payload)


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{}", id="no_fields"),
        pytest.param(GOOD[:-1], id="cut_off"),
        pytest.param(b"[" * 100_000, id="deep_nesting"),
        pytest.param(b'{"later":' + b"[" * 100_000, id="deep_nesting_in_an_unknown_field"),
        pytest.param(GOOD.replace(b":7", b":-1"), id="stored_through_negative"),
        pytest.param(GOOD.replace(b":7", b":7.5"), id="stored_through_a_fraction"),
        pytest.param(GOOD.replace(b":7", b":9007199254740992"), id="stored_through_beyond"),
        pytest.param(GOOD.replace(b"a" * 64, b"A" * 64), id="chain_in_upper_case"),
        pytest.param(GOOD.replace(b"a" * 64, b"a" * 64 + b"\\n"), id="chain_with_a_line_feed"),
        pytest.param(GOOD.replace(b"a" * 64, b"\xff" * 64), id="not_utf_8"),
    ],
)
def test_what_is_no_receipt_is_malformed(payload: bytes) -> None:
    with pytest.raises(ContractError) as refusal:
        decode_receipt(payload)
    assert refusal.value.reason == "malformed"
