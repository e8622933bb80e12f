"""Making rosters. Only the district runs this: it needs the orders key, which no gate holds."""

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
    """`Roster.people`: the entry of each card, by the 64 bytes of its signature; level 0 is none.

    `salt` is for one document only: 16 random bytes.
    """
    entries = [
        lookup_key(signature, salt)
        + entry_cipher(signature, salt).encrypt(NONCE, bytes([level]), None)
        for signature, level in levels.items()
    ]
    return b"".join(sorted(entries))


def withdrawn(card_ids: Iterable[str]) -> bytes:
    """`Roster.revoked` of these cards."""
    return b"".join(sorted(bytes.fromhex(card_id) for card_id in card_ids))


def sign(roster: Roster, key_id: int, key: Ed25519PrivateKey) -> bytes:
    """The payload to publish. Raises ContractError (`oversized`) if no gate would take it."""
    document = msgspec.json.encode(roster)
    body = zlib.compress(document, 6)
    payload = seal_envelope(bytes([key_id]), body, key, domain=DOMAIN)
    if len(payload) > MAX_PAYLOAD_BYTES or len(document) > MAX_DOCUMENT_BYTES:
        raise ContractError(
            "oversized",
            f"a roster of {len(payload)} bytes; gates take {MAX_PAYLOAD_BYTES}. Let cards that are "
            "long withdrawn expire, or retire their key",
        )
    return payload
