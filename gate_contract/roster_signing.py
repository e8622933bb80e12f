"""Encrypt and sign rosters. Only the district does this: no gate holds the orders key."""

import zlib
from collections.abc import Iterable, Mapping

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate_contract.envelope_signing import seal_envelope
from gate_contract.errors import ContractError
from gate_contract.roster import (
    DOMAIN,
    MAX_DOCUMENT_BYTES,
    MAX_PAYLOAD_BYTES,
    NONCE,
    Roster,
    entry_cipher,
    lookup_key,
)


def seal(levels: Mapping[bytes, int], salt: bytes) -> bytes:
    """Return `Roster.people`: an encrypted entry for each card; level 0 is none.

    `levels` maps the 64 bytes of a card's signature to a level. `salt` is for one document only: 16
    random bytes.
    """
    entries = [
        lookup_key(signature, salt)
        + entry_cipher(signature, salt).encrypt(NONCE, bytes([level]), None)
        for signature, level in levels.items()
    ]
    return b"".join(sorted(entries))


def withdrawn(card_ids: Iterable[str]) -> bytes:
    """Return `Roster.revoked` of these cards."""
    return b"".join(sorted(bytes.fromhex(card_id) for card_id in card_ids))


def sign(roster: Roster, key_id: int, key: Ed25519PrivateKey) -> bytes:
    """Return the payload to publish.

    Raises:
        ContractError: `oversized`, if gates would refuse it.
    """
    document = msgspec.json.encode(roster)
    body = zlib.compress(document, 6)
    payload = seal_envelope(bytes([key_id]), body, key, domain=DOMAIN)
    if len(payload) > MAX_PAYLOAD_BYTES or len(document) > MAX_DOCUMENT_BYTES:
        raise ContractError(
            "oversized",
            f"a roster of {len(payload)} bytes; gates accept {MAX_PAYLOAD_BYTES}. Let cards "
            "that are long withdrawn expire, or retire their key",
        )
    return payload
