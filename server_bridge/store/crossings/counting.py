"""From crossings to counts, one school and day at a time. Pure: the same fold counts a message as
it arrives and recounts a day from scratch.

Several gates of a school deliver in any order, so what a card did last is decided by the time
filed, then by ledger and seq, never by arrival.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from gate_contract.card import CardKind
from gate_contract.crossing import Direction


@dataclass(frozen=True, slots=True, order=True)
class FiledPosition:
    """When and where a crossing was filed; later ones are greater."""

    at_ms: int
    ledger: int
    seq: int


@dataclass(frozen=True, slots=True)
class Presence:
    """A card's last crossing of one day at one school, and when it first came in (UTC in ms; None:
    it was only seen leaving)."""

    kind: CardKind
    inside: bool
    last: FiledPosition
    first_in_ms: int | None


@dataclass(frozen=True, slots=True)
class Passage:
    """One crossing, as it counts."""

    unit_id: str
    day: date
    card_id: str
    kind: CardKind
    direction: Direction
    moment: FiledPosition


@dataclass(slots=True)
class Delta:
    """What is to be added to the counts of one unit, day and kind."""

    entered: int = 0
    left: int = 0
    inside: int = 0
    people: int = 0


PresenceKey = tuple[str, date, str]
"""unit_id, day, card_id."""
CountKey = tuple[str, date, CardKind]
"""unit_id, day, kind."""
SlotKey = tuple[str, date, int]
"""unit_id, day, and which five minutes since 1970 (UTC)."""
SLOT_MS = 300_000


def fold(
    known: Mapping[PresenceKey, Presence], passages: Iterable[Passage]
) -> tuple[dict[PresenceKey, Presence], dict[CountKey, Delta]]:
    """The presences that `passages` change, and what they add to the counts.

    `known` are the presences before, of at least the cards in `passages`.
    """
    changed: dict[PresenceKey, Presence] = {}
    deltas: defaultdict[CountKey, Delta] = defaultdict(Delta)
    for passage in passages:
        key = (passage.unit_id, passage.day, passage.card_id)
        before = changed.get(key) or known.get(key)
        delta = deltas[passage.unit_id, passage.day, passage.kind]
        is_in = passage.direction is Direction.IN
        delta.entered += is_in
        delta.left += not is_in
        if before is None:
            delta.people += 1
            delta.inside += is_in
        elif passage.moment > before.last:
            delta.inside += is_in - before.inside
        after = _after(before, passage)
        if after != before:
            changed[key] = after
    return changed, dict(deltas)


def _after(before: Presence | None, passage: Passage) -> Presence:
    is_in = passage.direction is Direction.IN
    came = passage.moment.at_ms if is_in else None
    if before is None:
        return Presence(passage.kind, is_in, passage.moment, came)
    known = before.first_in_ms
    first = came if known is None else known if came is None else min(known, came)
    if passage.moment > before.last:
        return Presence(passage.kind, is_in, passage.moment, first)
    return replace(before, first_in_ms=first)


def by_slot(passages: Iterable[Passage]) -> Counter[SlotKey]:
    """The entries among `passages`, by the time they are filed under."""
    return Counter(
        (passage.unit_id, passage.day, passage.moment.at_ms // SLOT_MS)
        for passage in passages
        if passage.direction is Direction.IN
    )
