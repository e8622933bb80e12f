r"""The ticket with which a gate without identity asks its district for one: a code or a file.

Text: `SGT1:` + base45 of a signed envelope (`gate_contract.envelope`) of the district's orders key
(32 bytes) and a Ticket in MessagePack. Its token is valid once and for some days. What must not be
read from a lost paper (token, Wi-Fi password) is encrypted under a PIN that is sent another way: by
telephone, or as a separate code, `SGP1:` + the PIN. The key is scrypt of the PIN, salted with the
`ticket_id`; the cipher is ChaCha20-Poly1305 with a zero nonce, because each ticket_id encrypts
once.
"""

import re
from enum import StrEnum
from hashlib import scrypt
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from msgspec import Meta, Struct

from gate_contract import base45
from gate_contract.crossing import GateId
from gate_contract.envelope import open_envelope, unpack_msgpack
from gate_contract.errors import ContractError, SchoolgateError

PREFIX = b"SGT1:"
PIN_PREFIX = b"SGP1:"
DOMAIN = b"schoolgate ticket v1\n"
SEAL_DOMAIN = b"schoolgate ticket seal v1\n"
PIN_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without characters that are easily confused."""
PIN_LENGTH = 10
"""49 bits: at 30 ms a guess, five hundred thousand years of one processor."""
TOKEN_SIZE = 16
KEY_SIZE = 32
MAX_TEXT = 1_400
_NONCE = bytes(12)

Digest = Annotated[bytes, Meta(min_length=32, max_length=32)]
TicketId = Annotated[bytes, Meta(min_length=8, max_length=8)]


class TicketRefusal(StrEnum):
    """Why a ticket is refused: the codes of blink patterns and of the enrolment server."""

    ALTERED = "altered"
    FOREIGN = "foreign"
    EXPIRED = "expired"
    USED = "used"
    WRONG_PIN = "wrong_pin"


class TicketError(SchoolgateError):
    """A refused ticket; `refusal` selects the blink pattern."""

    def __init__(self, refusal: TicketRefusal, message: str) -> None:
        super().__init__(message)
        self.refusal = refusal


class Ticket(Struct, frozen=True, array_like=True, kw_only=True):
    """The contents of a ticket.

    `host` and `port` are the enrolment server's, `ca` is the SHA-256 of the authority's certificate
    (DER), `expires_s` is in seconds since 1970. `secrets` is Secrets in MessagePack, encrypted if
    `sealed`.
    """

    ticket_id: TicketId
    gate_id: GateId
    host: Annotated[str, Meta(max_length=253)]
    port: Annotated[int, Meta(ge=1, le=65535)]
    ca: Digest
    expires_s: Annotated[int, Meta(ge=0, le=2**40)]
    ssid: Annotated[str, Meta(max_length=32)]
    sealed: bool
    secrets: Annotated[bytes, Meta(max_length=200)]


class Secrets(Struct, frozen=True, array_like=True):
    """The token, and the password of the ticket's `ssid` (empty if there is none)."""

    token: Annotated[bytes, Meta(min_length=TOKEN_SIZE, max_length=TOKEN_SIZE)]
    wifi: Annotated[str, Meta(max_length=63)] = ""


def is_ticket(code: bytes) -> bool:
    """Whether a code claims to be a ticket."""
    return code.startswith(PREFIX)


def read_pin(code: bytes) -> str | None:
    """Return the PIN in a code or in typed text; None if it is something else."""
    text = code.removeprefix(PIN_PREFIX).decode("ascii", "replace").upper()
    pin = re.sub(r"[\s-]", "", text)
    good = len(pin) == PIN_LENGTH and set(pin) <= set(PIN_ALPHABET)
    return pin if good else None


def verify(text: bytes, trusted: bytes | None) -> tuple[Ticket, bytes]:
    """Return the ticket in a text, and the public key (32 bytes) of the district that signed it.

    `trusted` is the district's key if this SD card has one. Without it, every ticket is accepted
    that is complete and signed with the key that it carries (decision 19).

    Raises:
        TicketError: FOREIGN or ALTERED.
    """
    altered = TicketError(
        TicketRefusal.ALTERED,
        "the ticket is damaged or was altered; print it again, or copy it again",
    )

    def find_key(signer: bytes) -> Ed25519PublicKey:
        if trusted is not None and signer != trusted:
            raise TicketError(
                TicketRefusal.FOREIGN,
                "the ticket is of another district than this SD card; use that district's image",
            )
        return Ed25519PublicKey.from_public_bytes(signer)

    if len(text) > MAX_TEXT:
        raise altered
    try:
        data = base45.decode(text.strip().removeprefix(PREFIX))
        body = open_envelope(data, domain=DOMAIN, signer_size=KEY_SIZE, find_key=find_key)
        return unpack_msgpack(body, Ticket), data[:KEY_SIZE]
    except (ValueError, ContractError) as error:
        raise altered from error


def open_secrets(ticket: Ticket, pin: str | None) -> Secrets:
    """Decrypt the ticket's secrets.

    Raises:
        TicketError: WRONG_PIN or ALTERED.
    """
    try:
        plain = ticket.secrets
        if ticket.sealed:
            plain = pin_cipher(ticket.ticket_id, pin or "").decrypt(_NONCE, plain, None)
        return unpack_msgpack(plain, Secrets)
    except InvalidTag:
        raise TicketError(
            TicketRefusal.WRONG_PIN, "the PIN does not belong to this ticket"
        ) from None
    except ContractError as error:
        raise TicketError(
            TicketRefusal.ALTERED, "the ticket holds no token; make a new one"
        ) from error


def seal(secrets: Secrets, ticket_id: bytes, pin: str) -> bytes:
    """Return `Ticket.secrets`, encrypted under a PIN. Call it once only for a `ticket_id`."""
    return pin_cipher(ticket_id, pin).encrypt(_NONCE, msgspec.msgpack.encode(secrets), None)


def pin_cipher(ticket_id: bytes, pin: str) -> ChaCha20Poly1305:
    """Return the cipher of a PIN. It takes 32 MB of memory for some tens of milliseconds."""
    key = scrypt(
        pin.encode(), salt=SEAL_DOMAIN + ticket_id, n=2**15, r=8, p=1, maxmem=2**26, dklen=32
    )
    return ChaCha20Poly1305(key)
