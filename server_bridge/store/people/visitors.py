"""Store and erase the sealed details of visitors. Their content is not read here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from gate_contract.crossing import Direction, Record
from server_bridge.store.schema.base import crossings, ledgers
from server_bridge.store.schema.people import visitor_log, visitor_words


@dataclass(frozen=True, slots=True)
class VisitorCrossing:
    """A crossing of a visitor without a card; `sealed` None: erased. `at_ms` is UTC."""

    at_ms: int
    gate_id: str
    direction: Direction
    card_id: str
    sealed: bytes | None


@dataclass(frozen=True, slots=True)
class VisitorDetailsAccess:
    """A logged access to visitor details: opened or erased.

    Both days are included; `from_day` None: from the first day.
    """

    action: str
    by_whom: str
    unit_id: str | None
    from_day: date | None
    until_day: date
    reason: str


def store_details(connection: sa.Connection, ledger: int, records: Sequence[Record]) -> None:
    """Store the sealed details of those records that have any."""
    rows = [
        {"ledger": ledger, "seq": record.seq, "seal": record.seal, "sealed": record.sealed}
        for record in records
        if record.seal is not None
    ]
    if rows:
        connection.execute(visitor_words.insert(), rows)


def visits(
    connection: sa.Connection, unit_id: str, first: date, last: date
) -> list[VisitorCrossing]:
    """Return the visits at a school from day `first` to `last`, by time."""
    query = (
        sa.select(
            crossings.c.filed_ms,
            ledgers.c.gate_id,
            crossings.c.direction,
            crossings.c.card_id,
            visitor_words.c.sealed,
        )
        .join(visitor_words, _same_record())
        .join(ledgers, ledgers.c.ledger == crossings.c.ledger)
        .where(crossings.c.unit_id == unit_id, crossings.c.day.between(first, last))
        .order_by(crossings.c.filed_ms, crossings.c.ledger, crossings.c.seq)
    )
    return [
        VisitorCrossing(
            row.filed_ms, row.gate_id, Direction(row.direction), row.card_id, row.sealed
        )
        for row in connection.execute(query)
    ]


def erase_details(connection: sa.Connection, before: date) -> int:
    """Erase the details of all visits before a day; return the number of visits."""
    old = (
        sa.select(crossings.c.seq)
        .where(_same_record(), crossings.c.day < before)
        .correlate(visitor_words)
    )
    done = connection.execute(
        visitor_words.update()
        .where(visitor_words.c.sealed.is_not(None), sa.exists(old))
        .values(sealed=None)
    )
    return done.rowcount


def log_access(
    connection: sa.Connection, act: VisitorDetailsAccess, visits: int, now_ms: int
) -> None:
    """Log an access to visitor details."""
    values = {name: getattr(act, name) for name in VisitorDetailsAccess.__slots__}
    connection.execute(visitor_log.insert().values(**values, visits=visits, at_ms=now_ms))


def logged_accesses(connection: sa.Connection) -> list[tuple[int, VisitorDetailsAccess, int]]:
    """Return the logged accesses with time (UTC in ms) and number of visits, the oldest first."""
    rows = connection.execute(visitor_log.select().order_by(visitor_log.c.id))
    return [
        (
            row.at_ms,
            VisitorDetailsAccess(*(getattr(row, name) for name in VisitorDetailsAccess.__slots__)),
            row.visits,
        )
        for row in rows
    ]


def _same_record() -> sa.ColumnElement[bool]:
    return sa.and_(
        visitor_words.c.ledger == crossings.c.ledger, visitor_words.c.seq == crossings.c.seq
    )
