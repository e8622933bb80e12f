"""Notices to whoever sets up a gate: texts in both languages, and patterns that differ."""

from gate_contract.notices import NOTICE_PATTERNS, NOTICES, REFUSALS, SetupNotice
from gate_contract.signal_patterns import PATTERNS, Light, Pattern
from gate_contract.ticket import (
    TicketRefusal,
)


def blinks(pattern: Pattern) -> tuple[tuple[Light, bool, bool], ...]:
    lit = [step for step in pattern if step.light is not Light.OFF]
    return tuple((step.light, step.ms >= 500, step.tone) for step in lit)


def test_each_notice_has_sentences_and_a_rhythm_of_its_own() -> None:
    assert NOTICES.keys() == NOTICE_PATTERNS.keys() == set(SetupNotice)
    assert all(words.keys() == {"vi", "en"} and all(words.values()) for words in NOTICES.values())
    assert REFUSALS.keys() == set(TicketRefusal)
    assert not set(NOTICE_PATTERNS.values()) & set(PATTERNS.values())
    mine = [blinks(pattern) for pattern in NOTICE_PATTERNS.values()]
    assert len(set(mine)) == len(mine)


def test_each_refusal_is_counted_otherwise() -> None:
    counts = [
        sum(step.light is Light.RED for step in NOTICE_PATTERNS[notice])
        for notice in (*REFUSALS.values(), SetupNotice.NO_NETWORK, SetupNotice.NO_DESK)
    ]
    assert sorted(counts) == list(range(2, 9))
