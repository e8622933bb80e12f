"""Making tickets. Only the district runs this: it needs the orders key, which no gate holds."""

import secrets as randomness

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate_contract import base45
from gate_contract.envelope_signing import seal_envelope
from gate_contract.ticket import DOMAIN, PIN_ALPHABET, PIN_LENGTH, PIN_PREFIX, PREFIX, Ticket


def sign(ticket: Ticket, key: Ed25519PrivateKey) -> str:
    """The text of a ticket, for a code or a file."""
    public = key.public_key().public_bytes_raw()
    envelope = seal_envelope(public, msgspec.msgpack.encode(ticket), key, domain=DOMAIN)
    return PREFIX.decode() + base45.encode(envelope)


def new_pin() -> str:
    """A PIN by chance."""
    return "".join(randomness.choice(PIN_ALPHABET) for _ in range(PIN_LENGTH))


def pin_text(pin: str) -> str:
    """What a code with the PIN says."""
    return PIN_PREFIX.decode() + pin
