r"""What a gate knows of cards beyond their signature: who is restricted, and which are withdrawn.

A payload is `key_id u8 | Ed25519 signature 64 | zlib(JSON of a Roster)`. The signature, by the
district's orders key, is over `DOMAIN` and the compressed bytes, so nothing is unpacked that the
district has not made. A roster is for one gate, or (`gate_id` null) for every gate of the district.

A full roster stands by itself; one with a `base` changes the full one of that version and takes
the place of earlier changes to it. Versions only grow, in one count for both.

Each card has an entry of 33 bytes: what it is looked up by (16 bytes), and its person's level
sealed (1 byte and ChaCha20-Poly1305's 16). Both keys are HMAC-SHA256 by the 64 bytes of the card's
signature, which is on the card and nowhere else at a gate: whoever steals the roster learns nothing
of a card that is not in hand. Each document has a salt of its own and seals a card once, so the
nonce is zero. Signing and sealing are in `roster_signing`, which no gate imports.
"""

import hmac
import zlib
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from msgspec import Meta, Struct

from gate_contract import base45
from gate_contract.card import PREFIX, SIGNATURE_SIZE
from gate_contract.crossing import GateId
from gate_contract.errors import ContractError

DOMAIN = b"schoolgate roster v1\n"
LOOKUP_DOMAIN = b"schoolgate roster lookup v1\n"
SEAL_DOMAIN = b"schoolgate roster seal v1\n"
MAX_PAYLOAD_BYTES = 3 * 2**20
"""Room for 390,000 withdrawn cards, or 95,000 people at one gate."""
MAX_DOCUMENT_BYTES = 5 * 2**20
"""Unpacked: the JSON."""
SALT_SIZE = 16
LOOKUP_SIZE = 16
ENTRY_SIZE = LOOKUP_SIZE + 1 + 16
CARD_ID_SIZE = 8
NONCE = bytes(12)
_HEADER_SIZE = 1 + SIGNATURE_SIZE

Version = Annotated[int, Meta(ge=1, le=2**53 - 1)]
Level = Annotated[int, Meta(ge=1, le=4)]
KeyId = Annotated[int, Meta(ge=0, le=255)]
PublicKey = Annotated[bytes, Meta(min_length=32, max_length=32)]


class EntryAction(StrEnum):
    """What a gate does with somebody of a level at the entry; a way out is never refused."""

    ADMIT = "admit"
    SIGNAL = "signal"
    """Admit, and show the level."""
    REFUSE = "refuse"


