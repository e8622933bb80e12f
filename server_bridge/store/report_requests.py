"""Reports that are asked for by a deadline, and what schools confirmed: rows, added only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from server_bridge.store.report_schema import report_events, report_requests
from server_bridge.store.units import SCHOOL, find_unit


@dataclass(frozen=True, slots=True)
class Request:
    """`unit_id` asks all schools below it to confirm their figures of a period. Times: UTC
    in ms."""

    request: int
    unit_id: str
    title: str
    period: str
    first_day: date
    deadline_ms: int
    opened_ms: int
    opened_by: str


@dataclass(frozen=True, slots=True)
class Happening:
    """A line of a request's log. `figures`: those that were confirmed, by kind and name."""

    event: int
    unit_id: str
    what: str
    at_ms: int
    by: str
    reason: str
    deadline_ms: int | None
    figures: Mapping[str, Mapping[str, int]] | None


def open_request(
    connection: sa.Connection,
    unit_id: str,
    title: str,
    period: str,
    first_day: date,
    deadline_ms: int,
    by: str,
    now_ms: int,
) -> int:
    """A new request's number. Raises SchoolgateError: no unit above schools, or it is too late."""
    unit = find_unit(connection, unit_id)
    if unit is None or unit.level == SCHOOL:
        raise SchoolgateError(f"{unit_id} is no unit above schools; see: gate-bridge unit list")
    if deadline_ms <= now_ms:
        raise SchoolgateError(
            "hạn phải còn ở phía trước / the deadline is over already; give one still to come"
        )
    number: int = connection.execute(
        report_requests.insert()
        .values(
            unit_id=unit_id,
            title=title,
            period=period,
            first_day=first_day,
            deadline_ms=deadline_ms,
            opened_ms=now_ms,
            opened_by=by,
        )
        .returning(report_requests.c.request)
    ).scalar_one()
    return number


def find_request(connection: sa.Connection, number: int, *, lock: bool = False) -> Request:
    """Raises SchoolgateError if there is none. `lock`: nobody else writes to it meanwhile."""
    query = report_requests.select().where(report_requests.c.request == number)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise SchoolgateError(f"there is no request {number}; see: gate-bridge report requests")
    return Request(**row._mapping)


def all_requests(connection: sa.Connection) -> list[Request]:
    """The newest first."""
    rows = connection.execute(report_requests.select().order_by(report_requests.c.request.desc()))
    return [Request(**row._mapping) for row in rows]


def happenings(
    connection: sa.Connection, number: int, unit_id: str | None = None
) -> list[Happening]:
    """What happened (at one school), in order."""
    columns = (report_events.c[name] for name in Happening.__slots__)
    query = sa.select(*columns).where(report_events.c.request == number)
    if unit_id is not None:
        query = query.where(report_events.c.unit_id == unit_id)
    rows = connection.execute(query.order_by(report_events.c.event))
    return [Happening(*row) for row in rows]


def add_event(
    connection: sa.Connection,
    number: int,
    unit_id: str,
    what: str,
    *,
    at_ms: int,
    by: str,
    reason: str = "",
    deadline_ms: int | None = None,
    figures: Mapping[str, Any] | None = None,
) -> int:
    """Log what somebody did. Returns the event's number."""
    event: int = connection.execute(
        report_events.insert()
        .values(
            request=number,
            unit_id=unit_id,
            what=what,
            at_ms=at_ms,
            by=by,
            reason=reason,
            deadline_ms=deadline_ms,
            figures=figures,
        )
        .returning(report_events.c.event)
    ).scalar_one()
    return event
