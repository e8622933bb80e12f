"""The ledgers of gates: how far each is stored, and the records themselves.

The functions work in the caller's transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gate_contract.crossing import chain_start
from gate_contract.verdicts import CROSSINGS
from server_bridge.store.schema.base import crossings, ledgers

_FIND = ledgers.select().where(
    (ledgers.c.gate_id == sa.bindparam("of")) & (ledgers.c.ledger_id == sa.bindparam("named"))
)
_BY_LAST_MESSAGE = ledgers.select().order_by(ledgers.c.last_ms)
_ADD = ledgers.insert().returning(ledgers.c.ledger)
_ADVANCE = (
    ledgers.update()
    .where(ledgers.c.ledger == sa.bindparam("of"))
    .values(
        stored_through=sa.bindparam("through"),
        chain=sa.bindparam("head"),
        missing=ledgers.c.missing + sa.bindparam("lost"),
        last_ms=sa.bindparam("heard_ms"),
        last_crossing_ms=sa.func.coalesce(
            sa.bindparam("crossed_ms", type_=sa.BigInteger), ledgers.c.last_crossing_ms
        ),
    )
)
_INSERT = crossings.insert()


@dataclass(frozen=True, slots=True)
class StoredLedger:
    """A ledger's number in the database, and how far it is stored: record and chain hash (hex)."""

    ledger: int
    gate_id: str
    ledger_id: str
    stored_through: int
    chain: str


def find_ledger(connection: sa.Connection, gate_id: str, ledger_id: str) -> StoredLedger | None:
    """Return the ledger of a gate, None before its first record is stored."""
    row = connection.execute(_FIND, {"of": gate_id, "named": ledger_id}).first()
    return _stored(row) if row else None


def latest_ledgers(connection: sa.Connection) -> dict[str, StoredLedger]:
    """Return for each gate the ledger that it delivered from last."""
    return {row.gate_id: _stored(row) for row in connection.execute(_BY_LAST_MESSAGE)}


def add_ledger(connection: sa.Connection, gate_id: str, ledger_id: str, heard_ms: int) -> int:
    """Insert an empty ledger and return its number. `heard_ms`: UTC."""
    start = chain_start(gate_id, ledger_id).hex()
    ledger: int = connection.execute(
        _ADD,
        {
            "gate_id": gate_id,
            "ledger_id": ledger_id,
            "stored_through": 0,
            "chain": start,
            "missing": 0,
            "proven_from": 1,
            "proven_chain": start,
            "first_ms": heard_ms,
            "last_ms": heard_ms,
        },
    ).scalar_one()
    return ledger


def insert_records(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows of `crossings`, all columns given."""
    connection.execute(_INSERT, list(rows))


def advance(
    connection: sa.Connection,
    ledger: int,
    *,
    stored_through: int,
    chain: str,
    missing: int,
    heard_ms: int,
    last_crossing_ms: int | None,
) -> None:
    """Move a ledger's head forward; add `missing` records that the gate no longer has."""
    connection.execute(
        _ADVANCE,
        {
            "of": ledger,
            "through": stored_through,
            "head": chain,
            "lost": missing,
            "heard_ms": heard_ms,
            "crossed_ms": last_crossing_ms,
        },
    )


def note_gap(connection: sa.Connection, ledger: int, first_seq: int, previous_chain: str) -> None:
    """Note that the chain can be proven from `first_seq` on only: earlier records are lost."""
    connection.execute(
        ledgers.update()
        .where(ledgers.c.ledger == ledger)
        .values(proven_from=first_seq, proven_chain=previous_chain)
    )


def last_crossing_ms(connection: sa.Connection, ledger: int) -> int | None:
    """Return the filed time (UTC) of the latest crossing of a ledger, None without one."""
    last: int | None = connection.execute(
        sa.select(sa.func.max(crossings.c.filed_ms)).where(
            (crossings.c.ledger == ledger) & crossings.c.verdict.in_(sorted(CROSSINGS))
        )
    ).scalar()
    return last


def _stored(row: sa.Row[Any]) -> StoredLedger:
    return StoredLedger(row.ledger, row.gate_id, row.ledger_id, row.stored_through, row.chain)
