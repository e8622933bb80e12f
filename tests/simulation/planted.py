"""Bugs that a gate or a bridge might have, each in place of what ships for one run.

They show that the simulation finds what it searches for. Each is as small as the mistake it stands
for: a condition forgotten, two effects in the wrong order, an identity too short.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from device.ledger.scan_ledger import NewRecord, ScanLedger, StoredCrossing
from device.ledger.uplink_ledger import UplinkLedger
from device.timekeeping import ClockReading, Stamp, Timekeeper
from device.uplink import delivery, outbox
from device.uplink.loop import UplinkLoop
from device.uplink.outbox import Outbox, ReceiptOutcome
from gate_contract import topics
from gate_contract.crossing import Batch, Record, decode_batch
from gate_contract.receipt import Receipt
from gate_contract.topics import GateChannel, GateTopic
from server_bridge.ingest import intake, times
from server_bridge.ingest.accept import Accepted, LedgerHead, TooEarly, accept
from server_bridge.ingest.inbox import Inbox, Taken
from server_bridge.ingest.intake import Intake
from server_bridge.ingest.loop import IngestLoop
from server_bridge.mqtt.session import BridgeSession, ReceivedMessage
from server_bridge.store.crossings import counts
from server_bridge.store.schema.base import crossings, ledgers
from tests.simulation.broker import SimGateSession
from tests.simulation.parts import Parts


@dataclass(frozen=True, slots=True)
class Planted:
    """A bug: `parts` and `patches` put it in place."""

    parts: Parts = field(default_factory=Parts)
    patches: Callable[[], AbstractContextManager[object]] = nullcontext


# -- the gate


class _TrustingLoop(UplinkLoop):
    """Takes the broker's acknowledgement (PUBACK) for proof of storage."""

    def step(self, sleep: Callable[[float], object]) -> None:
        super().step(sleep)
        session, deliverer = self._session, self._delivery
        if not isinstance(session, SimGateSession) or deliverer.ledger is None:
            return
        while session.acknowledged:
            topic, payload = session.acknowledged.pop(0)
            if topic.endswith("crossings"):
                last = decode_batch(payload, session.gate_id).last_seq
                mark = max(last, deliverer.mark)
                deliverer._outbox = replace(deliverer._outbox, mark=mark)
                deliverer.ledger.set_receipted(mark)


class _SignalFirstLedger(ScanLedger):
    """Answers at once; the record is committed with the next write."""

    _owed: tuple[NewRecord, ...] = ()

    def append(self, entries: Sequence[NewRecord]) -> list[Record]:
        self._owed += tuple(entries)
        return []

    def prove_writable(self, up_ms: int) -> None:
        self._pay()
        super().prove_writable(up_ms)

    def last_crossing(self, card_id: str) -> StoredCrossing | None:
        self._pay()
        return super().last_crossing(card_id)

    def _pay(self) -> None:
        if self._owed:
            super().append(self._owed)
            self._owed = ()


class _PruneAllLedger(UplinkLedger):
    """Deletes old records whether or not a receipt covers them."""

    def prune(self, keep_ms: int) -> int:
        mark = self.receipted()
        self.set_receipted(self.head()[0])
        gone = super().prune(keep_ms)
        self.set_receipted(mark)
        return gone


_received = outbox.received


def _never_rewinds(held: Outbox, receipt: Receipt, **known: Any) -> tuple[Outbox, ReceiptOutcome]:
    after, meaning = _received(held, receipt, **known)
    return (
        (held, ReceiptOutcome.UNCHANGED) if meaning is ReceiptOutcome.REWOUND else (after, meaning)
    )


def _no_hash_check(held: Outbox, receipt: Receipt, **known: Any) -> tuple[Outbox, ReceiptOutcome]:
    known["chain_there"] = bytes.fromhex(receipt.chain)
    return _received(held, receipt, **known)


_learn = Timekeeper.learn


def _learn_anything(self: Timekeeper, reading: ClockReading) -> tuple[Timekeeper, Stamp | None]:
    return _learn(self, replace(reading, synchronised=True))


# -- the bridge


class _EarlyAckLoop(IngestLoop):
    """Acknowledges what it has read, and then stores it."""

    def _take(self, session: BridgeSession, messages: list[ReceivedMessage]) -> bool:
        for message in messages:
            session.acknowledge(message)
        with patch.object(session, "acknowledge", lambda _message: None):
            return super()._take(session, messages)


class _EarlyReceiptLoop(IngestLoop):
    """Sends the receipts for what it has read, and stores it in the next step."""

    _owed: tuple[BridgeSession, list[ReceivedMessage]] | None = None

    def _take(self, session: BridgeSession, messages: list[ReceivedMessage]) -> bool:
        if self._owed and self._owed[0] is session and not super()._take(*self._owed):
            return False
        self._owed = (session, messages)
        for message in messages:
            to = topics.parse(message.topic)
            if isinstance(to, GateTopic) and to.channel is GateChannel.CROSSINGS:
                batch = decode_batch(message.payload, to.gate_id)
                receipt = Receipt(
                    ledger_id=batch.ledger_id, stored_through=batch.last_seq, chain=batch.head
                )
                self._send_receipt(session, to.gate_id, receipt)
        return True


