"""Sealed words about visitors: kept, opened, erased. What they say is not known here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from gate_contract.crossing import Direction, Record
from server_bridge.store.schema.base import crossings, ledgers
from server_bridge.store.schema.people import visitor_log, visitor_words


@dataclass(frozen=True, slots=True)
class VisitorCrossing:
    """A crossing of a visitor without a card. `sealed` None: it was erased. `at_ms` is UTC."""

    at_ms: int
    gate_id: str
    direction: Direction
    card_id: str
    sealed: bytes | None


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody opened or erased words. Both days are included; `from_day` None: from the first."""

    action: str
    by_whom: str
    unit_id: str | None
    from_day: date | None
    until_day: date
    reason: str


def keep_words(connection: sa.Connection, ledger: int, records: Sequence[Record]) -> None:
    """Keep the sealed words of those records that have some."""
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
    """The visits at a school from day `first` to `last`, in the order of time."""
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


def erase_words(connection: sa.Connection, before: date) -> int:
    """Erase the words of all visits before a day. Returns how many visits that were."""
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


def log_act(connection: sa.Connection, act: Act, visits: int, now_ms: int) -> None:
    """Write down who did what."""
    values = {name: getattr(act, name) for name in Act.__slots__}
    connection.execute(visitor_log.insert().values(**values, visits=visits, at_ms=now_ms))


def acts(connection: sa.Connection) -> list[tuple[int, Act, int]]:
    """When (UTC, ms), what, and of how many visits; the oldest first."""
    rows = connection.execute(visitor_log.select().order_by(visitor_log.c.id))
    return [
        (row.at_ms, Act(*(getattr(row, name) for name in Act.__slots__)), row.visits)
        for row in rows
    ]


def _same_record() -> sa.ColumnElement[bool]:
    return sa.and_(
        visitor_words.c.ledger == crossings.c.ledger, visitor_words.c.seq == crossings.c.seq
    )
