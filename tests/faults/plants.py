"""Bugs, planted into real processes to prove that a campaign would find them."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gate_contract import topics
from gate_contract.crossing import decode_batch
from gate_contract.receipt import Receipt
from gate_contract.topics import Channel, GateTopic
from server_bridge.ingest.inbox import Inbox, Taken


def trust_the_wire() -> None:
    """What is published counts as delivered, as if a PUBACK were a receipt."""
    from device.uplink.loop import UplinkLoop

    publish: Callable[..., bool] = UplinkLoop._publish_next

    def planted(self: Any, session: Any, ledger: Any, reading: Any) -> bool:
        told = publish(self, session, ledger, reading)
        if told:
            self._outbox = replace(self._outbox, mark=self._outbox.sent, since_up_ms=None)
            ledger.set_receipted(self._outbox.sent)
        return told

    UplinkLoop._publish_next = planted  # type: ignore[method-assign]


def receipt_before_commit() -> None:
    """The bridge remembers what it is going to store, says so, and stores it a little later."""
    take = Inbox.take
    kept: list[tuple[str, bytes]] = []

    def planted(self: Inbox, letters: Any, now_ms: int) -> Taken:
        take(self, list(kept), now_ms)
        kept[:] = letters
        taken = Taken()
        for topic, payload in letters:
            match topics.parse(topic):
                case GateTopic(gate_id, Channel.CROSSINGS):
                    batch = decode_batch(payload, gate_id)
                    taken.receipts[gate_id] = Receipt(
                        ledger_id=batch.ledger_id, stored_through=batch.last_seq, chain=batch.head
                    )
        return taken

    Inbox.take = planted  # type: ignore[method-assign]


def count_after_commit() -> None:
    """Rows are committed first, their counts a moment later in a transaction of their own."""
    from server_bridge.store import counts, intake

    take, count = Inbox.take, counts.count_passages
    owed: list[Any] = []

    def note(connection: Any, passages: Any, lines: Any) -> None:
        owed.append((passages, lines))

    def planted(self: Inbox, letters: Any, now_ms: int) -> Taken:
        taken = take(self, letters, now_ms)
        time.sleep(0.1)
        with self._database.write() as connection:
            for passages, lines in owed:
                count(connection, passages, lines)
        owed.clear()
        return taken

    intake.count_passages = note
    Inbox.take = planted  # type: ignore[method-assign]


def green_before_commit() -> None:
    """The answer is given first and recorded a moment later."""
    from device.ledger.writing import ScanLedger
    from device.scan.loop import log

    append = ScanLedger.append

    def planted(self: ScanLedger, entries: Any) -> Any:
        log.info("answered", verdicts=[entry.verdict for entry in entries])
        time.sleep(0.05)
        return append(self, entries)

    ScanLedger.append = planted  # type: ignore[method-assign]


PLANTS = {
    plant.__name__: plant
    for plant in (
        trust_the_wire,
        receipt_before_commit,
        count_after_commit,
        green_before_commit,
    )
}
