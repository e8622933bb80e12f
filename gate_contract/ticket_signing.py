"""Sign tickets. Only the district does this: no gate holds the orders key."""

import secrets as randomness

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate_contract import base45
from gate_contract.envelope_signing import seal_envelope
from gate_contract.ticket import DOMAIN, PIN_ALPHABET, PIN_LENGTH, PIN_PREFIX, PREFIX, Ticket


def sign(ticket: Ticket, key: Ed25519PrivateKey) -> str:
    """Return the text of a ticket, for a code or a file."""
    public = key.public_key().public_bytes_raw()
    envelope = seal_envelope(public, msgspec.msgpack.encode(ticket), key, domain=DOMAIN)
    return PREFIX.decode() + base45.encode(envelope)


def new_pin() -> str:
    """Return a random PIN."""
    return "".join(randomness.choice(PIN_ALPHABET) for _ in range(PIN_LENGTH))


def pin_text(pin: str) -> str:
    """Return the text of a code with the PIN."""
    return PIN_PREFIX.decode() + pin
