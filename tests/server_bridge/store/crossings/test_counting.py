"""`fold`: counts from crossings, whatever the order in which they arrive."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from gate_contract.card import CardKind
from gate_contract.crossing import Direction
from server_bridge.store.crossings.counting import (
    SLOT_MS,
    CountKey,
    Delta,
    FiledPosition,
    Passage,
    Presence,
    PresenceKey,
    by_slot,
    fold,
)

SCHOOL, DAY = "thcs-a", date(2026, 11, 23)
PUPILS = (SCHOOL, DAY, CardKind.PUPIL)
IN, OUT = Direction.IN, Direction.OUT


def passage(card: str, direction: Direction, at_ms: int, ledger: int = 1, seq: int = 1) -> Passage:
    return Passage(SCHOOL, DAY, card, CardKind.PUPIL, direction, FiledPosition(at_ms, ledger, seq))


def fold_in_turns(
    batches: Iterable[list[Passage]],
) -> tuple[dict[PresenceKey, Presence], dict[CountKey, Delta]]:
    """Fold batch after batch, as messages arrive, and sum what they add."""
    known: dict[PresenceKey, Presence] = {}
    total: dict[CountKey, Delta] = {}
    for batch in batches:
        changed, deltas = fold(known, batch)
        known |= changed
        for key, delta in deltas.items():
            sums = total.setdefault(key, Delta())
            sums.entered += delta.entered
            sums.left += delta.left
            sums.inside += delta.inside
            sums.people += delta.people
    return known, total


def test_coming_and_going_counts_a_card_once() -> None:
    changed, deltas = fold({}, [passage("a", IN, 10), passage("a", OUT, 20, seq=2)])
    assert deltas == {PUPILS: Delta(entered=1, left=1, inside=0, people=1)}
    assert changed == {
        (SCHOOL, DAY, "a"): Presence(CardKind.PUPIL, False, FiledPosition(20, 1, 2), 10)
    }


def test_an_earlier_crossing_that_arrives_later_does_not_change_who_is_inside() -> None:
    known, _ = fold({}, [passage("a", OUT, 20, seq=2)])
    changed, deltas = fold(known, [passage("a", IN, 10)])
    assert deltas[PUPILS] == Delta(entered=1, left=0, inside=0, people=0)
    assert changed[SCHOOL, DAY, "a"] == Presence(
        CardKind.PUPIL, False, FiledPosition(20, 1, 2), first_in_ms=10
    )


def test_who_was_only_seen_leaving_was_never_inside() -> None:
    changed, deltas = fold({}, [passage("a", OUT, 10)])
    assert deltas[PUPILS] == Delta(entered=0, left=1, inside=0, people=1)
    assert changed[SCHOOL, DAY, "a"].first_in_ms is None


def test_at_the_same_time_ledger_and_number_decide() -> None:
    both = [passage("a", OUT, 10, ledger=2), passage("a", IN, 10, ledger=1, seq=9)]
    changed, deltas = fold({}, both)
    assert not changed[SCHOOL, DAY, "a"].inside
    assert deltas[PUPILS].inside == 0


def test_what_is_known_is_not_touched() -> None:
    known, _ = fold({}, [passage("a", IN, 10)])
    before = dict(known)
    fold(known, [passage("a", OUT, 20, seq=2)])
    assert known == before


def test_entries_are_counted_by_five_minutes() -> None:
    found = by_slot(
        [passage("a", IN, SLOT_MS - 1), passage("b", IN, SLOT_MS), passage("b", OUT, 0)]
    )
    assert found == Counter({(SCHOOL, DAY, 0): 1, (SCHOOL, DAY, 1): 1})


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from([IN, OUT]), st.integers(0, 5)),
        max_size=12,
    ),
    st.randoms(use_true_random=False),
    st.integers(1, 4),
)
def test_any_order_and_any_batches_come_to_the_same(
    crossings: list[tuple[str, Direction, int]], random: Random, size: int
) -> None:
    passages = [passage(card, way, at, seq=seq) for seq, (card, way, at) in enumerate(crossings)]
    shuffled = list(passages)
    random.shuffle(shuffled)
    batches = [shuffled[start : start + size] for start in range(0, len(shuffled), size)]
    assert fold_in_turns(batches) == fold_in_turns([passages])
    known, total = fold_in_turns([passages])
    assert total.get(PUPILS, Delta()).inside == sum(one.inside for one in known.values())
    assert total.get(PUPILS, Delta()).people == len(known)
