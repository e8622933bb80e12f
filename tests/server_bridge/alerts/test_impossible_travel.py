"""One card at two gates: what nobody can have done, in whatever order it becomes known."""

from datetime import date
from itertools import permutations

import pytest

from gate_contract.crossing import Direction
from server_bridge.alerts.impossible_travel import MOST_OF_A_CARD, CardCrossings
from server_bridge.store.crossings.sightings import Sighting
from tests.fakes.clock import MORNING_MS

DAY = date(2026, 9, 7)
IN, OUT = Direction.IN, Direction.OUT


def seen(
    seconds: int, gate: str = "a1", unit: str = "a", way: Direction = IN, card: str = "1"
) -> Sighting:
    return Sighting(card, MORNING_MS + seconds * 1_000, gate, unit, way)


@pytest.mark.parametrize(
    ("first", "second", "clashes"),
    [
        (seen(0), seen(299, "b1", "b"), True),
        (seen(0), seen(299, "b1", "b", OUT), True),
        (seen(0), seen(300, "b1", "b"), False),
        (seen(0), seen(29, "a2"), True),
        (seen(0), seen(30, "a2"), False),
        (seen(0), seen(5, "a2", way=OUT), False),  # in at one gate, and out again at the other
        (seen(0), seen(5), False),  # one gate tells repeats by itself
        (seen(0), seen(1, "b1", "b", card="2"), False),
    ],
)
def test_what_cannot_be(first: Sighting, second: Sighting, clashes: bool) -> None:
    for order in ((first, second), (second, first)):
        found = list(CardCrossings(DAY).add(order))
        assert len(found) == clashes
        if clashes:
            assert (found[0].earlier, found[0].later) == (first, second)


def test_the_order_of_delivery_changes_nothing() -> None:
    crossings = [seen(0), seen(100, "b1", "b"), seen(7_200), seen(7_210, "a2")]
    for order in permutations(crossings):
        sightings = CardCrossings(DAY)
        found = [clash for one in order for clash in sightings.add([one])]
        assert {(c.earlier.at_ms, c.later.at_ms) for c in found} == {
            (crossings[0].at_ms, crossings[1].at_ms),
            (crossings[2].at_ms, crossings[3].at_ms),
        }
        assert list(sightings.add(crossings)) == []  # known already


def test_the_oldest_of_a_card_are_forgotten() -> None:
    sightings = CardCrossings(DAY)
    for minute in range(100):
        assert list(sightings.add([seen(minute * 600)])) == []
    assert sum(map(len, sightings._of_card.values())) == MOST_OF_A_CARD
    assert list(sightings.add([seen(1, "b1", "b")])) == []
    assert len(list(sightings.add([seen(99 * 600 + 1, "b1", "b")]))) == 1
