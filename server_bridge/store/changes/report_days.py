"""Which school days are to be tallied for reports: marked with whatever changes them.

The mark is written last in the changing transaction, and `claim` locks it before a tally reads
anything: what is committed later marks the day again.
"""

from collections.abc import Iterable
from datetime import date, timedelta

import sqlalchemy as sa

from server_bridge.store.database import upsert
from server_bridge.store.schema.reports import report_days

SchoolDay = tuple[str, date]


def mark(connection: sa.Connection, school_days: Iterable[SchoolDay]) -> None:
    """Something was recorded of these days of these schools."""
    rows = [{"unit_id": unit_id, "day": day, "due": day} for unit_id, day in sorted(school_days)]
    upsert(connection, report_days, rows)


def mark_since(connection: sa.Connection, unit_ids: Iterable[str], day: date | None) -> None:
    """Something else holds at these schools from `day` on, or of all their days."""
    here = report_days.c.unit_id.in_(sorted(set(unit_ids)))
    since = sa.true() if day is None else report_days.c.day >= day
    connection.execute(report_days.update().where(here & since).values(due=report_days.c.day))


def due_days(connection: sa.Connection, today: date, most: int | None = None) -> list[SchoolDay]:
    """The days to tally, the newest first."""
    query = (
        sa.select(report_days.c.unit_id, report_days.c.day)
        .where(report_days.c.due <= today)
        .order_by(report_days.c.day.desc(), report_days.c.unit_id)
        .limit(most)
    )
    return [(unit_id, day) for unit_id, day in connection.execute(query)]


def waiting(
    connection: sa.Connection, unit_ids: Iterable[str], first: date, last: date, today: date
) -> int:
    """How many days of these schools, before today, will have other figures soon."""
    query = sa.select(sa.func.count()).where(
        report_days.c.due <= today,
        report_days.c.day.between(first, last),
        report_days.c.day < today,
        report_days.c.unit_id.in_(list(unit_ids)),
    )
    return int(connection.execute(query).scalar_one())


def claim(connection: sa.Connection, school_day: SchoolDay) -> None:
    """Keep others from marking this day until the end of the transaction."""
    unit_id, day = school_day
    here = (report_days.c.unit_id == unit_id) & (report_days.c.day == day)
    connection.execute(sa.select(report_days.c.due).where(here).with_for_update())


def settle(connection: sa.Connection, school_day: SchoolDay, now_ms: int, today: date) -> None:
    """The day has been tallied. One that is not over is due again when it is."""
    unit_id, day = school_day
    due = None if day < today else day + timedelta(days=1)
    row = {"unit_id": unit_id, "day": day, "due": due, "tallied_ms": now_ms}
    upsert(connection, report_days, [row])


def days_kept(connection: sa.Connection) -> dict[SchoolDay, date | None]:
    """All marked days, and when each is due."""
    return {(row.unit_id, row.day): row.due for row in connection.execute(report_days.select())}


def tallied_at(
    connection: sa.Connection, unit_ids: Iterable[str], first: date, last: date
) -> int | None:
    """When any of these days was last tallied (UTC in ms)."""
    found: int | None = connection.execute(
        sa.select(sa.func.max(report_days.c.tallied_ms)).where(
            report_days.c.unit_id.in_(list(unit_ids)), report_days.c.day.between(first, last)
        )
    ).scalar()
    return found
