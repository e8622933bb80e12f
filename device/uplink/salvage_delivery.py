"""Deliver what could be recovered of damaged ledgers, beside the ledger in use."""

from collections.abc import Iterator
from pathlib import Path

import structlog

from device.ledger.file import LedgerError
from device.ledger.salvage import Salvage, undelivered
from device.uplink import outbox
from device.uplink.outbox import Outbox, ReceiptOutcome
from gate_contract.crossing import Batch
from gate_contract.receipt import Receipt

log = structlog.get_logger()


class SalvageDelivery:
    """Delivers the damaged ledgers in a folder, one after the other."""

    def __init__(self, folder: Path, gate_id: str) -> None:
        self._gate_id = gate_id
        self._paths: Iterator[Path] = iter(undelivered(folder))
        self._salvage: Salvage | None = None
        self._outbox = Outbox(0, 0)

    def next_batch(self, up_ms: int) -> Batch | None:
        """Return the batch to publish now, None if there is none; it counts as published."""
        salvage = self._ready()
        run = salvage.window() if salvage else None
        if salvage is None or run is None:
            return None
        span = outbox.next_range(self._outbox, run.first, run.last)
        if span is None:
            return None
        self._outbox = outbox.published(self._outbox, span, up_ms)
        return salvage.batch(run, span.first, span.last)

    def reconnected(self) -> None:
        """Count everything in flight as lost."""
        self._outbox = outbox.reconnected(self._outbox)

    def waited(self, up_ms: int) -> None:
        """Send again after too long a silence."""
        self._outbox = outbox.waited(self._outbox, up_ms)

    def take(self, receipt: Receipt, up_ms: int) -> bool:
        """Process a receipt; return whether it is about a damaged ledger."""
        salvage = self._salvage
        if salvage is None or receipt.ledger_id != salvage.ledger_id:
            return False
        # In a hole the receipt is accepted: the district has what was delivered before the damage.
        there = salvage.chain_at(receipt.stored_through) or bytes.fromhex(receipt.chain)
        before = self._outbox.mark
        self._outbox, outcome = outbox.received(
            self._outbox,
            receipt,
            ledger_id=salvage.ledger_id,
            head=salvage.last,
            chain_there=there,
            up_ms=up_ms,
        )
        if outcome is ReceiptOutcome.AHEAD:
            self._outbox = Outbox(salvage.last, salvage.last)
        if outcome is ReceiptOutcome.WRONG_HASH:
            log.error("the district holds other records", file=salvage.path.name)
            self._salvage = None
        elif self._outbox.mark != before:
            salvage.set_receipted(self._outbox.mark)
            self._finish(salvage)
        return True

    def _finish(self, salvage: Salvage) -> None:
        if salvage.window() is None:
            log.info("damaged ledger delivered", file=salvage.path.name, records=salvage.proven)
            self._salvage = None

    def _ready(self) -> Salvage | None:
        if self._salvage is None:
            path = next(self._paths, None)
            if path:
                self._salvage = self._open(path)
        return self._salvage

    def _open(self, path: Path) -> Salvage | None:
        try:
            salvage = Salvage.open(path, self._gate_id)
            mark = salvage.receipted()
            if salvage.window() is None:  # nothing in it could be proven
                salvage.set_receipted(mark)
                return None
        except LedgerError as error:
            log.error("damaged ledger", error=str(error))  # noqa: TRY400
            return None
        self._outbox = Outbox(mark, mark)
        log.info("damaged ledger", file=path.name, proven=salvage.proven, runs=len(salvage.runs))
        return salvage
