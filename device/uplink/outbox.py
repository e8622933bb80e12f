"""Decide what to send next, and what a receipt means. Pure.

The gate deletes nothing without a receipt of the bridge. `mark` is the seq that a receipt has
covered; `sent` is how far batches have been published since the connection was made. At most
`WINDOW` records are between them, and after a silence of `RECEIPT_MS` they are sent again from the
mark.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from gate_contract.crossing import MAX_RECORDS
from gate_contract.receipt import Receipt

WINDOW = 4 * MAX_RECORDS
"""The most records that are published and not receipted."""
RECEIPT_MS = 10_000
"""How long to wait for a receipt before the window is sent again."""
STANDSTILL_MS = 1_000
"""A receipt that does not move the mark after such a wait is a reason to send again."""
MAX_RECEIPT_MS = 120_000
"""The wait doubles up to this while the bridge stays silent."""


class ReceiptOutcome(StrEnum):
    """The meaning of a receipt."""

    ADVANCED = "advanced"
    UNCHANGED = "unchanged"
    REWOUND = "rewound"
    """The bridge has lost records, as after a restored backup: they are sent again."""
    OTHER_LEDGER = "other_ledger"
    """It is about another ledger of this gate, as after a change of SD card."""
    WRONG_HASH = "wrong_hash"
    """The bridge holds another record at that seq: nothing is marked."""
    AHEAD = "ahead"
    """The bridge holds more than this ledger: an old copy of the SD card is running."""


@dataclass(frozen=True, slots=True)
class RecordRange:
    """Consecutive records, both ends included; 256 at most."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Outbox:
    """The state of delivery, see the module.

    `since_up_ms` is when the oldest unreceipted batch was sent, or the last receipt moved the mark;
    None while nothing is in flight.
    """

    mark: int
    sent: int
    since_up_ms: int | None = None
    patience_ms: int = RECEIPT_MS


def reconnected(outbox: Outbox) -> Outbox:
    """Return the outbox after a new connection: nothing in flight counts as sent."""
    return Outbox(mark=outbox.mark, sent=outbox.mark)


def next_range(outbox: Outbox, oldest: int, head: int) -> RecordRange | None:
    """Return the next records to publish of a ledger with `oldest`..`head`, None if none.

    A full window waits for its receipts.
    """
    first = max(outbox.sent + 1, oldest)
    last = min(head, first + MAX_RECORDS - 1, max(outbox.mark, oldest - 1) + WINDOW)
    return RecordRange(first, last) if first <= last else None


def published(outbox: Outbox, span: RecordRange, up_ms: int) -> Outbox:
    """Return the outbox after `span` was handed to the connection."""
    since = up_ms if outbox.since_up_ms is None else outbox.since_up_ms
    return replace(outbox, sent=span.last, since_up_ms=since)


def waited(outbox: Outbox, up_ms: int) -> Outbox:
    """Return the outbox after time has passed.

    After too long a silence everything from the mark is to be sent again.
    """
    if outbox.since_up_ms is None or up_ms - outbox.since_up_ms < outbox.patience_ms:
        return outbox
    wait_ms = min(outbox.patience_ms * 2, MAX_RECEIPT_MS)
    return Outbox(mark=outbox.mark, sent=outbox.mark, patience_ms=wait_ms)


def received(
    outbox: Outbox,
    receipt: Receipt,
    *,
    ledger_id: str,
    head: int,
    chain_there: bytes | None,
    up_ms: int,
) -> tuple[Outbox, ReceiptOutcome]:
    """Return the outbox after `receipt`, and what the receipt means.

    `chain_there` is this ledger's own chain hash at `receipt.stored_through`, None if that row was
    pruned: pruned rows were receipted once, so the bridge has lost records, and the receipt is
    accepted.
    """
    through = receipt.stored_through
    if receipt.ledger_id != ledger_id:
        return outbox, ReceiptOutcome.OTHER_LEDGER
    if through > head:
        return outbox, ReceiptOutcome.AHEAD
    if chain_there is not None and chain_there.hex() != receipt.chain:
        return outbox, ReceiptOutcome.WRONG_HASH
    if through < outbox.mark:
        return Outbox(mark=through, sent=through), ReceiptOutcome.REWOUND
    if through == outbox.mark:
        # The mark has not moved for a while: what was in flight is lost, as when the broker or the
        # bridge was restarted.
        waited_ms = 0 if outbox.since_up_ms is None else up_ms - outbox.since_up_ms
        lost = waited_ms >= STANDSTILL_MS
        return reconnected(outbox) if lost else outbox, ReceiptOutcome.UNCHANGED
    sent = max(outbox.sent, through)
    since = None if sent == through else up_ms
    return Outbox(mark=through, sent=sent, since_up_ms=since), ReceiptOutcome.ADVANCED
