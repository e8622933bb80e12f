"""One batch into the database: rows, counts, the ledger's new head; in the caller's transaction."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate_contract.crossing import Batch, Clock, Direction, Record, chain_start
from gate_contract.errors import ContractError
from gate_contract.receipt import Receipt
from gate_contract.verdicts import CROSSINGS, REFUSALS, Verdict
from server_bridge.ingest.accept import Accepted, Conflict, Head, accept
from server_bridge.ingest.filing import Filed, file
from server_bridge.store.counting import Moment, Passage
from server_bridge.store.counts import SchoolDay, count_passages, count_refusals, recount
from server_bridge.store.database import bump
from server_bridge.store.schema import boots, crossings, gates, ledgers
from server_bridge.store.signatures import keep_signature
from server_bridge.store.units import ancestry, gate_units
from server_bridge.store.visitors import keep_words


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
        self._lines = ancestry(connection)
        self._units = gate_units(connection)

    def take(self, batch: Batch, heard_ms: int) -> Stored:
        """Store what is new of `batch`, which was heard at `heard_ms` (UTC).

        Raises:
            ContractError: `unknown_gate`, or `conflict` when the gate's chain is not the one
                stored. Nothing has been written then.
        """
        unit_id = self._units.get(batch.gate_id)
        if unit_id is None:
            raise ContractError("unknown_gate", f"gate {batch.gate_id} is not registered")
        found = _find_ledger(self._connection, batch.gate_id, batch.ledger_id)
        head = _head(found, batch.gate_id, batch.ledger_id)
        outcome = accept(head, batch)
        if isinstance(outcome, Conflict):
            raise ContractError("conflict", outcome.detail)
        if not isinstance(outcome, Accepted):
            return Stored(_receipt(batch.ledger_id, head), 0)
        if outcome.records:
            ledger = found.ledger if found else self._add_ledger(batch, heard_ms)
            last_crossing_ms = self._store(ledger, unit_id, outcome.records, heard_ms)
            self._advance(ledger, outcome, heard_ms, last_crossing_ms)
            if outcome.missing:
                self._note_gap(ledger, batch)
            bump(self._connection)
        if batch.signature and outcome.head.stored_through == batch.last_seq:
            keep_signature(self._connection, batch)
        return Stored(_receipt(batch.ledger_id, outcome.head), len(outcome.records))

    def _add_ledger(self, batch: Batch, heard_ms: int) -> int:
        start = chain_start(batch.gate_id, batch.ledger_id).hex()
        ledger: int = self._connection.execute(
            ledgers.insert()
            .values(
                gate_id=batch.gate_id,
                ledger_id=batch.ledger_id,
                stored_through=0,
                chain=start,
                missing=0,
                proven_from=1,
                proven_chain=start,
                first_ms=heard_ms,
                last_ms=heard_ms,
            )
            .returning(ledgers.c.ledger)
        ).scalar_one()
        return ledger

    def _store(
        self, ledger: int, unit_id: str, records: Sequence[Record], heard_ms: int
    ) -> int | None:
        """Write and count `records`. Returns the time of the last crossing among them, if any."""
        offsets, newly_set = self._learn_offsets(ledger, records)
        filed = self._file(ledger, records, offsets, heard_ms)
        self._connection.execute(
            crossings.insert(),
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
        for boot_id in newly_set:
            self._correct(ledger, boot_id, offsets[boot_id], heard_ms)
        if newly_set:
            return self._last_crossing_ms(ledger)
        return max((passage.moment.at_ms for passage in passages), default=None)

    def _learn_offsets(
        self, ledger: int, records: Sequence[Record]
    ) -> tuple[dict[str, int], list[str]]:
        """The offset of each boot that has one, and the boots for which it is news."""
        known = {
            row.boot_id: row.offset_ms
            for row in self._connection.execute(boots.select().where(boots.c.ledger == ledger))
        }
        news: dict[str, int] = {}
        for record in records:
            # Only a boot's first setting corrects anything: later records have their own time.
            is_first = record.boot_id not in known and record.boot_id not in news
            if record.verdict is Verdict.CLOCK_SET and record.at is not None and is_first:
                news[record.boot_id] = record.at - record.up_ms
        if news:
            self._connection.execute(
                boots.insert(),
                [
                    {"ledger": ledger, "boot_id": boot_id, "offset_ms": offset_ms}
                    for boot_id, offset_ms in news.items()
                ],
            )
        return known | news, list(news)

    def _file(
        self, ledger: int, records: Sequence[Record], offsets: dict[str, int], heard_ms: int
    ) -> list[Filed]:
        floor_ms = self._certain_ms(ledger)
        filed = []
        for record in records:
            time = file(
                record,
                offset_ms=offsets.get(record.boot_id),
                not_before_ms=floor_ms,
                heard_ms=heard_ms,
                zone=self._zone,
            )
            if time.clock is not Clock.UNTRUSTED:
                floor_ms = time.at_ms
            filed.append(time)
        return filed

    def _certain_ms(self, ledger: int) -> int:
        """No record yet to come lies before this: the last sure time, or the gate's beginning."""
        last: int | None = self._connection.execute(
            sa.select(crossings.c.filed_ms)
            .where((crossings.c.ledger == ledger) & (crossings.c.filed_clock != Clock.UNTRUSTED))
            .order_by(crossings.c.seq.desc())
            .limit(1)
        ).scalar()
        added: int = self._connection.execute(
            sa.select(gates.c.added_ms).join(ledgers).where(ledgers.c.ledger == ledger)
        ).scalar_one()
        return max(last or 0, added)

    def _correct(self, ledger: int, boot_id: str, offset_ms: int, heard_ms: int) -> None:
        """Give the stored untrusted records of a boot their true time, and recount their days."""
        rows = self._connection.execute(
            crossings.select().where(
                (crossings.c.ledger == ledger)
                & (crossings.c.boot_id == boot_id)
                & (crossings.c.filed_clock == Clock.UNTRUSTED)
            )
        ).all()
        touched: set[SchoolDay] = set()
        for row in rows:
            record = Record(
                seq=row.seq,
                boot_id=row.boot_id,
                up_ms=row.up_ms,
                at=row.at,
                clock=Clock(row.clock),
                verdict=Verdict.UNREADABLE,  # only its time matters here
            )
            time = file(
                record, offset_ms=offset_ms, not_before_ms=0, heard_ms=heard_ms, zone=self._zone
            )
            touched |= {(row.unit_id, row.day), (row.unit_id, time.day)}
            self._connection.execute(
                crossings.update()
                .where((crossings.c.ledger == ledger) & (crossings.c.seq == row.seq))
                .values(day=time.day, filed_ms=time.at_ms, filed_clock=time.clock)
            )
        for school_day in sorted(touched):
            recount(self._connection, school_day, self._lines)

    def _last_crossing_ms(self, ledger: int) -> int | None:
        last: int | None = self._connection.execute(
            sa.select(sa.func.max(crossings.c.filed_ms)).where(
                (crossings.c.ledger == ledger) & crossings.c.verdict.in_(sorted(CROSSINGS))
            )
        ).scalar()
        return last

    def _advance(
        self, ledger: int, outcome: Accepted, heard_ms: int, last_crossing_ms: int | None
    ) -> None:
        values: dict[str, Any] = {
            "stored_through": outcome.head.stored_through,
            "chain": outcome.head.chain,
            "missing": ledgers.c.missing + outcome.missing,
            "last_ms": heard_ms,
        }
        if last_crossing_ms is not None:
            values["last_crossing_ms"] = last_crossing_ms
        self._connection.execute(ledgers.update().where(ledgers.c.ledger == ledger).values(values))

    def _note_gap(self, ledger: int, batch: Batch) -> None:
        self._connection.execute(
            ledgers.update()
            .where(ledgers.c.ledger == ledger)
            .values(proven_from=batch.first_seq, proven_chain=batch.previous)
        )