class Roster(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One document. `version` is when it was made, in ms UTC, or more: versions only grow.

    `people` holds entries in the order of their bytes; a card without one has no level. An entry of
    changes takes the place of the base's. `revoked` holds card_ids in the order of their bytes; one
    of changes adds to the base's. `policy` and `card_keys` are complete in both; a level that the
    policy lacks is admitted. `card_keys` are the Ed25519 keys that cards are verified with, by
    key_id, besides those that the gate was set up with.
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
            raise ValueError("changes are newer than their base")
        if len(self.people) % ENTRY_SIZE or len(self.revoked) % CARD_ID_SIZE:
            raise ValueError("an entry or a card_id is cut off")

    def level(self, card_signature: bytes) -> int | None:
        """The sealed level of a card, 0 for none; None if the card has no entry here."""
        at = _find(self.people, ENTRY_SIZE, lookup(card_signature, self.salt))
        if at is None:
            return None
        sealed = self.people[at + LOOKUP_SIZE : at + ENTRY_SIZE]
        try:
            return sealer(card_signature, self.salt).decrypt(NONCE, sealed, None)[0]
        except InvalidTag:
            return None

    def is_revoked(self, card_id: str) -> bool:
        return _find(self.revoked, CARD_ID_SIZE, bytes.fromhex(card_id)) is not None


@dataclass(frozen=True, slots=True)
class EffectiveRoster:
    """What a gate goes by: a full roster, and the latest changes to it."""

    full: Roster
    changes: Roster | None = None

    @property
    def version(self) -> int:
        return (self.changes or self.full).version

    def level(self, card_signature: bytes) -> int | None:
        """1-4; None if none is known."""
        found = self.changes.level(card_signature) if self.changes else None
        if found is None:
            found = self.full.level(card_signature)
        return found if found in (1, 2, 3, 4) else None

    def action(self, level: int) -> EntryAction:
        return (self.changes or self.full).policy.get(level, EntryAction.ADMIT)

    @property
    def card_keys(self) -> dict[int, bytes]:
        """The district's newer card keys, 32 bytes each, by key_id."""
        return (self.changes or self.full).card_keys

    def is_revoked(self, card_id: str) -> bool:
        changed = self.changes is not None and self.changes.is_revoked(card_id)
        return changed or self.full.is_revoked(card_id)


def verify(payload: bytes, keys: Mapping[int, Ed25519PublicKey]) -> Roster:
    """The roster in a payload, proven to be the district's. `keys` maps key_id to orders keys.

    Raises:
        ContractError: `oversized`, `unknown_key`, `bad_signature`, or `malformed` for what is cut
            off, or signed and still no roster.
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise ContractError("oversized", f"{len(payload)} bytes; the limit is {MAX_PAYLOAD_BYTES}")
    if len(payload) <= _HEADER_SIZE:
        raise ContractError("malformed", "too short for a roster")
    key_id, signature, packed = payload[0], payload[1:_HEADER_SIZE], payload[_HEADER_SIZE:]
    if key_id not in keys:
        raise ContractError(
            "unknown_key",
            f"signed with orders key {key_id}, which is not in [orders.keys] of gate.toml",
        )
    try:
        keys[key_id].verify(signature, DOMAIN + packed)
    except InvalidSignature:
        raise ContractError("bad_signature", "a roster that the district has not signed") from None
    try:
        return msgspec.json.decode(_unpack(packed), type=Roster)
    except (zlib.error, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ContractError("malformed", str(error)) from None


def take(book: EffectiveRoster | None, roster: Roster, gate_id: str) -> EffectiveRoster:
    """The book of gate `gate_id` after `roster`; the same book if it has that already.

    Raises:
        ContractError: `wrong_gate`, `old` (below what the gate holds) or `other_base` (changes to
            a roster that the gate does not hold; it may be on its way).
    """
    if roster.gate_id not in (gate_id, None):
        raise ContractError("wrong_gate", f"a roster for {roster.gate_id}")
    if roster.base is not None and (book is None or book.full.version != roster.base):
        raise ContractError("other_base", f"changes to the roster {roster.base}, which is not here")
    if book is None:
        return EffectiveRoster(roster)
    if roster.version in (book.version, book.full.version if roster.base is None else 0):
        return book
    if roster.version < book.version:
        raise ContractError("old", f"version {roster.version} is below {book.version}")
    return EffectiveRoster(roster) if roster.base is None else replace(book, changes=roster)


def card_signature(code: bytes) -> bytes:
    """The signature in the code of a genuine card (see `card.verify`)."""
    return base45.decode(code.removeprefix(PREFIX))[-SIGNATURE_SIZE:]


def lookup(card_signature: bytes, salt: bytes) -> bytes:
    """What a card's entry begins with."""
    return hmac.digest(card_signature, LOOKUP_DOMAIN + salt, "sha256")[:LOOKUP_SIZE]


def sealer(card_signature: bytes, salt: bytes) -> ChaCha20Poly1305:
    """Opens, and at the district seals, a card's entry."""
    return ChaCha20Poly1305(hmac.digest(card_signature, SEAL_DOMAIN + salt, "sha256"))


def _unpack(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    document = unpacker.decompress(packed, MAX_DOCUMENT_BYTES + 1)
    if len(document) > MAX_DOCUMENT_BYTES:
        raise ContractError("oversized", f"unpacks to more than {MAX_DOCUMENT_BYTES} bytes")
    if not unpacker.eof or unpacker.unused_data:
        raise ContractError("malformed", "the packed document is cut off, or something follows it")
    return document


def _find(rows: bytes, size: int, key: bytes) -> int | None:
    """Where the row of `size` bytes begins that begins with `key`. Rows are in order."""
    number = bisect_left(
        range(len(rows) // size), key, key=lambda i: rows[i * size : i * size + len(key)]
    )
    at = number * size
    return at if rows[at : at + len(key)] == key else None
