"""Create a signed ticket for a gate, and register it."""

import secrets
from dataclasses import dataclass
from hashlib import sha256

import msgspec
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gate_contract.errors import SchoolgateError
from gate_contract.ticket import TOKEN_SIZE, Secrets, Ticket, seal
from gate_contract.ticket_signing import new_pin, sign
from server_bridge import pki
from server_bridge.home import Home
from server_bridge.store.gates.certificates import store_ticket

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Wifi:
    """A school's wireless network: open, or WPA2 or WPA3 with a password."""

    ssid: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class MadeTicket:
    """A signed ticket; `text` goes into the code and the file.

    Without `pin`, its secrets are readable by anyone who has the ticket.
    """

    gate_id: str
    text: str
    pin: str | None
    expires_ms: int


def make_ticket(
    home: Home,
    connection: sa.Connection,
    gate_id: str,
    *,
    now_ms: int,
    days: int,
    wifi: Wifi,
    sealed: bool = True,
) -> MadeTicket:
    """Create and register a ticket.

    Raises:
        SchoolgateError: there is no enrolment server, or the network's data are not valid.
    """
    enrolment = home.settings.enrol
    if not enrolment.port:
        raise SchoolgateError(
            "gates cannot enrol here: give the enrolment server a port, [enrol] port = 8884 in "
            "bridge.toml, and open it in the firewall"
        )
    check_wifi(wifi)
    pin = new_pin() if sealed else None
    ticket_id, ticket_secrets = (
        secrets.token_bytes(8),
        Secrets(secrets.token_bytes(TOKEN_SIZE), wifi.password),
    )
    expires_ms = now_ms + days * DAY_MS
    ticket = Ticket(
        ticket_id=ticket_id,
        gate_id=gate_id,
        host=enrolment.host or home.settings.broker.host,
        port=enrolment.port,
        ca=authority_digest(pki.authority_certificate(home.pki)),
        expires_s=expires_ms // 1000,
        ssid=wifi.ssid,
        sealed=sealed,
        secrets=seal(ticket_secrets, ticket_id, pin)
        if pin
        else msgspec.msgpack.encode(ticket_secrets),
    )
    store_ticket(
        connection, ticket_id, gate_id, ticket_secrets.token, now_ms=now_ms, expires_ms=expires_ms
    )
    return MadeTicket(gate_id, sign(ticket, home.keys.orders_key()), pin, expires_ms)


def authority_digest(ca_pem: bytes) -> bytes:
    """Return the SHA-256 of the certificate's DER, by which a ticket identifies the authority."""
    return sha256(x509.load_pem_x509_certificate(ca_pem).public_bytes(Encoding.DER)).digest()


def check_wifi(wifi: Wifi) -> None:
    """Check that every gate can use a network (IEEE 802.11: 32 octets; WPA: 8-63 characters).

    Raises:
        SchoolgateError: the name or the password is not usable.
    """
    if len(wifi.ssid.encode()) > 32:
        raise SchoolgateError("a Wi-Fi network's name has at most 32 bytes")
    good = 8 <= len(wifi.password) <= 63 and wifi.password.isascii()
    if wifi.ssid and wifi.password and not (good and wifi.password.isprintable()):
        raise SchoolgateError(
            "a Wi-Fi password has 8 to 63 ASCII letters, digits and punctuation marks"
        )