def _highest(head: LedgerHead, batch: Batch) -> Any:
    """Store a batch that arrives too early, and receipt the highest seq."""
    outcome = accept(head, batch)
    if isinstance(outcome, TooEarly):
        return Accepted(tuple(batch.records), LedgerHead(batch.last_seq, batch.head))
    return outcome


class _CountLaterInbox(Inbox):
    """Commits the crossings, and counts them in a separate transaction."""

    def _take_all(self, letters: Sequence[tuple[str, bytes]], now_ms: int) -> Taken:
        owed: list[tuple[Any, ...]] = []
        later = patch.object(intake, "count_passages", lambda _connection, *rest: owed.append(rest))
        with later:
            taken = super()._take_all(letters, now_ms)
        with self._database.write() as connection:
            for passages, lines in owed:
                counts.count_passages(connection, passages, lines)
        return taken


def _all_new(head: LedgerHead, batch: Batch) -> Any:
    """Take everything in a batch for new."""
    outcome = accept(head, batch)
    if isinstance(outcome, Accepted) and len(outcome.records) < len(batch.records):
        end = (
            head if batch.last_seq < head.stored_through else LedgerHead(batch.last_seq, batch.head)
        )
        return Accepted(tuple(batch.records), end)
    return outcome


_store = Intake._store


def _store_over(
    self: Intake, ledger: int, unit_id: str, records: Sequence[Record], heard_ms: int
) -> int | None:
    self._connection.execute(
        crossings.delete().where(
            (crossings.c.ledger == ledger) & crossings.c.seq.in_([r.seq for r in records])
        )
    )
    return _store(self, ledger, unit_id, records, heard_ms)


def _ledger_of_gate(connection: sa.Connection, gate_id: str, _ledger_id: str) -> sa.Row[Any] | None:
    """Identify a gate's records by their seq alone."""
    return connection.execute(ledgers.select().where(ledgers.c.gate_id == gate_id)).first()


def _by_seq(head: LedgerHead, batch: Batch) -> Any:
    if batch.first_seq > head.stored_through + 1:
        return TooEarly()
    new = tuple(record for record in batch.records if record.seq > head.stored_through)
    return Accepted(new, LedgerHead(batch.last_seq, batch.head) if new else head)


@contextmanager
def _all(*patches: AbstractContextManager[object]) -> Iterator[None]:
    with patches[0], _all(*patches[1:]) if patches[1:] else nullcontext():
        yield


def _accepting(variant: Callable[[LedgerHead, Batch], Any]) -> AbstractContextManager[object]:
    return patch.object(intake, "accept", variant)


def _receiving(variant: Callable[..., Any]) -> AbstractContextManager[object]:
    return patch.object(outbox, "received", variant)


PLANTED: dict[str, Planted] = {
    "trust PUBACK": Planted(Parts(uplink_loop=_TrustingLoop)),
    "signal before commit": Planted(Parts(scan_ledger=_SignalFirstLedger)),
    "prune above the receipt": Planted(Parts(uplink_ledger=_PruneAllLedger)),
    "no rewind": Planted(patches=lambda: _receiving(_never_rewinds)),
    "accept a receipt with a wrong hash": Planted(patches=lambda: _receiving(_no_hash_check)),
    "one contradiction sets a ledger aside": Planted(
        patches=lambda: patch.object(delivery, "CONFIRMED_MS", 0)
    ),
    "acknowledge before commit": Planted(Parts(ingest_loop=_EarlyAckLoop)),
    "receipt before commit": Planted(Parts(ingest_loop=_EarlyReceiptLoop)),
    "receipt is the highest, not the highest contiguous": Planted(
        patches=lambda: _accepting(_highest)
    ),
    "count outside the transaction": Planted(Parts(inbox=_CountLaterInbox)),
    "no duplicate check": Planted(
        patches=lambda: _all(_accepting(_all_new), patch.object(Intake, "_store", _store_over))
    ),
    "no ledger id": Planted(
        patches=lambda: _all(
            _accepting(_by_seq), patch.object(intake, "find_ledger", _ledger_of_gate)
        )
    ),
    "an unsynchronised clock is believed": Planted(
        patches=lambda: patch.object(Timekeeper, "learn", _learn_anything)
    ),
    "an untrusted time is not put between its neighbours": Planted(
        patches=lambda: patch.object(times, "in_order", lambda guesses, *_: list(guesses))
    ),
    "a corrected clock is not counted again": Planted(
        patches=lambda: patch.object(intake, "recount", lambda *_: None)
    ),
}
