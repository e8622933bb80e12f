"""Store requests to confirm figures by a deadline, and the confirmed figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from server_bridge.store.reports.deadlines import (
    DeadlineRequest,
    RequestTables,
    add_request,
)
from server_bridge.store.schema.reports import report_events, report_requests

ByName = Mapping[str, Mapping[str, int]]
"""Figures by kind of people and by name."""


@dataclass(frozen=True, slots=True)
class ReportRequest(DeadlineRequest):
    """A request to confirm the figures of the period of this kind that begins on `first_day`."""

    period: str
    first_day: date


REQUESTS = RequestTables(
    "request", "report requests", ReportRequest, report_requests, report_events
)


@dataclass(frozen=True, slots=True)
class ConfirmedFigures:
    """The figures that a person confirmed."""

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
    """Add a request and return its number.

    Raises:
        SchoolgateError: the unit is not above schools, or the deadline has passed.
    """
    return add_request(
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


def confirmed_figures(
    connection: sa.Connection, events: Iterable[int]
) -> dict[int, ConfirmedFigures]:
    """Return the confirmed figures by the number of their event."""
    table = report_events
    query = sa.select(table.c.event, table.c.by, table.c.figures).where(
        table.c.event.in_(list(events)), table.c.figures.is_not(None)
    )
    return {
        event: ConfirmedFigures(by, figures) for event, by, figures in connection.execute(query)
    }
