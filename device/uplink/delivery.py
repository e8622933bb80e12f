"""Deliver the ledger: send the next batches, process receipts, store the mark, and prune."""

from collections.abc import Callable

import structlog

from device.ledger.file import LedgerError
from device.ledger.uplink_ledger import UplinkLedger
from device.timekeeping import ClockReading
from device.uplink import outbox
from device.uplink.outbox import SLOWEST_RECEIPT_MS, Outbox, ReceiptOutcome
from device.uplink.salvage_delivery import SalvageDelivery
from gate_contract.crossing import Batch
from gate_contract.errors import ContractError
from gate_contract.receipt import Receipt, decode_receipt

LEDGER_PAUSE_MS = 1_000
"""The pause before a ledger that failed is opened again."""
PRUNE_MS = 600_000
CONFIRMED_MS = 20_000
"""A contradiction that the district repeats after this long is no accident.

It answers each health that reports another mark than its own, so it does repeat it.
"""
DAY_MS = 86_400_000

log = structlog.get_logger()


class Delivery:
    """Delivers the ledger that is in use.

    A ledger that failed is closed and opened again after a pause; one that gate-scan has replaced
    is opened anew. No failure of a ledger is raised: `fault` says what is wrong, and `log_state` is
    called with each change.
    """

    def __init__(
        self,
        open_ledger: Callable[[], UplinkLedger],
        open_salvaged: Callable[[], SalvageDelivery] | None,
        keep_days: int,
        log_state: Callable[[str, str], None],
    ) -> None:
        self._open_ledger = open_ledger
        self._open_salvaged = open_salvaged
        self._keep_ms = keep_days * DAY_MS
        self._log_state = log_state
        self.ledger: UplinkLedger | None = None
        self.ledger_id = ""
        self.fault = ""
        self._retry_up_ms = 0
        self._outbox = Outbox(0, 0)
        self._kept_mark = 0
        self._salvaged: SalvageDelivery | None = None
        self._contradicted: tuple[int, Receipt] | None = None
        self._pruned_up_ms = 0

    @property
    def mark(self) -> int:
        """The seq up to which the district has sent receipts."""
        return self._outbox.mark

    def send_next(self, send: Callable[[Batch], None], reading: ClockReading) -> bool:
        """Send one batch if one is due; return whether it was."""
        return self._with_ledger(lambda ledger: self._send_next(ledger, send, reading), reading)

    def take(self, payload: bytes, reading: ClockReading) -> None:
        """Process a received receipt."""
        self._with_ledger(lambda ledger: self._take(payload, ledger, reading), reading)

    def reconnected(self) -> None:
        """Count everything in flight as lost."""
        self._outbox = outbox.reconnected(self._outbox)
        if self._salvaged:
            self._salvaged.reconnected()

    def waited(self, reading: ClockReading) -> bool:
        """Return whether there was no receipt for so long that a new connection may help."""
        before = self._outbox
        self._outbox = outbox.waited(self._outbox, reading.up_ms)
        if self._salvaged:
            self._salvaged.waited(reading.up_ms)
        return self._outbox is not before and self._outbox.patience_ms == SLOWEST_RECEIPT_MS

    def tend(self, reading: ClockReading) -> None:
        """Store the mark, and prune now and then."""
        self._with_ledger(self._keep_mark, reading)
        self._with_ledger(lambda ledger: self._prune(ledger, reading), reading)

    def close(self) -> None:
        """Close the ledger."""
        if self.ledger:
            self.ledger.close()

    def _with_ledger(self, work: Callable[[UplinkLedger], bool], reading: ClockReading) -> bool:
        try:
            if self.ledger and self.ledger.is_replaced():
                self._log_state("ledger", "gate-scan has created a new one")
                self.ledger.close()
                self.ledger = None
            if self.ledger is None:
                if reading.up_ms < self._retry_up_ms:
                    return False
                self.ledger = self._take_up(self._open_ledger())
            done = work(self.ledger)
        except LedgerError as error:
            self._log_state("ledger", str(error))
            self.fault = str(error)
            self._retry_up_ms = reading.up_ms + LEDGER_PAUSE_MS
            self.close()
            self.ledger = None
            return False
        self.fault = ""
        return done

    def _take_up(self, ledger: UplinkLedger) -> UplinkLedger:
        # The mark in memory is kept for the same ledger: if a full disk refuses to store it, this
        # gate must not send its window again and again.
        if ledger.ledger_id != self.ledger_id:
            mark = ledger.receipted()
            self.ledger_id, self._outbox = ledger.ledger_id, Outbox(mark, mark)
            self._kept_mark = mark
            self._salvaged = self._open_salvaged() if self._open_salvaged else None
        return ledger

    def _send_next(
        self, ledger: UplinkLedger, send: Callable[[Batch], None], reading: ClockReading
    ) -> bool:
        span = outbox.next_range(self._outbox, ledger.oldest(), ledger.head()[0])
        if span is None:
            saved = self._salvaged.next_batch(reading.up_ms) if self._salvaged else None
            if saved:
                send(saved)
            return saved is not None
        send(ledger.batch(span.first, span.last))
        self._outbox = outbox.published(self._outbox, span, reading.up_ms)
        return True

    def _take(self, payload: bytes, ledger: UplinkLedger, reading: ClockReading) -> bool:
        try:
            receipt = decode_receipt(payload)
        except ContractError as error:
            log.warning("receipt refused", error=str(error))
            return False
        if self._salvaged and self._salvaged.take(receipt, reading.up_ms):
            return False
        before = self._outbox.mark
        self._outbox, outcome = outbox.received(
            self._outbox,
            receipt,
            ledger_id=ledger.ledger_id,
            head=ledger.head()[0],
            chain_there=ledger.chain_at(receipt.stored_through),
            up_ms=reading.up_ms,
        )
        if outcome in (ReceiptOutcome.REWOUND, ReceiptOutcome.WRONG_HASH, ReceiptOutcome.AHEAD):
            log.warning("receipt", outcome=outcome, through=receipt.stored_through, mark=before)
        self._check_contradiction(receipt, outcome, ledger, reading)
        return self._outbox.mark != before

    def _check_contradiction(
        self, receipt: Receipt, outcome: ReceiptOutcome, ledger: UplinkLedger, reading: ClockReading
    ) -> None:
        """Report the ledger as forked once the district has contradicted it twice.

        The two receipts have to be some time apart: one may be stale or false, and setting a good
        ledger aside would withhold its records.
        """
        if outcome in (ReceiptOutcome.ADVANCED, ReceiptOutcome.UNCHANGED, ReceiptOutcome.REWOUND):
            self._contradicted = None
        elif outcome in (ReceiptOutcome.WRONG_HASH, ReceiptOutcome.AHEAD):
            since_up_ms, contradiction = self._contradicted or (reading.up_ms, receipt)
            if contradiction != receipt:
                since_up_ms = reading.up_ms
            self._contradicted = (since_up_ms, receipt)
            if reading.up_ms - since_up_ms >= CONFIRMED_MS:
                ledger.report_forked()

    def _keep_mark(self, ledger: UplinkLedger) -> bool:
        """Store the mark.

        It is tried again if the disk is full: there may never be another receipt.
        """
        if self._outbox.mark == self._kept_mark:
            return False
        ledger.set_receipted(self._outbox.mark)
        self._kept_mark = self._outbox.mark
        return True

    def _prune(self, ledger: UplinkLedger, reading: ClockReading) -> bool:
        if reading.up_ms - self._pruned_up_ms < PRUNE_MS:
            return False
        done = not ledger.prune(self._keep_ms)
        if done:
            self._pruned_up_ms = reading.up_ms
        return not done
