r"""The roster: what a gate knows of cards beyond their signature - restricted and withdrawn ones.

A payload is a signed envelope (`gate_contract.envelope`) with a key_id and zlib(JSON of a Roster),
signed by the district's orders key. A roster is for one gate, or (`gate_id` null) for every gate of
the district.

A full roster is complete; one with a `base` changes the full one of that version and replaces
earlier changes to it. Versions only grow, in one sequence for both.

Each card has an entry of 33 bytes: its lookup key (16 bytes) and its person's level, encrypted (1
byte and ChaCha20-Poly1305's 16). Both keys are HMAC-SHA256 by the 64 bytes of the card's signature,
which is on the card and nowhere else at a gate: a stolen roster reveals nothing about a card that
is not in hand. Each document has its own salt and encrypts a card once, so the nonce is zero.
Rosters are encrypted and signed in `roster_signing`, which no gate imports.
"""

import hmac
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from msgspec import Meta, Struct

from gate_contract.crossing import GateId
from gate_contract.envelope import open_envelope, unpack_json
from gate_contract.errors import ContractError

DOMAIN = b"schoolgate roster v1\n"
LOOKUP_DOMAIN = b"schoolgate roster lookup v1\n"
SEAL_DOMAIN = b"schoolgate roster seal v1\n"
MAX_PAYLOAD_BYTES = 3 * 2**20
"""Room for 390,000 withdrawn cards, or 95,000 people at one gate."""
MAX_DOCUMENT_BYTES = 5 * 2**20
"""The unpacked JSON."""
SALT_SIZE = 16
LOOKUP_SIZE = 16
ENTRY_SIZE = LOOKUP_SIZE + 1 + 16
CARD_ID_SIZE = 8
NONCE = bytes(12)

Version = Annotated[int, Meta(ge=1, le=2**53 - 1)]
Level = Annotated[int, Meta(ge=1, le=4)]
KeyId = Annotated[int, Meta(ge=0, le=255)]
PublicKey = Annotated[bytes, Meta(min_length=32, max_length=32)]


class EntryAction(StrEnum):
    """What a gate does at the entry with a person of a level; exits are never refused."""

    ADMIT = "admit"
    SIGNAL = "signal"
    """Admit, and show the level."""
    REFUSE = "refuse"


