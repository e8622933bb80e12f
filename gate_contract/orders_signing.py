"""Sign orders. Only the district does this: no gate holds the orders key."""

import zlib

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate_contract.envelope_signing import seal_envelope
from gate_contract.orders import DOMAIN, Orders


def sign(orders: Orders, key_id: int, key: Ed25519PrivateKey) -> bytes:
    """Return the payload to publish."""
    body = zlib.compress(msgspec.json.encode(orders), 9)
    return seal_envelope(bytes([key_id]), body, key, domain=DOMAIN)
