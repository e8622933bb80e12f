"""A ticket is signed by its district, complete, and reveals no secret without its PIN."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate_contract.ticket import (
    PIN_LENGTH,
    PREFIX,
    TOKEN_SIZE,
    Secrets,
    Ticket,
    TicketError,
    TicketRefusal,
    is_ticket,
    open_secrets,
    read_pin,
    seal,
    verify,
)
from gate_contract.ticket_signing import new_pin, pin_text, sign

KEY, OTHER_KEY = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw()
PIN = "7KQ3MXW2PD"
SECRETS = Secrets(bytes(range(TOKEN_SIZE)), "mật khẩu dài")
TICKET = Ticket(
    ticket_id=b"ticket-1",
    gate_id="vg-phungcong-01",
    host="gates.example.vn",
    port=8884,
    ca=bytes(32),
    expires_s=1_790_000_000,
    ssid="THCS Phụng Công",
    sealed=True,
    secrets=seal(SECRETS, b"ticket-1", PIN),
)
TEXT = sign(TICKET, KEY).encode()


def refusal(text: bytes, trusted: bytes | None = PUBLIC) -> TicketRefusal:
    with pytest.raises(TicketError) as told:
        verify(text, trusted)
    return told.value.refusal


def test_a_ticket_comes_back_whole() -> None:
    assert is_ticket(TEXT)
    assert verify(TEXT, PUBLIC) == verify(TEXT + b"\r\n", None) == (TICKET, PUBLIC)
    assert open_secrets(TICKET, PIN) == SECRETS


def test_no_sign_of_it_can_be_changed() -> None:
    assert len(TEXT) > 300
    for at in range(len(PREFIX), len(TEXT), 7):
        other = b"A" if TEXT[at : at + 1] != b"A" else b"B"
        text = TEXT[:at] + other + TEXT[at + 1 :]
        assert refusal(text, None) is TicketRefusal.ALTERED
        assert refusal(text) in (TicketRefusal.ALTERED, TicketRefusal.FOREIGN)


@pytest.mark.parametrize(
    "text",
    [b"", b"SGT1:", TEXT[:100], TEXT[:-3], TEXT + b"AAA", b"\xff" * 9, TEXT * 9],
    ids=["empty", "prefix", "a third", "cut", "longer", "no text", "many"],
)
def test_what_is_cut_off_or_no_ticket_is_refused(text: bytes) -> None:
    assert refusal(text, None) is TicketRefusal.ALTERED


def test_another_districts_ticket_is_foreign_where_the_card_knows_its_own() -> None:
    foreign = sign(TICKET, OTHER_KEY).encode()
    assert refusal(foreign) is TicketRefusal.FOREIGN
    assert verify(foreign, None)[0] == TICKET, "an SD card for anybody believes the first one"


def test_nothing_secret_is_on_the_paper() -> None:
    assert SECRETS.token not in TICKET.secrets
    assert "dài".encode() not in TICKET.secrets
    for pin in (None, "", PIN[:-1] + "3"):
        with pytest.raises(TicketError) as told:
            open_secrets(TICKET, pin)
        assert told.value.refusal is TicketRefusal.WRONG_PIN


def test_a_pin_is_read_however_it_was_typed() -> None:
    pin = new_pin()
    assert len(pin) == PIN_LENGTH
    for typed in (pin, f" {pin[:5].lower()}-{pin[5:]}\r\n", pin_text(pin)):
        assert read_pin(typed.encode()) == pin
    assert new_pin() != pin
    for wrong in ("", pin[:-1], pin + "2", "O" * PIN_LENGTH, "SG1:whatever"):
        assert read_pin(wrong.encode()) is None
