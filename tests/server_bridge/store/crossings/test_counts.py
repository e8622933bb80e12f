"""Test the first entry of a card per day, which must not depend on the order of delivery."""

import sqlalchemy as sa

from server_bridge.store.database import Database
from server_bridge.store.schema.base import presence
from tests.builders.intake import assert_sound, take
from tests.builders.school import SECOND_GATE, Scribe
from tests.fakes.clock import MORNING_MS


def first_ways_in(database: Database) -> list[tuple[int, int | None]]:
    """Return for each card its number and the ms after 7:00."""
    columns = (presence.c.card_id, presence.c.first_in_ms)
    with database.read() as connection:
        rows = connection.execute(sa.select(*columns).order_by(presence.c.card_id))
        return [(int(card, 16), ms and ms - MORNING_MS) for card, ms in rows]


def test_the_earliest_counts_in_whatever_order(database: Database) -> None:
    late = Scribe(SECOND_GATE).enter(1, at=MORNING_MS + 900).leave(2, at=MORNING_MS + 900)
    late.leave(3, at=MORNING_MS + 900)
    take(database, [late.letter()])
    assert first_ways_in(database) == [(1, 900), (2, None), (3, None)]
    take(database, [Scribe().enter(1, 2, at=MORNING_MS + 100).letter()])
    assert first_ways_in(database) == [(1, 100), (2, 100), (3, None)]
    assert_sound(database)
