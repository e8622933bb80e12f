"""Define the contents of a roster, and compute changes against an older one. Pure values."""

import hashlib
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from gate_contract.roster import CARD_ID_SIZE, ENTRY_SIZE, EntryAction

MAX_CHANGES_FRACTION = 4
"""Changes larger than a fourth of their base are not sent; a new full roster is sent instead."""


class Contents(Struct, frozen=True, kw_only=True):
    """What a roster contains: card levels (0 for none), sorted revoked cards, keys by key_id."""

    policy: dict[int, EntryAction] = {}
    levels: dict[str, int] = {}
    revoked: list[str] = []
    card_keys: dict[int, bytes] = {}

    @property
    def size(self) -> int:
        """Return the approximate number of bytes in a roster."""
        return ENTRY_SIZE * len(self.levels) + CARD_ID_SIZE * len(self.revoked)


def contents(
    *,
    policy: Mapping[int, EntryAction] | None = None,
    levels: Mapping[str, int] | None = None,
    revoked: list[str] | None = None,
    card_keys: Mapping[int, bytes] | None = None,
) -> Contents:
    """Return contents in a canonical order, so that equal contents have equal digests."""
    return Contents(
        policy=dict(sorted((policy or {}).items())),
        levels=dict(sorted((levels or {}).items())),
        revoked=sorted(revoked or []),
        card_keys=dict(sorted((card_keys or {}).items())),
    )


def changes(base: Contents, wanted: Contents) -> Contents | None:
    """Return the changes from `base` to `wanted`, or None if a new full roster is better.

    A card that is no longer at the school gets level 0. A card that is no longer revoked, because
    it has expired or its holder has returned, requires a full roster: changes can only add
    revocations.
    """
    if not set(base.revoked) <= set(wanted.revoked):
        return None
    known, withdrawn = base.levels, set(base.revoked)
    levels = {card: level for card, level in wanted.levels.items() if known.get(card) != level}
    levels |= dict.fromkeys(known.keys() - wanted.levels.keys(), 0)
    revoked = [card for card in wanted.revoked if card not in withdrawn]
    changed = contents(
        policy=wanted.policy, levels=levels, revoked=revoked, card_keys=wanted.card_keys
    )
    return None if changed.size * MAX_CHANGES_FRACTION > base.size else changed


def digest(value: Contents) -> str:
    """Return the SHA-256 of the packed contents, as 64 hex digits."""
    return hashlib.sha256(pack(value)).hexdigest()


def pack(value: Contents) -> bytes:
    """Return the contents as they are stored in the database."""
    return msgspec.msgpack.encode(value)


def unpack(data: bytes) -> Contents:
    """Return the contents that `pack` has encoded."""
    return msgspec.msgpack.decode(data, type=Contents)
