"""Health and counts on the wire."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_contract.errors import ContractError
from gate_contract.health import (
    MAX_PAYLOAD_BYTES,
    OFFLINE,
    Health,
    ScanHealth,
    decode_health,
    encode_health,
)
from tests.gate_contract.examples import LARGEST, healths


@given(healths)
def test_a_health_survives_the_wire(health: Health) -> None:
    assert decode_health(encode_health(health)) == health


@given(healths, st.text(min_size=15), st.none() | st.integers() | st.text())
def test_unknown_fields_are_tolerated(health: Health, name: str, value: object) -> None:
    told = msgspec.json.decode(encode_health(health)) | {name: value}
    assert decode_health(msgspec.json.encode(told)) == health


def test_the_last_will_is_a_health() -> None:
    assert decode_health(encode_health(OFFLINE)) == OFFLINE
    assert OFFLINE.state == "offline"


def test_the_shortest_health_of_another_implementation_is_enough() -> None:
    assert decode_health(b'{"state":"online"}') == Health(state="online")


def test_the_longest_health_of_a_gate_is_within_the_limit() -> None:
    scan = ScanHealth(frames=LARGEST, frame_age_ms=LARGEST, detail="\0" * 500)
    longest = Health(
        state="offline",
        version="\0" * 40,
        at=LARGEST,
        up_ms=LARGEST,
        ledger_id="\0" * 32,
        stored=LARGEST,
        backlog=LARGEST,
        free_bytes=LARGEST,
        temperature_c=-1 / 3,
        scan=scan,
    )
    assert len(encode_health(longest)) < MAX_PAYLOAD_BYTES


@given(st.binary(max_size=500))
def test_any_bytes_are_refused(payload: bytes) -> None:
    with pytest.raises(ContractError):
        decode_health(payload)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        pytest.param(b" " * MAX_PAYLOAD_BYTES + b"{}", "oversized", id="oversized"),
        pytest.param(b"", "malformed", id="empty"),
        pytest.param(b"{}", "malformed", id="no_state"),
        pytest.param(b'{"state":"asleep"}', "malformed", id="unknown_state"),
        pytest.param(b'{"state":"online","stored":-1}', "malformed", id="stored_negative"),
        pytest.param(b'{"state":"online","scan":{"camera":"?"}}', "malformed", id="camera_state"),
        pytest.param(b'{"state":"online","temperature_c":NaN}', "malformed", id="not_a_number"),
        pytest.param(b'{"state":"online","version":"\xff"}', "malformed", id="not_utf_8"),
        pytest.param(b'{"x":' + b"[" * 16_000, "malformed", id="deep_nesting"),
        pytest.param(
            msgspec.json.encode({"state": "online", "scan": {"detail": "x" * 501}}),
            "malformed",
            id="detail_too_long",
        ),
    ],
)
def test_what_is_no_health_is_refused(payload: bytes, reason: str) -> None:
    with pytest.raises(ContractError) as refusal:
        decode_health(payload)
    assert refusal.value.reason == reason
