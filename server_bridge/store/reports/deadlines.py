"""What a unit asks of all schools below it until a deadline, and the log of what was done about it.

Two kinds of things are asked for so, each with tables of its own: lists (`submissions`) and figures
to be confirmed (`report_requests`).
"""

from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from server_bridge.store.units.tree import SCHOOL, find_unit


@dataclass(frozen=True, slots=True)
class DeadlineRequest:
    """What `unit_id` asks of all schools below it. Times: UTC in ms."""

    number: int
    unit_id: str
    title: str
    deadline_ms: int
    opened_ms: int
    opened_by: str
    closed_ms: int | None


One = TypeVar("One", bound=DeadlineRequest)


@dataclass(frozen=True, slots=True)
class RequestTables(Generic[One]):
    """Where all of a kind is written. `name`: what one is called; `listed_by`: the command that
    shows them; `row`: what one is read as."""

    name: str
    listed_by: str
    row: type[One]
    asked: sa.Table
    events: sa.Table

    @property
    def number(self) -> sa.Column[int]:
        return self.asked.c[self.name]


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """A line of the log."""

    event: int
    unit_id: str
    what: str
    at_ms: int
    by: str
    reason: str
    deadline_ms: int | None


def ask(
    connection: sa.Connection,
    book: RequestTables[One],
    *,
    unit_id: str,
    title: str,
    deadline_ms: int,
    by: str,
    now_ms: int,
    **own: Any,
) -> int:
    """The number of what is asked from now on; `own`: the columns of this kind. Raises
    SchoolgateError: no unit above schools, or it is too late."""
    unit = find_unit(connection, unit_id)
    if unit is None or unit.level == SCHOOL:
        raise SchoolgateError(f"{unit_id} is no unit above schools; see: gate-bridge unit list")
    if deadline_ms <= now_ms:
        raise SchoolgateError(
            "hạn phải còn ở phía trước / the deadline is over already; give one still to come"
        )
    row = {"unit_id": unit_id, "title": title, "deadline_ms": deadline_ms} | own
    query = book.asked.insert().values(**row, opened_ms=now_ms, opened_by=by)
    number: int = connection.execute(query.returning(book.number)).scalar_one()
    return number


def find(
    connection: sa.Connection, book: RequestTables[One], number: int, *, lock: bool = False
) -> One:
    """Raises SchoolgateError if there is none. `lock`: nobody else writes to it meanwhile."""
    query = _rows(book).where(book.number == number)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise SchoolgateError(
            f"there is no {book.name} {number}; see: gate-bridge {book.listed_by}"
        )
    return book.row(*row)


def newest_first(connection: sa.Connection, book: RequestTables[One]) -> list[One]:
    """All that was ever asked."""
    return [book.row(*row) for row in connection.execute(_rows(book).order_by(book.number.desc()))]


def close(connection: sa.Connection, book: RequestTables[One], number: int, now_ms: int) -> None:
    """Nothing of it changes any more. Raises SchoolgateError: it is closed, or there is none."""
    if find(connection, book, number, lock=True).closed_ms is not None:
        raise SchoolgateError(f"{book.name} {number} is closed already")
    connection.execute(book.asked.update().where(book.number == number).values(closed_ms=now_ms))


def events(
    connection: sa.Connection, book: RequestTables[One], number: int, unit_id: str | None = None
) -> list[StoredEvent]:
    """What happened (at one school), in order."""
    columns = (book.events.c[one.name] for one in fields(StoredEvent))
    query = sa.select(*columns).where(book.events.c[book.name] == number)
    if unit_id is not None:
        query = query.where(book.events.c.unit_id == unit_id)
    return [StoredEvent(*row) for row in connection.execute(query.order_by(book.events.c.event))]


def add_event(connection: sa.Connection, book: RequestTables[One], number: int, **row: Any) -> int:
    """Log what somebody did; `row`: columns of the events. Returns the event's number."""
    query = book.events.insert().values(row | {book.name: number})
    event: int = connection.execute(query.returning(book.events.c.event)).scalar_one()
    return event


def _rows(book: RequestTables[One]) -> sa.Select[Any]:
    _, *more = fields(book.row)
    return sa.select(book.number, *(book.asked.c[one.name] for one in more))