class Roster(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One document. `version` is its creation time in ms UTC, or more: versions only grow.

    `people` holds entries in the order of their bytes; a card without one has no level. An entry of
    changes replaces the base's. `revoked` holds card_ids in the order of their bytes; one of
    changes adds to the base's. `policy` and `card_keys` are complete in both; a level that the
    policy lacks is admitted. `card_keys` are Ed25519 keys that verify cards, by key_id, besides
    those that the gate was set up with.
    """

    version: Version
    gate_id: GateId | None = None
    base: Version | None = None
    salt: Annotated[bytes, Meta(min_length=SALT_SIZE, max_length=SALT_SIZE)]
    policy: dict[Level, EntryAction] = {}
    people: bytes = b""
    revoked: bytes = b""
    card_keys: dict[KeyId, PublicKey] = {}

    def __post_init__(self) -> None:
        if self.base is not None and self.base >= self.version:
            raise ValueError("changes have to be newer than their base")
        if len(self.people) % ENTRY_SIZE or len(self.revoked) % CARD_ID_SIZE:
            raise ValueError("an entry or a card_id is cut off")

    def level(self, card_signature: bytes) -> int | None:
        """Return the level of a card, 0 for none; None if the card has no entry here."""
        at = _find(self.people, ENTRY_SIZE, lookup_key(card_signature, self.salt))
        if at is None:
            return None
        sealed = self.people[at + LOOKUP_SIZE : at + ENTRY_SIZE]
        try:
            return entry_cipher(card_signature, self.salt).decrypt(NONCE, sealed, None)[0]
        except InvalidTag:
            return None

    def is_revoked(self, card_id: str) -> bool:
        """Return whether a card is revoked."""
        return _find(self.revoked, CARD_ID_SIZE, bytes.fromhex(card_id)) is not None


@dataclass(frozen=True, slots=True)
class EffectiveRoster:
    """The roster in use: a full roster, and the latest changes to it."""

    full: Roster
    changes: Roster | None = None

    @property
    def version(self) -> int:
        """The version of the newest part."""
        return (self.changes or self.full).version

    def level(self, card_signature: bytes) -> int | None:
        """Return the level of a card, 1-4; None if none is known."""
        found = self.changes.level(card_signature) if self.changes else None
        if found is None:
            found = self.full.level(card_signature)
        return found if found in (1, 2, 3, 4) else None

    def action(self, level: int) -> EntryAction:
        """Return what to do at the entry with a person of `level`."""
        return (self.changes or self.full).policy.get(level, EntryAction.ADMIT)

    @property
    def card_keys(self) -> dict[int, bytes]:
        """The district's newer card keys, 32 bytes each, by key_id."""
        return (self.changes or self.full).card_keys

    def is_revoked(self, card_id: str) -> bool:
        """Return whether a card is revoked."""
        changed = self.changes is not None and self.changes.is_revoked(card_id)
        return changed or self.full.is_revoked(card_id)


def verify(payload: bytes, keys: Mapping[int, Ed25519PublicKey]) -> Roster:
    """Return the roster in a payload after verifying that the district made it.

    `keys` maps key_id to the orders keys.

    Raises:
        ContractError: `oversized`, `unknown_key`, `bad_signature`, or `malformed`.
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise ContractError("oversized", f"{len(payload)} bytes; the limit is {MAX_PAYLOAD_BYTES}")

    def find_key(signer: bytes) -> Ed25519PublicKey:
        if signer[0] not in keys:
            raise ContractError(
                "unknown_key",
                f"signed with orders key {signer[0]}, which is not in [orders.keys] of gate.toml",
            )
        return keys[signer[0]]

    body = open_envelope(payload, domain=DOMAIN, signer_size=1, find_key=find_key)
    return unpack_json(body, Roster, max_bytes=MAX_DOCUMENT_BYTES)


def apply_roster(current: EffectiveRoster | None, roster: Roster, gate_id: str) -> EffectiveRoster:
    """Return the effective roster of gate `gate_id` after `roster`.

    The same object is returned if `roster` is in use already.

    Raises:
        ContractError: `wrong_gate`, `old` (below the version in use) or `other_base` (changes to a
            roster that the gate does not hold; it may still arrive).
    """
    if roster.gate_id not in (gate_id, None):
        raise ContractError("wrong_gate", f"a roster for {roster.gate_id}")
    if roster.base is not None and (current is None or current.full.version != roster.base):
        raise ContractError("other_base", f"changes to roster {roster.base}, which this gate lacks")
    if current is None:
        return EffectiveRoster(roster)
    if roster.version in (current.version, current.full.version if roster.base is None else 0):
        return current
    if roster.version < current.version:
        raise ContractError("old", f"version {roster.version} is below {current.version}")
    return EffectiveRoster(roster) if roster.base is None else replace(current, changes=roster)


def lookup_key(card_signature: bytes, salt: bytes) -> bytes:
    """Return the first bytes of a card's entry."""
    return hmac.digest(card_signature, LOOKUP_DOMAIN + salt, "sha256")[:LOOKUP_SIZE]


def entry_cipher(card_signature: bytes, salt: bytes) -> ChaCha20Poly1305:
    """Return the cipher of a card's entry."""
    return ChaCha20Poly1305(hmac.digest(card_signature, SEAL_DOMAIN + salt, "sha256"))


def _find(rows: bytes, size: int, key: bytes) -> int | None:
    """Return the offset of the row that begins with `key`, None if there is none.

    All rows have `size` bytes and are sorted.
    """
    number = bisect_left(
        range(len(rows) // size), key, key=lambda i: rows[i * size : i * size + len(key)]
    )
    at = number * size
    return at if rows[at : at + len(key)] == key else None
