"""The proof that what is stored is what the gates wrote, and that the counts are its counts."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gate_contract.card import CardKind
from gate_contract.crossing import ClockTrust, Direction, Record, chain_next
from gate_contract.verdicts import Verdict
from server_bridge.store.crossings.counts import miscounted
from server_bridge.store.schema.base import crossings, ledgers
from server_bridge.store.schema.people import visitor_words
from server_bridge.store.units.tree import ancestry

STORED_RECORDS = sa.select(crossings, visitor_words.c.seal).outerjoin(
    visitor_words,
    (visitor_words.c.ledger == crossings.c.ledger) & (visitor_words.c.seq == crossings.c.seq),
)
"""All crossings, each with the seal of a visitor's words, if it has one."""
_RECORDS = (
    STORED_RECORDS.where(crossings.c.ledger == sa.bindparam("of"))
    .order_by(crossings.c.seq)
    .execution_options(yield_per=2_000)
)
_LEDGERS = ledgers.select().order_by(ledgers.c.gate_id, ledgers.c.first_ms)


@dataclass(frozen=True, slots=True)
class LedgerProof:
    """One ledger of one gate. `fault` is None where seq and chain are whole."""

    gate_id: str
    ledger_id: str
    records: int
    stored_through: int
    missing: int
    fault: str | None


def prove_ledgers(connection: sa.Connection) -> list[LedgerProof]:
    """Every ledger's chain, computed again from its rows."""
    return [_prove(connection, row) for row in connection.execute(_LEDGERS)]


def count_faults(connection: sa.Connection) -> list[str]:
    """Unit and day of every count that a recount does not confirm: none, ever."""
    wrong = miscounted(connection, ancestry(connection))
    return [f"{unit_id} {day}" for unit_id, day in wrong]


def _prove(connection: sa.Connection, ledger: sa.Row[Any]) -> LedgerProof:
    rows = connection.execute(_RECORDS, {"of": ledger.ledger})
    chain = bytes.fromhex(ledger.proven_chain)
    expected, records, missing = 1, 0, 0
    altered: str | None = None
    for row in rows:
        missing += row.seq - expected
        records += 1
        expected = row.seq + 1
        if row.seq >= ledger.proven_from:
            try:
                chain = chain_next(chain, record_of_row(row))
            except ValueError as error:
                altered = altered or f"record {row.seq} is none that a gate writes: {error}"
    fault = None
    if missing != ledger.missing or expected != ledger.stored_through + 1:
        fault = f"{missing} records are missing, {ledger.missing} are known to be"
    elif altered:
        fault = altered
    elif chain.hex() != ledger.chain:
        fault = "the rows do not lead to the chain head: something was altered"
    return LedgerProof(
        ledger.gate_id, ledger.ledger_id, records, ledger.stored_through, missing, fault
    )


def record_of_row(row: sa.Row[Any]) -> Record:
    """A row of `STORED_RECORDS` as the gate wrote it, without sealed words."""
    return Record(
        seq=row.seq,
        boot_id=row.boot_id,
        up_ms=row.up_ms,
        at=row.at,
        clock=ClockTrust(row.clock),
        verdict=Verdict(row.verdict),
        card_id=row.card_id,
        kind=row.kind and CardKind(row.kind),
        direction=row.direction and Direction(row.direction),
        count=row._mapping["count"],  # a row's own count is its method
        seal=row.seal,
    )
