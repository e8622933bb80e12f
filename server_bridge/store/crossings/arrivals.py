"""Entries by time of day, kept in the same transaction as the crossings they count."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from server_bridge.store.crossings.counting import SLOT_MS, SlotKey
from server_bridge.store.database import upsert
from server_bridge.store.schema.crossings import arrivals

_KEPT = arrivals.select().where(arrivals.c.entered != 0)
_OF_DAY = _KEPT.where(
    (arrivals.c.unit_id == sa.bindparam("of")) & (arrivals.c.day == sa.bindparam("on"))
)

Lines = Mapping[str, tuple[str, ...]]
"""For each unit, itself and all units above it: where its counts add up."""


@dataclass(frozen=True, slots=True)
class DayArrivals:
    """One unit's entries of one day. `slots` are (minutes after local midnight, entries), five
    minutes each, in order; those in which nobody came are left out."""

    day: date
    slots: tuple[tuple[int, int], ...] = ()

    @property
    def entered(self) -> int:
        """The whole day's."""
        return sum(number for _, number in self.slots)

    def before(self, minutes: int) -> int:
        """The entries until that many minutes after local midnight, a multiple of five."""
        return sum(number for minute, number in self.slots if minute < minutes)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A unit's day beside the day before and the same weekday of the week before."""

    today: DayArrivals
    yesterday: DayArrivals
    week_ago: DayArrivals


def add_arrivals(connection: sa.Connection, added: Mapping[SlotKey, int], lines: Lines) -> None:
    """Add entries, at their schools and above."""
    upsert(
        connection,
        arrivals,
        [
            {"day": day, "unit_id": unit_id, "slot": slot, "entered": number}
            for (unit_id, day, slot), number in with_above(added, lines).items()
            if number
        ],
        add=True,
    )


def with_above(added: Mapping[SlotKey, int], lines: Lines) -> Counter[SlotKey]:
    """Entries of schools, summed up at all units above them."""
    sums: Counter[SlotKey] = Counter()
    for (unit_id, day, slot), number in added.items():
        for above in lines[unit_id]:
            sums[above, day, slot] += number
    return sums


def arrivals_of(connection: sa.Connection, unit_id: str, day: date) -> dict[SlotKey, int]:
    """What is kept of one unit's day."""
    return _as_slots(connection.execute(_OF_DAY, {"of": unit_id, "on": day}))


def all_arrivals(connection: sa.Connection) -> dict[SlotKey, int]:
    """What is kept of all days."""
    return _as_slots(connection.execute(_KEPT))


def comparisons(connection: sa.Connection, day: date, zone: ZoneInfo) -> dict[str, Comparison]:
    """Every unit's `day` beside the two that it is compared with; units without any are absent."""
    days = (day, day - timedelta(days=1), day - timedelta(days=7))
    midnights = {one: _midnight_slot(one, zone) for one in days}
    found: dict[str, dict[date, list[tuple[int, int]]]] = {}
    query = sa.select(arrivals.c.unit_id, arrivals.c.day, arrivals.c.slot, arrivals.c.entered)
    ordered = query.where(arrivals.c.day.in_(days)).order_by(arrivals.c.slot)
    for unit_id, of, slot, entered in connection.execute(ordered):
        if entered:
            minutes = (slot - midnights[of]) * SLOT_MS // 60_000
            found.setdefault(unit_id, {}).setdefault(of, []).append((minutes, entered))
    return {
        unit_id: Comparison(*(DayArrivals(one, tuple(by_day.get(one, ()))) for one in days))
        for unit_id, by_day in found.items()
    }


def _as_slots(rows: Iterable[sa.Row[Any]]) -> dict[SlotKey, int]:
    return {(row.unit_id, row.day, row.slot): row.entered for row in rows}


def _midnight_slot(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp() * 1_000) // SLOT_MS
