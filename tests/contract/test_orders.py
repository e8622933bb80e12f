"""Orders are the district's, for one gate, and a gate takes nothing else for them."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate_contract.errors import ContractError
from gate_contract.gate_log import MAX_PAYLOAD_BYTES, GateLog, decode_log, encode_log, scrubbed
from gate_contract.orders import MAX_PAYLOAD_BYTES as MOST
from gate_contract.orders import LogRequest, Update, verify
from tests.fakes.orders import GATE_ID, KEY, KEY_ID, orders, payload, settings

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


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ('{"event":"answered","verdicts":["admitted_in"]}', None),
        ('{"event":"roster","version":1790000000000}', None),
        ("card 00a1b2c3d4e5f607 seen", "card … seen"),
        ("read SG1:ABC9/+%*$ 12", "read … 12"),
        ("ticket SGT1:ABC", "ticket …"),
        ("key zZXECFdxKFP3Hn62JDQVaoZ7rR3X2j6FwfF7TRyN2QI=", "key …"),
    ],
)
def test_a_log_says_nothing_of_cards_or_keys(line: str, left: str | None) -> None:
    if "1790000000000" in line:
        assert "17900" not in scrubbed(line), "long numbers go too: nothing tells them from cards"
    else:
        assert scrubbed(line) == (line if left is None else left)


def test_a_log_that_is_too_long_loses_its_oldest_lines() -> None:
    log = GateLog(5, [f"{number} {'x' * 900}" for number in range(400)])
    made = encode_log(log)
    assert len(made) <= MAX_PAYLOAD_BYTES
    kept = decode_log(made).lines
    assert kept == log.lines[-len(kept) :]
    for bad in (b"{", b"[]", made + b"x", bytes(MAX_PAYLOAD_BYTES + 1)):
        with pytest.raises(ContractError):
            decode_log(bad)
