"""Figures that schools are asked to confirm by a deadline, and what they confirmed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from server_bridge.store.reports.deadlines import DeadlineRequest, RequestTables, ask
from server_bridge.store.schema.reports import report_events, report_requests

ByName = Mapping[str, Mapping[str, int]]
"""Figures by kind of people and by name."""


@dataclass(frozen=True, slots=True)
class Request(DeadlineRequest):
    """The figures of the period of this kind that begins on `first_day`."""

    period: str
    first_day: date


REQUESTS = RequestTables("request", "report requests", Request, report_requests, report_events)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What somebody confirmed."""

    by: str
    figures: ByName


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
    return ask(
        connection,
        REQUESTS,
        unit_id=unit_id,
        title=title,
        deadline_ms=deadline_ms,
        by=by,
        now_ms=now_ms,
        period=period,
        first_day=first_day,
    )


def confirmed(connection: sa.Connection, events: Iterable[int]) -> dict[int, Confirmed]:
    """What was confirmed, by the number of its event."""
    table = report_events
    query = sa.select(table.c.event, table.c.by, table.c.figures).where(
        table.c.event.in_(list(events)), table.c.figures.is_not(None)
    )
    return {event: Confirmed(by, figures) for event, by, figures in connection.execute(query)}
