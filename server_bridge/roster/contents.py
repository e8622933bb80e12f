"""What a roster says, in plain, and whether changes to an older one pay: pure values."""

import hashlib
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from gate_contract.roster import CARD_ID_SIZE, ENTRY_SIZE, EntryAction

REBASE = 4
"""Changes that are larger than a fourth of their base are not sent: a new full roster is."""


class Contents(Struct, frozen=True, kw_only=True):
    """`levels` by card_id, 0 for none; `revoked` in order; `card_keys` by key_id."""

    policy: dict[int, EntryAction] = {}
    levels: dict[str, int] = {}
    revoked: list[str] = []
    card_keys: dict[int, bytes] = {}

    @property
    def size(self) -> int:
        """Bytes that it takes in a roster, about."""
        return ENTRY_SIZE * len(self.levels) + CARD_ID_SIZE * len(self.revoked)


def contents(
    *,
    policy: Mapping[int, EntryAction] | None = None,
    levels: Mapping[str, int] | None = None,
    revoked: list[str] | None = None,
    card_keys: Mapping[int, bytes] | None = None,
) -> Contents:
    """The same for the same, whatever the order."""
    return Contents(
        policy=dict(sorted((policy or {}).items())),
        levels=dict(sorted((levels or {}).items())),
        revoked=sorted(revoked or []),
        card_keys=dict(sorted((card_keys or {}).items())),
    )


def changes(base: Contents, wanted: Contents) -> Contents | None:
    """What makes `wanted` of `base`; None where a new full roster pays.

    A card that is no longer at the school has level 0. One that is no longer revoked, since it has
    expired or its holder is back, takes a new full roster: changes can only add.
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
    return None if changed.size * REBASE > base.size else changed


def digest(said: Contents) -> str:
    """64 hex digits, the same for the same contents."""
    return hashlib.sha256(pack(said)).hexdigest()


def pack(said: Contents) -> bytes:
    """As it is kept in the database."""
    return msgspec.msgpack.encode(said)


def unpack(data: bytes) -> Contents:
    """The inverse of `pack`."""
    return msgspec.msgpack.decode(data, type=Contents)
