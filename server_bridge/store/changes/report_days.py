"""Mark school days whose report tallies are outdated.

The mark is the last write of the changing transaction, and `lock_day` locks it before a tally reads
anything: a change that is committed later marks the day again.
"""

from collections.abc import Iterable
from datetime import date, timedelta

import sqlalchemy as sa

from server_bridge.store.database import upsert
from server_bridge.store.schema.reports import report_days

SchoolDay = tuple[str, date]


def mark_days(connection: sa.Connection, school_days: Iterable[SchoolDay]) -> None:
    """Mark school days for which something was recorded."""
    rows = [{"unit_id": unit_id, "day": day, "due": day} for unit_id, day in sorted(school_days)]
    upsert(connection, report_days, rows)


def mark_days_since(connection: sa.Connection, unit_ids: Iterable[str], day: date | None) -> None:
    """Mark the days of schools from `day` on, or all their days, after a change of other data."""
    here = report_days.c.unit_id.in_(sorted(set(unit_ids)))
    since = sa.true() if day is None else report_days.c.day >= day
    connection.execute(report_days.update().where(here & since).values(due=report_days.c.day))


def due_days(connection: sa.Connection, today: date, most: int | None = None) -> list[SchoolDay]:
    """Return the days to tally, the newest first."""
    query = (
        sa.select(report_days.c.unit_id, report_days.c.day)
        .where(report_days.c.due <= today)
        .order_by(report_days.c.day.desc(), report_days.c.unit_id)
        .limit(most)
    )
    return [(unit_id, day) for unit_id, day in connection.execute(query)]


def count_untallied_days(
    connection: sa.Connection, unit_ids: Iterable[str], first: date, last: date, today: date
) -> int:
    """Return how many days of these schools, before today, are still to be tallied."""
    query = sa.select(sa.func.count()).where(
        report_days.c.due <= today,
        report_days.c.day.between(first, last),
        report_days.c.day < today,
        report_days.c.unit_id.in_(list(unit_ids)),
    )
    return int(connection.execute(query).scalar_one())


def lock_day(connection: sa.Connection, school_day: SchoolDay) -> None:
    """Lock a day's mark until the end of the transaction."""
    unit_id, day = school_day
    here = (report_days.c.unit_id == unit_id) & (report_days.c.day == day)
    connection.execute(sa.select(report_days.c.due).where(here).with_for_update())


def mark_tallied(
    connection: sa.Connection, school_day: SchoolDay, now_ms: int, today: date
) -> None:
    """Note that a day was tallied; a day that is not over becomes due again on the next day."""
    unit_id, day = school_day
    due = None if day < today else day + timedelta(days=1)
    row = {"unit_id": unit_id, "day": day, "due": due, "tallied_ms": now_ms}
    upsert(connection, report_days, [row])


def all_marked_days(connection: sa.Connection) -> dict[SchoolDay, date | None]:
    """Return all marked days and when each is due."""
    return {(row.unit_id, row.day): row.due for row in connection.execute(report_days.select())}


def tallied_at(
    connection: sa.Connection, unit_ids: Iterable[str], first: date, last: date
) -> int | None:
    """Return when any of these days was last tallied (UTC in ms), or None."""
    found: int | None = connection.execute(
        sa.select(sa.func.max(report_days.c.tallied_ms)).where(
            report_days.c.unit_id.in_(list(unit_ids)), report_days.c.day.between(first, last)
        )
    ).scalar()
    return found
