"""Bugs, planted into real processes to prove that a campaign finds them."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from server_bridge.ingest.inbox import Inbox, Taken


def trust_the_wire() -> None:
    """Count published records as delivered, as if a PUBACK were a receipt."""
    from device.uplink.delivery import Delivery

    send: Callable[..., bool] = Delivery._send_next

    def planted(self: Any, ledger: Any, *rest: Any) -> bool:
        told = send(self, ledger, *rest)
        if told:
            self._outbox = replace(self._outbox, mark=self._outbox.sent, since_up_ms=None)
            ledger.set_receipted(self._outbox.sent)
        return told

    Delivery._send_next = planted  # type: ignore[method-assign, assignment]


def count_after_commit() -> None:
    """Commit rows first, and their counts a moment later in another transaction."""
    from server_bridge.ingest import intake
    from server_bridge.store.crossings import counts

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

    intake.__dict__["count_passages"] = note
    Inbox.take = planted  # type: ignore[method-assign]


def green_before_commit() -> None:
    """Answer first, and record a moment later."""
    from device.ledger.scan_ledger import ScanLedger
    from device.scan import loop

    append, log = ScanLedger.append, loop.log

    class Log:
        """Omits what the loop logs once more when all is recorded."""

        def __getattr__(self, name: str) -> Any:
            return getattr(log, name)

        def info(self, event: str, **told: Any) -> None:
            if event != "answered":
                log.info(event, **told)

    def planted(self: ScanLedger, entries: Any) -> Any:
        log.info("answered", verdicts=[entry.verdict for entry in entries])
        time.sleep(0.05)
        return append(self, entries)

    loop.log = Log()
    ScanLedger.append = planted  # type: ignore[method-assign]


def hoard() -> None:
    """Keep everything that is sent, several times over."""
    from device.ledger.uplink_ledger import UplinkLedger

    batch = UplinkLedger.batch
    kept: list[Any] = []

    def planted(self: UplinkLedger, first: int, last: int) -> Any:
        made = batch(self, first, last)
        kept.append(bytearray(2 * 2**20))
        return made

    UplinkLedger.batch = planted  # type: ignore[method-assign]


def leak() -> None:
    """Keep one byte of each record that is sent."""
    from device.ledger.uplink_ledger import UplinkLedger

    batch = UplinkLedger.batch
    kept = bytearray()

    def planted(self: UplinkLedger, first: int, last: int) -> Any:
        made = batch(self, first, last)
        kept.extend(b"x" * len(made.records))
        return made

    UplinkLedger.batch = planted  # type: ignore[method-assign]


def believe_any_clock() -> None:
    """Trust the wall clock, synchronised or not."""
    from device.timekeeping import ClockReading, Timekeeper

    learn = Timekeeper.learn

    def planted(self: Timekeeper, reading: ClockReading) -> Any:
        return learn(self, replace(reading, synchronised=True))

    Timekeeper.learn = planted  # type: ignore[method-assign]


PLANTS = {
    plant.__name__: plant
    for plant in (
        trust_the_wire,
        count_after_commit,
        green_before_commit,
        hoard,
        leak,
        believe_any_clock,
    )
}
