"""What to send, and what a receipt means."""

from hypothesis import given
from hypothesis import strategies as st

from device.uplink.outbox import (
    RECEIPT_MS,
    WINDOW,
    Outbox,
    ReceiptOutcome,
    RecordRange,
    next_range,
    published,
    received,
    reconnected,
    waited,
)
from gate_contract.crossing import MAX_RECORDS
from gate_contract.receipt import Receipt

LEDGER, OTHER = "a" * 32, "f" * 32


def chain(seq: int) -> bytes:
    return seq.to_bytes(32, "big")


def receipt(through: int, *, ledger: str = LEDGER, of: int | None = None) -> Receipt:
    return Receipt(
        ledger_id=ledger, stored_through=through, chain=chain(through if of is None else of).hex()
    )


def receive(
    outbox: Outbox, told: Receipt, *, head: int, oldest: int = 1
) -> tuple[Outbox, ReceiptOutcome]:
    held = oldest - 1 <= told.stored_through <= head
    there = chain(told.stored_through) if held else None
    return received(outbox, told, ledger_id=LEDGER, head=head, chain_there=there, up_ms=5_000)


def send_all(outbox: Outbox, head: int, oldest: int = 1) -> tuple[Outbox, list[RecordRange]]:
    spans = []
    while span := next_range(outbox, oldest, head):
        outbox = published(outbox, span, 1_000)
        spans.append(span)
    return outbox, spans


@given(mark=st.integers(0, 3_000), backlog=st.integers(0, 60_000))
def test_a_window_is_bounded_contiguous_and_begins_at_the_mark(mark: int, backlog: int) -> None:
    outbox, spans = send_all(Outbox(mark, mark), mark + backlog)
    assert outbox.sent - mark == min(backlog, WINDOW)
    edges = [mark, *(span.last for span in spans)]
    assert [span.first for span in spans] == [edge + 1 for edge in edges[:-1]]
    assert all(1 <= span.last - span.first + 1 <= MAX_RECORDS for span in spans)


def test_a_month_offline_drains_in_order() -> None:
    outbox, head, delivered = Outbox(0, 0), 60_000, 0
    while outbox.mark < head:
        outbox, spans = send_all(outbox, head)
        assert spans[0].first == delivered + 1
        delivered = spans[-1].last
        outbox, meaning = receive(outbox, receipt(delivered), head=head)
        assert meaning is ReceiptOutcome.ADVANCED


def test_silence_sends_everything_again_ever_more_slowly() -> None:
    outbox, _ = send_all(Outbox(10, 10), 50)
    assert waited(outbox, 1_000 + RECEIPT_MS - 1) == outbox
    again = waited(outbox, 1_000 + RECEIPT_MS)
    assert next_range(again, 1, 50) == RecordRange(11, 50)
    assert again.patience_ms == 2 * RECEIPT_MS
    assert waited(again, 10**9) == again  # nothing in flight, nothing to wait for


def test_a_new_connection_begins_at_the_mark() -> None:
    outbox, _ = send_all(Outbox(10, 10), 50)
    assert next_range(reconnected(outbox), 1, 50) == RecordRange(11, 50)


def test_a_partial_receipt_moves_the_mark_only() -> None:
    outbox, _ = send_all(Outbox(0, 0), 500)
    outbox, meaning = receive(outbox, receipt(256), head=500)
    assert (meaning, outbox.mark, outbox.sent) == (ReceiptOutcome.ADVANCED, 256, 500)


def test_a_bridge_that_lost_records_gets_them_again() -> None:
    outbox, meaning = receive(Outbox(400, 450), receipt(100), head=500)
    assert meaning is ReceiptOutcome.REWOUND
    assert next_range(outbox, 1, 500) == RecordRange(101, 356)


def test_a_bridge_that_lost_more_than_is_kept_gets_what_there_is() -> None:
    outbox, meaning = receive(Outbox(400, 450), receipt(100), head=500, oldest=300)
    assert meaning is ReceiptOutcome.REWOUND
    assert next_range(outbox, 300, 500) == RecordRange(300, 500)


def test_a_bridge_that_stands_still_while_we_wait_is_sent_the_window_again() -> None:
    outbox, _ = send_all(Outbox(10, 10), 50)
    again, meaning = receive(outbox, receipt(10), head=50)
    assert meaning is ReceiptOutcome.UNCHANGED
    assert next_range(again, 1, 50) == RecordRange(11, 50)
    # But not at once: a receipt for something sent twice is no reason.
    fresh = published(Outbox(10, 10), RecordRange(11, 50), 4_500)
    assert receive(fresh, receipt(10), head=50) == (fresh, ReceiptOutcome.UNCHANGED)


def test_a_receipt_for_pruned_rows_is_believed_in_either_direction() -> None:
    """Accept receipts of a bridge that was restored twice.

    These rows were receipted once, and are pruned, so they cannot be compared. Taking this for an
    old copy of the SD card would set aside a good ledger.
    """
    held = Outbox(50, 50)
    after, meaning = received(
        held, receipt(70), ledger_id=LEDGER, head=500, chain_there=None, up_ms=1
    )
    assert (after.mark, meaning) == (70, ReceiptOutcome.ADVANCED)
    assert next_range(after, 81, 500) == RecordRange(81, 336)


def test_receipts_that_change_nothing() -> None:
    outbox = Outbox(400, 450)
    for told, expected in (
        (receipt(400), ReceiptOutcome.UNCHANGED),
        (receipt(450, ledger=OTHER), ReceiptOutcome.OTHER_LEDGER),
        (receipt(450, of=449), ReceiptOutcome.WRONG_HASH),
        (receipt(100, of=99), ReceiptOutcome.WRONG_HASH),
        (receipt(501), ReceiptOutcome.AHEAD),
    ):
        assert receive(outbox, told, head=500) == (outbox, expected)
