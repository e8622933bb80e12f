"""How many people of each school live in areas of which level: counts only, never who."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa

from server_bridge.store.areas.levels import levels_at, next_change
from server_bridge.store.changes.revisions import roster_revision_number
from server_bridge.store.people.people import on_day
from server_bridge.store.schema.people import stays


class LevelCounts:
    """Counts only when people, areas or notices have changed, or a notice takes effect. For one
    thread."""

    def __init__(self) -> None:
        self._known: tuple[int, date] | None = None
        self._until_ms: int | None = None
        self._found: Mapping[str, Mapping[int, int]] = {}

    def at(
        self, connection: sa.Connection, now_ms: int, day: date
    ) -> Mapping[str, Mapping[int, int]]:
        """For each school, its people on `day` by the level of where they live at `now_ms`."""
        known = (roster_revision_number(connection), day)
        if known != self._known or (self._until_ms is not None and now_ms >= self._until_ms):
            self._found = _count(connection, now_ms, day)
            self._known, self._until_ms = known, next_change(connection, now_ms)
        return self._found


def _count(connection: sa.Connection, now_ms: int, day: date) -> dict[str, Counter[int]]:
    levels = levels_at(connection, now_ms)
    found: dict[str, Counter[int]] = {}
    if not levels:
        return found
    rows = connection.execute(
        sa.select(stays.c.unit_id, stays.c.area_id, sa.func.count())
        .where(*on_day(day), stays.c.area_id.is_not(None))
        .group_by(stays.c.unit_id, stays.c.area_id)
    )
    for unit_id, area_id, people in rows:
        if area_id in levels:
            found.setdefault(unit_id, Counter())[levels[area_id]] += people
    return found
