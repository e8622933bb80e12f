"""Rosters, orders and tickets share one envelope, and one rule about bytes that are left over."""

import zlib
from collections.abc import Callable

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate_contract import base45, orders, orders_signing, roster, roster_signing, ticket
from gate_contract.envelope import open_envelope, unpack_json, unpack_msgpack
from gate_contract.envelope_signing import seal_envelope
from gate_contract.errors import ContractError, SchoolgateError

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
GATE_ID = "vg-phungcong-01"
ROSTER = roster.Roster(version=1, salt=bytes(16))
ORDERS = orders.Orders(
    version=1,
    gate_id=GATE_ID,
    settings=orders.ManagedSettings(
        version=1,
        timezone="Asia/Ho_Chi_Minh",
        broker_host="broker.example.vn",
        broker_port=8883,
        card_keys={},
        order_keys={},
    ),
)
TICKET = ticket.Ticket(
    ticket_id=bytes(8),
    gate_id=GATE_ID,
    host="desk.example.vn",
    port=8884,
    ca=bytes(32),
    expires_s=2**31,
    ssid="",
    sealed=False,
    secrets=msgspec.msgpack.encode(ticket.Secrets(bytes(16))),
)
Sign = Callable[[bytes], bytes]


def sign_roster(body: bytes) -> bytes:
    return seal_envelope(b"\1", body, KEY, domain=roster.DOMAIN)


def sign_orders(body: bytes) -> bytes:
    return seal_envelope(b"\1", body, KEY, domain=orders.DOMAIN)


def sign_ticket(body: bytes) -> bytes:
    public = KEY.public_key().public_bytes_raw()
    envelope = seal_envelope(public, body, KEY, domain=ticket.DOMAIN)
    return ticket.PREFIX + base45.encode(envelope).encode()


def verify_roster(payload: bytes) -> object:
    return roster.verify(payload, {1: KEY.public_key()})


def verify_orders(payload: bytes) -> object:
    return orders.verify(payload, {1: KEY.public_key()}, GATE_ID)


def verify_ticket(text: bytes) -> object:
    return ticket.verify(text, None)[0]


KINDS: dict[str, tuple[Sign, Callable[[bytes], object], object, list[bytes]]] = {
    "roster": (
        sign_roster,
        verify_roster,
        ROSTER,
        [
            zlib.compress(msgspec.json.encode(ROSTER)) + b"\0",
            zlib.compress(msgspec.json.encode(ROSTER))[:-1],
            zlib.compress(msgspec.json.encode(ROSTER) + b"\n"),
            zlib.compress(msgspec.json.encode(ROSTER) + b"{}"),
        ],
    ),
    "orders": (
        sign_orders,
        verify_orders,
        ORDERS,
        [
            zlib.compress(msgspec.json.encode(ORDERS)) + b"\0",
            zlib.compress(msgspec.json.encode(ORDERS))[:-1],
            zlib.compress(msgspec.json.encode(ORDERS) + b"\n"),
            zlib.compress(msgspec.json.encode(ORDERS) + b"{}"),
        ],
    ),
    "ticket": (
        sign_ticket,
        verify_ticket,
        TICKET,
        [
            msgspec.msgpack.encode(TICKET) + b"\0",
            msgspec.msgpack.encode(TICKET)[:-1],
            msgspec.msgpack.encode(TICKET) + msgspec.msgpack.encode(TICKET),
        ],
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_signed_document_is_read_back(kind: str) -> None:
    sign, verify, document, _ = KINDS[kind]
    body = msgspec.msgpack.encode(document)
    if kind != "ticket":
        body = zlib.compress(msgspec.json.encode(document))
    assert verify(sign(body)) == document


@pytest.mark.parametrize(
    ("kind", "case"), [(kind, case) for kind in KINDS for case in range(len(KINDS[kind][3]))]
)
def test_trailing_or_missing_bytes_are_refused_although_they_are_signed(
    kind: str, case: int
) -> None:
    sign, verify, _, bodies = KINDS[kind]
    with pytest.raises(SchoolgateError) as refused:
        verify(sign(bodies[case]))
    if isinstance(refused.value, ContractError):
        assert refused.value.reason == "malformed"


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_after_a_signed_document_break_its_signature(kind: str) -> None:
    _, verify, _, _ = KINDS[kind]
    good = {
        "roster": roster_signing.sign(ROSTER, 1, KEY),
        "orders": orders_signing.sign(ORDERS, 1, KEY),
        "ticket": sign_ticket(msgspec.msgpack.encode(TICKET)),
    }[kind]
    verify(good)
    with pytest.raises(SchoolgateError):
        verify(good + b"000")


def test_a_signature_of_one_kind_is_not_valid_for_another() -> None:
    with pytest.raises(ContractError) as refused:
        verify_orders(sign_roster(zlib.compress(msgspec.json.encode(ORDERS))))
    assert refused.value.reason == "bad_signature"


@pytest.mark.parametrize("verify", [verify_roster, verify_orders])
def test_a_document_larger_than_allowed_is_not_unpacked(
    verify: Callable[[bytes], object],
) -> None:
    sign, size = (
        (sign_roster, roster.MAX_DOCUMENT_BYTES)
        if verify is verify_roster
        else (sign_orders, orders.MAX_DOCUMENT_BYTES)
    )
    with pytest.raises(ContractError) as refused:
        verify(sign(zlib.compress(b" " * (size + 1), 9)))
    assert refused.value.reason == "oversized"


def test_an_envelope_without_a_body_is_malformed() -> None:
    with pytest.raises(ContractError) as refused:
        open_envelope(bytes(65), domain=b"d", signer_size=1, find_key=lambda _: KEY.public_key())
    assert refused.value.reason == "malformed"


def test_what_is_not_packed_is_malformed() -> None:
    with pytest.raises(ContractError) as refused:
        unpack_json(b"{}", ticket.Ticket, max_bytes=9)
    assert refused.value.reason == "malformed"
    with pytest.raises(ContractError) as refused:
        unpack_msgpack(b"", ticket.Ticket)
    assert refused.value.reason == "malformed"