def latest_receipts(connection: sa.Connection) -> dict[str, Receipt]:
    """For each gate, where its most recent ledger stands."""
    rows = connection.execute(ledgers.select().order_by(ledgers.c.last_ms))
    return {
        row.gate_id: _receipt(row.ledger_id, Head(row.stored_through, row.chain)) for row in rows
    }


def contradiction(
    connection: sa.Connection, gate_id: str, ledger_id: str, mark: int
) -> Receipt | None:
    """Where a ledger stands, if that is not at `mark`, as its gate believes.

    A gate that has nothing new to send would never find out that the bridge was restored from a
    backup which knows nothing of its ledger.
    """
    found = _find_ledger(connection, gate_id, ledger_id)
    receipt = _receipt(ledger_id, _head(found, gate_id, ledger_id))
    return None if receipt.stored_through == mark else receipt


def _find_ledger(connection: sa.Connection, gate_id: str, ledger_id: str) -> sa.Row[Any] | None:
    return connection.execute(
        ledgers.select().where((ledgers.c.gate_id == gate_id) & (ledgers.c.ledger_id == ledger_id))
    ).first()


def _head(found: sa.Row[Any] | None, gate_id: str, ledger_id: str) -> Head:
    if found:
        return Head(found.stored_through, found.chain)
    return Head(0, chain_start(gate_id, ledger_id).hex())


def _receipt(ledger_id: str, head: Head) -> Receipt:
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
    moment = Moment(time.at_ms, ledger, record.seq)
    direction = Direction.IN if record.verdict is Verdict.ADMITTED_IN else Direction.OUT
    return Passage(unit_id, time.day, record.card_id, record.kind, direction, moment)
