"""One card at two gates within an impossible time: a card that is shared, or copied. Pure.

A printed code can be copied and no gate can tell; two gates together can.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter

from server_bridge.store.crossings.sightings import Sighting

SCHOOLS_APART_MS = 5 * 60_000
"""Nobody gets from one school to another within this."""
GATES_APART_MS = 30_000
"""Nobody enters twice, at two gates of one school, within this."""
MOST_OF_A_CARD = 64
"""A card's latest sightings are remembered. A person has a handful on a day."""

_AT = attrgetter("at_ms")


@dataclass(frozen=True, slots=True)
class ImpossibleTravel:
    """Two sightings of a card that cannot both be of one person."""

    earlier: Sighting
    later: Sighting


@dataclass
class CardCrossings:
    """What was seen on one day, of all gates. Crossings may come in any order."""

    day: date
    _of_card: dict[str, list[Sighting]] = field(default_factory=dict)

    def add(self, seen: Iterable[Sighting]) -> Iterator[ImpossibleTravel]:
        """Remember what is seen; the clashes with what was there before."""
        for one in seen:
            mine = self._of_card.setdefault(one.card_id, [])
            begin = bisect_left(mine, one.at_ms - SCHOOLS_APART_MS, key=_AT)
            near = mine[begin : bisect_right(mine, one.at_ms + SCHOOLS_APART_MS, key=_AT)]
            if one in near:
                continue
            for other in near:
                if impossible_travel(one, other):
                    yield ImpossibleTravel(*sorted((one, other), key=_AT))
            insort(mine, one, key=_AT)
            del mine[:-MOST_OF_A_CARD]


def impossible_travel(one: Sighting, other: Sighting) -> bool:
    """Whether nobody can have done both."""
    apart_ms = abs(one.at_ms - other.at_ms)
    if one.unit_id != other.unit_id:
        return apart_ms < SCHOOLS_APART_MS
    return (
        one.gate_id != other.gate_id
        and one.direction == other.direction
        and apart_ms < GATES_APART_MS
    )
