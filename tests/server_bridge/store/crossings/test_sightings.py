"""Test reading new crossings, and the memory that it takes."""

import tracemalloc

from gate_contract.school_day import local_day
from server_bridge.store.crossings.sightings import CrossingMarks
from server_bridge.store.database import Database
from server_bridge.store.schema.base import crossings, ledgers
from tests.builders.intake import take
from tests.builders.school import ZONE, Scribe
from tests.fakes.clock import MORNING_MS

MANY = 20_000
TODAY = local_day(MORNING_MS, ZONE)


def test_many_crossings_take_no_more_memory_than_few(database: Database) -> None:
    take(database, [Scribe().enter(1).letter()])
    marks = CrossingMarks()
    with database.read() as connection:
        assert len(list(marks.new(connection, TODAY))) == 1
    _go_on(database, MANY)
    with database.read() as connection:
        tracemalloc.start()
        seen = sum(1 for _ in marks.new(connection, TODAY))
        _, most_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert list(marks.new(connection, TODAY)) == []
    assert seen == MANY
    assert most_bytes < 100 * MANY, "all rows at once are some 300 bytes each"


def _go_on(database: Database, crossings_more: int) -> None:
    """Repeat one crossing, as if one gate had delivered all of them."""
    with database.write() as connection:
        first = connection.execute(crossings.select()).mappings().one()
        rows = [dict(first, seq=first["seq"] + more) for more in range(1, crossings_more + 1)]
        connection.execute(crossings.insert(), rows)
        connection.execute(ledgers.update().values(stored_through=rows[-1]["seq"]))
