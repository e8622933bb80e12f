"""Test which records of a batch are new."""

from hypothesis import given
from hypothesis import strategies as st

from server_bridge.ingest.accept import Accepted, Conflict, LedgerHead, TooEarly, accept
from tests.builders.school import Scribe

RECORDS = 40


def scribe(*, first_card: int = 1) -> Scribe:
    return Scribe().enter(*range(first_card, first_card + RECORDS))


SCRIBE = scribe()


def head(through: int) -> LedgerHead:
    return LedgerHead(through, SCRIBE.chains[through].hex())


@given(
    through=st.integers(0, RECORDS), first=st.integers(1, RECORDS), length=st.integers(1, RECORDS)
)
def test_a_batch_adds_exactly_what_is_new_and_next(through: int, first: int, length: int) -> None:
    last = min(RECORDS, first + length - 1)
    outcome = accept(head(through), SCRIBE.batch(first, last))
    if first > through + 1:
        assert outcome == TooEarly()
    else:
        assert isinstance(outcome, Accepted)
        assert [record.seq for record in outcome.records] == list(range(through + 1, last + 1))
        assert outcome.head == head(max(through, last))
        assert outcome.missing == 0


@given(order=st.permutations([(1, 9), (10, 20), (15, 30), (21, 40), (1, 40), (5, 12)]))
def test_any_order_with_repetition_stores_each_record_once(order: list[tuple[int, int]]) -> None:
    at, stored = head(0), []
    for first, last in order * 4:
        outcome = accept(at, SCRIBE.batch(first, last))
        if isinstance(outcome, Accepted):
            stored += [record.seq for record in outcome.records]
            at = outcome.head
    assert stored == list(range(1, RECORDS + 1))


def test_another_history_of_the_same_ledger_is_a_conflict() -> None:
    other = scribe(first_card=1_000)
    for through, first, last in ((20, 10, 30), (20, 21, 30), (20, 1, 20), (RECORDS, 1, RECORDS)):
        assert isinstance(accept(head(through), other.batch(first, last)), Conflict)


def test_a_gap_is_accepted_only_if_the_gate_has_no_older_records() -> None:
    pruned = scribe()
    pruned.pruned = 29
    outcome = accept(head(10), pruned.batch(30, 40))
    assert isinstance(outcome, Accepted)
    assert (outcome.missing, outcome.head) == (19, head(40))
    assert accept(head(10), pruned.batch(31, 40)) == TooEarly()
