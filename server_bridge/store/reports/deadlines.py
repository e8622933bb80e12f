"""Store requests of a unit to all schools below it, with a deadline and a log of events.

There are two kinds of requests, each with its own tables: for lists (`submissions`) and for the
confirmation of figures (`report_requests`).
"""

from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from server_bridge.store.units.tree import SCHOOL, find_unit


@dataclass(frozen=True, slots=True)
class DeadlineRequest:
    """A request of `unit_id` to all schools below it; times are UTC in ms."""

    number: int
    unit_id: str
    title: str
    deadline_ms: int
    opened_ms: int
    opened_by: str
    closed_ms: int | None


RequestT = TypeVar("RequestT", bound=DeadlineRequest)


@dataclass(frozen=True, slots=True)
class RequestTables(Generic[RequestT]):
    """The tables of one kind of request.

    `name` is its singular; `listed_by` the command that lists it; `row` the class of a request.
    """

    name: str
    listed_by: str
    row: type[RequestT]
    asked: sa.Table
    events: sa.Table

    @property
    def number(self) -> sa.Column[int]:
        """Return the column of the request's number."""
        return self.asked.c[self.name]


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An entry of the log."""

    event: int
    unit_id: str
    what: str
    at_ms: int
    by: str
    reason: str
    deadline_ms: int | None


def add_request(
    connection: sa.Connection,
    tables: RequestTables[RequestT],
    *,
    unit_id: str,
    title: str,
    deadline_ms: int,
    by: str,
    now_ms: int,
    **own: Any,
) -> int:
    """Add a request and return its number; `own` are columns of this kind of request.

    Raises:
        SchoolgateError: the unit is not above schools, or the deadline has passed.
    """
    unit = find_unit(connection, unit_id)
    if unit is None or unit.level == SCHOOL:
        raise SchoolgateError(f"{unit_id} is not a unit above schools; see: gate-bridge unit list")
    if deadline_ms <= now_ms:
        raise SchoolgateError("hạn phải còn ở phía trước / the deadline must be in the future")
    row = {"unit_id": unit_id, "title": title, "deadline_ms": deadline_ms} | own
    query = tables.asked.insert().values(**row, opened_ms=now_ms, opened_by=by)
    number: int = connection.execute(query.returning(tables.number)).scalar_one()
    return number


def find_request(
    connection: sa.Connection, tables: RequestTables[RequestT], number: int, *, lock: bool = False
) -> RequestT:
    """Return a request; `lock` blocks other writers. Raises SchoolgateError if there is none."""
    query = _rows(tables).where(tables.number == number)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise SchoolgateError(
            f"there is no {tables.name} {number}; see: gate-bridge {tables.listed_by}"
        )
    return tables.row(*row)


def all_requests(connection: sa.Connection, tables: RequestTables[RequestT]) -> list[RequestT]:
    """Return all requests, the newest first."""
    return [
        tables.row(*row) for row in connection.execute(_rows(tables).order_by(tables.number.desc()))
    ]


def close_request(
    connection: sa.Connection, tables: RequestTables[RequestT], number: int, now_ms: int
) -> None:
    """Close a request, so that it no longer changes.

    Raises:
        SchoolgateError: the request is closed, or there is none.
    """
    if find_request(connection, tables, number, lock=True).closed_ms is not None:
        raise SchoolgateError(f"{tables.name} {number} is closed already")
    connection.execute(
        tables.asked.update().where(tables.number == number).values(closed_ms=now_ms)
    )


def request_events(
    connection: sa.Connection,
    tables: RequestTables[RequestT],
    number: int,
    unit_id: str | None = None,
) -> list[StoredEvent]:
    """Return the events of a request, or of one school, in order."""
    columns = (tables.events.c[one.name] for one in fields(StoredEvent))
    query = sa.select(*columns).where(tables.events.c[tables.name] == number)
    if unit_id is not None:
        query = query.where(tables.events.c.unit_id == unit_id)
    return [StoredEvent(*row) for row in connection.execute(query.order_by(tables.events.c.event))]


def add_event(
    connection: sa.Connection, tables: RequestTables[RequestT], number: int, **row: Any
) -> int:
    """Log an event and return its number; `row` are columns of the events."""
    query = tables.events.insert().values(row | {tables.name: number})
    event: int = connection.execute(query.returning(tables.events.c.event)).scalar_one()
    return event


def _rows(tables: RequestTables[RequestT]) -> sa.Select[Any]:
    _, *more = fields(tables.row)
    return sa.select(tables.number, *(tables.asked.c[one.name] for one in more))
