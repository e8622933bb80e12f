"""One batch into the database: rows, counts, the ledger's new head; in the caller's transaction."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate_contract.crossing import Batch, Direction, Record, chain_start
from gate_contract.errors import ContractError
from gate_contract.receipt import Receipt
from gate_contract.verdicts import REFUSALS, Verdict
from server_bridge.ingest.accept import Accepted, Conflict, LedgerHead, accept
from server_bridge.ingest.filing import Filed
from server_bridge.ingest.times import Times
from server_bridge.store.changes.revisions import bump
from server_bridge.store.crossings.arrivals import Lines
from server_bridge.store.crossings.counting import FiledPosition, Passage
from server_bridge.store.crossings.counts import count_passages, count_refusals, recount
from server_bridge.store.crossings.ledgers import (
    StoredLedger,
    add_ledger,
    advance,
    find_ledger,
    insert_records,
    last_crossing_ms,
    latest_ledgers,
    note_gap,
)
from server_bridge.store.crossings.signatures import keep_signature
from server_bridge.store.people.visitors import keep_words
from server_bridge.store.units.tree import ancestry, gate_units


@dataclass(frozen=True, slots=True)
class Stored:
    """What a batch came to: the receipt for its gate, and how many records were new."""

    receipt: Receipt
    new: int


class Intake:
    """Takes batches within one transaction; knows the tree of units as of its beginning."""

    def __init__(self, connection: sa.Connection, zone: ZoneInfo) -> None:
        self._connection = connection
        self._zone = zone
        self._units = gate_units(connection)

    @cached_property
    def _lines(self) -> Lines:
        return ancestry(self._connection)

    def knows(self, gate_id: str) -> bool:
        """Whether a gate is registered."""
        return gate_id in self._units

    def take(self, batch: Batch, heard_ms: int) -> Stored:
        """Store what is new of `batch`, which was heard at `heard_ms` (UTC).

        Raises:
            ContractError: `unknown_gate`, or `conflict` when the gate's chain is not the one
                stored. Nothing has been written then.
        """
        unit_id = self._units.get(batch.gate_id)
        if unit_id is None:
            raise ContractError("unknown_gate", f"gate {batch.gate_id} is not registered")
        found = find_ledger(self._connection, batch.gate_id, batch.ledger_id)
        head = _head(found, batch.gate_id, batch.ledger_id)
        outcome = accept(head, batch)
        if isinstance(outcome, Conflict):
            raise ContractError("conflict", outcome.detail)
        if not isinstance(outcome, Accepted):
            return Stored(_receipt(batch.ledger_id, head), 0)
        if outcome.records:
            ledger = (
                found.ledger
                if found
                else add_ledger(self._connection, batch.gate_id, batch.ledger_id, heard_ms)
            )
            crossed_ms = self._store(ledger, unit_id, outcome.records, heard_ms)
            advance(
                self._connection,
                ledger,
                stored_through=outcome.head.stored_through,
                chain=outcome.head.chain,
                missing=outcome.missing,
                heard_ms=heard_ms,
                last_crossing_ms=crossed_ms,
            )
            if outcome.missing:
                note_gap(self._connection, ledger, batch.first_seq, batch.previous)
            bump(self._connection)
        if batch.signature and outcome.head.stored_through == batch.last_seq:
            keep_signature(self._connection, batch)
        return Stored(_receipt(batch.ledger_id, outcome.head), len(outcome.records))

    def _store(
        self, ledger: int, unit_id: str, records: Sequence[Record], heard_ms: int
    ) -> int | None:
        """Write and count `records`. Returns the time of the last crossing among them, if any."""
        dated = Times(self._connection, self._zone, ledger).date(records, heard_ms)
        filed = dated.filed
        insert_records(
            self._connection,
            [
                _row(ledger, unit_id, record, time)
                for record, time in zip(records, filed, strict=True)
            ],
        )
        keep_words(self._connection, ledger, records)
        passages, scans = [], Counter[tuple[str, date, str]]()
        for record, time in zip(records, filed, strict=True):
            passage = _passage(ledger, unit_id, record, time)
            if passage:
                passages.append(passage)
            elif record.verdict in REFUSALS:
                scans[unit_id, time.day, record.verdict] += record.count
        count_passages(self._connection, passages, self._lines)
        count_refusals(self._connection, scans, self._lines)
        for school_day in sorted(dated.moved):
            recount(self._connection, school_day, self._lines)
        if dated.moved:
            return last_crossing_ms(self._connection, ledger)
        return max((passage.moment.at_ms for passage in passages), default=None)


def latest_receipts(connection: sa.Connection) -> dict[str, Receipt]:
    """Return for each gate the receipt of its most recent ledger."""
    return {
        gate_id: _receipt(found.ledger_id, LedgerHead(found.stored_through, found.chain))
        for gate_id, found in latest_ledgers(connection).items()
    }


def contradiction(
    connection: sa.Connection, gate_id: str, ledger_id: str, mark: int
) -> Receipt | None:
    """Where a ledger stands, if that is not at `mark`, as its gate believes.

    A gate that has nothing new to send would never find out that the bridge was restored from a
    backup which knows nothing of its ledger.
    """
    found = find_ledger(connection, gate_id, ledger_id)
    receipt = _receipt(ledger_id, _head(found, gate_id, ledger_id))
    return None if receipt.stored_through == mark else receipt


def _head(found: StoredLedger | None, gate_id: str, ledger_id: str) -> LedgerHead:
    if found:
        return LedgerHead(found.stored_through, found.chain)
    return LedgerHead(0, chain_start(gate_id, ledger_id).hex())


def _receipt(ledger_id: str, head: LedgerHead) -> Receipt:
    return Receipt(ledger_id=ledger_id, stored_through=head.stored_through, chain=head.chain)


def _row(ledger: int, unit_id: str, record: Record, time: Filed) -> dict[str, Any]:
    return {
        "ledger": ledger,
        "seq": record.seq,
        "unit_id": unit_id,
        "boot_id": record.boot_id,
        "up_ms": record.up_ms,
        "at": record.at,
        "clock": record.clock,
        "verdict": record.verdict,
        "card_id": record.card_id,
        "kind": record.kind,
        "direction": record.direction,
        "count": record.count,
        "day": time.day,
        "filed_ms": time.at_ms,
        "filed_clock": time.clock,
    }


def _passage(ledger: int, unit_id: str, record: Record, time: Filed) -> Passage | None:
    if not record.is_crossing or not record.card_id or not record.kind:
        return None
    moment = FiledPosition(time.at_ms, ledger, record.seq)
    direction = Direction.IN if record.verdict is Verdict.ADMITTED_IN else Direction.OUT
    return Passage(unit_id, time.day, record.card_id, record.kind, direction, moment)
