"""The decision about one scan."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.scan.verdict import CardKnowledge, LastCrossing, Policy, decide
from device.timekeeping import Now
from gate_contract.card import Card, CardKind
from gate_contract.crossing import Direction
from gate_contract.roster import EntryAction
from gate_contract.verdicts import CROSSINGS, Verdict
from tests.fakes.clock import BOOT, OTHER_BOOT

TODAY = date(2026, 9, 7)
NOW = Now(BOOT, 100_000, TODAY, TODAY, trusted=True)
AUTO = Policy(None, 5_000)
CARD = Card("0" * 16, CardKind.PUPIL, TODAY - timedelta(days=3), TODAY + timedelta(days=3))


def last(
    direction: Direction, *, boot: str = OTHER_BOOT, day: date | None = TODAY
) -> CardKnowledge:
    return CardKnowledge(last=LastCrossing(direction, boot, 50_000, day))


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (CardKnowledge(), Verdict.ADMITTED_IN),
        (last(Direction.IN), Verdict.ADMITTED_OUT),
        (last(Direction.OUT), Verdict.ADMITTED_IN),
        (last(Direction.IN, day=TODAY - timedelta(days=1)), Verdict.ADMITTED_IN),
        (last(Direction.OUT, day=TODAY - timedelta(days=1)), Verdict.ADMITTED_IN),
        (last(Direction.IN, day=None), Verdict.ADMITTED_OUT),
    ],
    ids=["first", "was in", "was out", "in yesterday", "out yesterday", "in, day unknown"],
)
def test_auto_is_the_opposite_of_the_last_crossing_today(
    known: CardKnowledge, expected: Verdict
) -> None:
    assert decide(CARD, known, NOW, AUTO).verdict is expected


@pytest.mark.parametrize("direction", Direction)
def test_a_one_way_gate_keeps_its_direction(direction: Direction) -> None:
    for known in (CardKnowledge(), last(Direction.IN), last(Direction.OUT)):
        decision = decide(CARD, known, NOW, Policy(direction, 5_000))
        assert decision.direction is direction


@pytest.mark.parametrize(
    ("ago_ms", "expected"), [(4_999, Verdict.REPEAT), (5_000, Verdict.ADMITTED_IN)]
)
def test_the_repeat_window_ends(ago_ms: int, expected: Verdict) -> None:
    assert decide(CARD, CardKnowledge(seen_ms_ago=ago_ms), NOW, AUTO).verdict is expected


def test_a_repeat_is_known_from_the_ledger_after_a_restart() -> None:
    known = CardKnowledge(last=LastCrossing(Direction.IN, BOOT, NOW.up_ms - 4_000, TODAY))
    assert decide(CARD, known, NOW, AUTO).verdict is Verdict.REPEAT


def test_boot_times_of_different_boots_are_not_compared() -> None:
    known = CardKnowledge(last=LastCrossing(Direction.IN, OTHER_BOOT, NOW.up_ms - 4_000, TODAY))
    assert decide(CARD, known, NOW, AUTO).verdict is Verdict.ADMITTED_OUT


@pytest.mark.parametrize(
    ("day", "trusted", "expected"),
    [
        (CARD.not_before - timedelta(days=1), True, Verdict.NOT_YET_VALID),
        (CARD.not_before, True, Verdict.ADMITTED_IN),
        (CARD.expires, True, Verdict.ADMITTED_IN),
        (CARD.expires + timedelta(days=1), True, Verdict.EXPIRED),
        # A clock that nobody has set proves nothing.
        (CARD.not_before - timedelta(days=1), False, Verdict.ADMITTED_IN),
        (CARD.expires + timedelta(days=1), False, Verdict.ADMITTED_IN),
    ],
)
def test_validity_counts_both_days(day: date, trusted: bool, expected: Verdict) -> None:
    now = Now(BOOT, 100_000, day, earliest=TODAY, trusted=trusted)
    assert decide(CARD, CardKnowledge(), now, AUTO).verdict is expected


def test_a_day_that_was_certain_expires_a_card_whatever_the_clock_says() -> None:
    after = CARD.expires + timedelta(days=1)
    now = Now(BOOT, 100_000, CARD.not_before, earliest=after, trusted=False)
    assert decide(CARD, CardKnowledge(), now, AUTO).verdict is Verdict.EXPIRED


@pytest.mark.parametrize("refusal", sorted(set(Verdict) - CROSSINGS))
def test_what_is_no_card_stays_refused(refusal: Verdict) -> None:
    decision = decide(refusal, CardKnowledge(), NOW, AUTO)
    assert (decision.verdict, decision.card, decision.direction) == (refusal, None, None)


def test_roster_reasons_refuse_entry() -> None:
    assert decide(CARD, CardKnowledge(revoked=True), NOW, AUTO).verdict is Verdict.REVOKED
    assert (
        decide(CARD, CardKnowledge(action=EntryAction.REFUSE), NOW, AUTO).verdict
        is Verdict.RESTRICTED_LEVEL
    )


@given(
    revoked=st.booleans(),
    action=st.sampled_from(EntryAction),
    direction=st.sampled_from([None, Direction.OUT]),
    trusted=st.booleans(),
)
def test_nobody_is_locked_in(
    revoked: bool, action: EntryAction, direction: Direction | None, trusted: bool
) -> None:
    was_in = LastCrossing(Direction.IN, OTHER_BOOT, 0, TODAY)
    known = CardKnowledge(last=was_in, revoked=revoked, action=action)
    now = Now(BOOT, 100_000, TODAY, TODAY, trusted=trusted)
    assert decide(CARD, known, now, Policy(direction, 5_000)).verdict is Verdict.ADMITTED_OUT
