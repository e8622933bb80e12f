"""One card at two gates within an impossible time: a card that is shared, or copied. Pure.

A printed code can be copied and no gate can tell; two gates together can.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from server_bridge.store.sightings import Sighting

SCHOOLS_APART_MS = 5 * 60_000
"""Nobody gets from one school to another within this."""
GATES_APART_MS = 30_000
"""Nobody enters twice, at two gates of one school, within this."""
MOST_SIGHTINGS = 200_000
"""More than a district of 36,000 people has on a day, about 50 MB. The oldest are forgotten."""


@dataclass(frozen=True, slots=True)
class Clash:
    """Two sightings of a card that cannot both be of one person."""

    earlier: Sighting
    later: Sighting


@dataclass
class Sightings:
    """What was seen lately, of all gates. Crossings may come in any order."""

    most: int = MOST_SIGHTINGS
    _of_card: dict[str, list[Sighting]] = field(default_factory=dict)
    _order: deque[Sighting] = field(default_factory=deque)

    def add(self, seen: Iterable[Sighting]) -> Iterator[Clash]:
        """Remember what is seen; the clashes with what was there before."""
        for one in seen:
            mine = self._of_card.setdefault(one.card_id, [])
            if one in mine:
                continue
            for other in mine:
                if clash(one, other):
                    yield Clash(*sorted((one, other), key=lambda it: it.at_ms))
            mine.append(one)
            self._order.append(one)
            if len(self._order) > self.most:
                self._forget(self._order.popleft())

    def _forget(self, old: Sighting) -> None:
        mine = self._of_card[old.card_id]
        mine.remove(old)
        if not mine:
            del self._of_card[old.card_id]


def clash(one: Sighting, other: Sighting) -> bool:
    """Whether nobody can have done both."""
    apart_ms = abs(one.at_ms - other.at_ms)
    if one.unit_id != other.unit_id:
        return apart_ms < SCHOOLS_APART_MS
    return (
        one.gate_id != other.gate_id
        and one.direction == other.direction
        and apart_ms < GATES_APART_MS
    )
