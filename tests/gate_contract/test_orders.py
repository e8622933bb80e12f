"""A gate follows only orders that its district has signed for it."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate_contract.errors import ContractError
from gate_contract.orders import MAX_PAYLOAD_BYTES as MOST
from gate_contract.orders import LogRequest, Update, verify
from tests.builders.orders import GATE_ID, KEY, KEY_ID, orders, payload, settings

KEYS = {KEY_ID: KEY.public_key()}
UPDATE = Update(number=5, version="1.2.0", url="https://a.vn/x", size=9, sha256=bytes(32))
MADE = orders(7, settings(4), update=UPDATE, logs=LogRequest(number=6))
PAYLOAD = payload(MADE)


def reason(data: bytes, gate_id: str = GATE_ID) -> str:
    with pytest.raises(ContractError) as told:
        verify(data, KEYS, gate_id)
    return told.value.reason


def test_orders_come_back_whole() -> None:
    assert verify(PAYLOAD, KEYS, GATE_ID) == MADE
    assert len(PAYLOAD) < 700


def test_no_byte_of_them_can_be_changed() -> None:
    for at in range(0, len(PAYLOAD), 5):
        data = bytearray(PAYLOAD)
        data[at] ^= 1
        assert reason(bytes(data)) in ("bad_signature", "unknown_key")


def test_what_is_not_the_districts_or_for_another_gate_is_refused() -> None:
    assert reason(payload(MADE, Ed25519PrivateKey.generate())) == "bad_signature"
    assert reason(payload(MADE, key_id=9)) == "unknown_key"
    assert reason(PAYLOAD, "vg-phungcong-02") == "wrong_gate"
    assert reason(b"") == reason(PAYLOAD[:65]) == "malformed"
    assert reason(bytes(MOST + 1)) == "oversized"


@pytest.mark.parametrize(
    ("hours", "minute", "good"),
    [
        ((1200, 240), 1200, True),
        ((1200, 240), 1439, True),
        ((1200, 240), 0, True),
        ((1200, 240), 240, False),
        ((1200, 240), 719, False),
        ((60, 120), 60, True),
        ((60, 120), 120, False),
        ((60, 60), 60, False),
    ],
)
def test_an_update_waits_for_its_hours(hours: tuple[int, int], minute: int, good: bool) -> None:
    update = Update(
        number=5,
        version="1.2.0",
        url="https://a.vn/x",
        size=9,
        sha256=bytes(32),
        from_minute=hours[0],
        until_minute=hours[1],
        not_before_ms=100,
    )
    assert update.is_time(100, minute) is good
    assert not update.is_time(99, minute)
