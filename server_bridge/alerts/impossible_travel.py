"""Detect one card at two gates within an impossibly short time. Pure functions.

Such a card is shared or copied. A single gate cannot detect a copy of a printed code; two gates
together can.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter

from server_bridge.store.crossings.sightings import Sighting

MIN_BETWEEN_SCHOOLS_MS = 5 * 60_000
"""The minimum time that a person takes from one school to another."""
MIN_BETWEEN_GATES_MS = 30_000
"""The minimum time between two entries of a person at two gates of one school."""
MAX_SIGHTINGS_PER_CARD = 64
"""The number of latest sightings kept per card. A person has a handful per day."""

_AT = attrgetter("at_ms")


@dataclass(frozen=True, slots=True)
class ImpossibleTravel:
    """Two sightings of a card that cannot both be of one person."""

    earlier: Sighting
    later: Sighting


@dataclass
class CardCrossings:
    """The sightings of one day at all gates. Crossings may be added in any order."""

    day: date
    _of_card: dict[str, list[Sighting]] = field(default_factory=dict)

    def add(self, sightings: Iterable[Sighting]) -> Iterator[ImpossibleTravel]:
        """Add sightings; yield each pair of sightings that is impossible for one person."""
        for one in sightings:
            of_card = self._of_card.setdefault(one.card_id, [])
            begin = bisect_left(of_card, one.at_ms - MIN_BETWEEN_SCHOOLS_MS, key=_AT)
            near = of_card[
                begin : bisect_right(of_card, one.at_ms + MIN_BETWEEN_SCHOOLS_MS, key=_AT)
            ]
            if one in near:
                continue
            for other in near:
                if impossible_travel(one, other):
                    yield ImpossibleTravel(*sorted((one, other), key=_AT))
            insort(of_card, one, key=_AT)
            del of_card[:-MAX_SIGHTINGS_PER_CARD]


def impossible_travel(one: Sighting, other: Sighting) -> bool:
    """Return whether one person cannot have made both crossings."""
    apart_ms = abs(one.at_ms - other.at_ms)
    if one.unit_id != other.unit_id:
        return apart_ms < MIN_BETWEEN_SCHOOLS_MS
    return (
        one.gate_id != other.gate_id
        and one.direction == other.direction
        and apart_ms < MIN_BETWEEN_GATES_MS
    )
