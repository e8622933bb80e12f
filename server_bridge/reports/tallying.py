"""Keeps the tallies that reports are read from: whenever something of a day has changed, that day
of that school is tallied anew, and the difference added to its month and to the units above. The
staff's months are kept with it."""

import threading
from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog

from gate_contract.school_day import local_day
from server_bridge.reports.day import Enrolled, SchoolDay, staff_of_day, tally_day
from server_bridge.store.changes.report_days import claim, due_days, settle
from server_bridge.store.crossings.arrivals import Lines
from server_bridge.store.database import Database, StoreError
from server_bridge.store.figures import DayTally, difference
from server_bridge.store.people.card_days import card_days
from server_bridge.store.reports.school_tally import gates_on, passages_on, refusals_on, roster_on
from server_bridge.store.reports.staff_months import DaySets, keep_staff_day
from server_bridge.store.reports.tallies import add, stored_tally
from server_bridge.store.school.by_hand import by_hand_on
from server_bridge.store.school.school_hours import hours_of
from server_bridge.store.units.tree import ancestry

PERIOD_S = 60
"""How far reports lag behind what happens, about."""
AT_ONCE = 500
"""Days that are looked for at a time."""

log = structlog.get_logger()


def count_day(
    connection: sa.Connection, unit_id: str, day: date, zone: ZoneInfo, *, over: bool
) -> tuple[DayTally, dict[int, DaySets]]:
    """One school's day, counted from scratch: its figures, and who of the staff was there."""
    known = SchoolDay(
        [Enrolled(*row) for row in roster_on(connection, unit_id, day)],
        card_days(connection, unit_id, day),
        by_hand_on(connection, unit_id, day),
        passages_on(connection, unit_id, day),
        refusals_on(connection, unit_id, day),
        gates_on(connection, unit_id, day),
        over,
    )
    counted = tally_day(known, hours_of(connection, unit_id), zone)
    return counted, staff_of_day(known, counted, day)


def tally(
    connection: sa.Connection,
    school_day: tuple[str, date],
    lines: Lines,
    now_ms: int,
    zone: ZoneInfo,
) -> bool:
    """Bring one school's day up to date, in the caller's transaction. As often as one likes: the
    same records give the same figures. Returns whether any figure changed."""
    claim(connection, school_day)
    unit_id, day = school_day
    today = local_day(now_ms, zone)
    now, staff = count_day(connection, unit_id, day, zone, over=day < today)
    more = difference(now, stored_tally(connection, unit_id, day))
    add(connection, unit_id, day, more, lines[unit_id])
    keep_staff_day(connection, unit_id, day, staff)
    settle(connection, school_day, now_ms, today)
    return more != DayTally()


def tally_due(
    database: Database,
    now_ms: int,
    zone: ZoneInfo,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Tally every day that is due, the newest first, each in a transaction of its own. Returns how
    many there were. Raises StoreError."""
    done = 0
    while True:
        with database.read() as connection:
            due = due_days(connection, local_day(now_ms, zone), AT_ONCE)
            lines = ancestry(connection)
        for school_day in due:
            if stopping():
                return done
            with database.write() as connection:
                tally(connection, school_day, lines, now_ms, zone)
            done += 1
        if len(due) < AT_ONCE:
            return done


class TallyKeeper:
    """Goes round until it is told to stop; what fails is tried again."""

    def __init__(
        self,
        database: Database,
        zone: ZoneInfo,
        now_ms: Callable[[], int],
        stopping: threading.Event,
        period_s: float = PERIOD_S,
    ) -> None:
        self._database = database
        self._zone = zone
        self._now_ms = now_ms
        self._stopping = stopping
        self._period_s = period_s

    def run(self) -> None:
        """Returns after `stopping` is set."""
        while not self._stopping.is_set():
            problem = self._go_round()
            if isinstance(problem, StoreError):
                log.error("days not tallied, trying again", error=str(problem))
            elif problem:  # a fault of ours: crossings must be taken in nonetheless
                log.error("days not tallied", exc_info=problem)
            self._stopping.wait(self._period_s)

    def _go_round(self) -> Exception | None:
        try:
            tally_due(self._database, self._now_ms(), self._zone, self._stopping.is_set)
        except Exception as error:
            return error
        return None
