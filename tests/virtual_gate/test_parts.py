"""The virtual gate's own checks, tested without any guest."""

import os
import struct
from pathlib import Path

import pytest

from gate_contract.notices import NOTICE_PATTERNS, SetupNotice
from gate_contract.signal_patterns import PATTERNS, Pattern
from gate_contract.verdicts import Verdict
from tests.virtual_gate import notices, pins, sandbox
from tests.virtual_gate.patience import Patience, spent_s
from tests.virtual_gate.power import Losses, told
from tests.virtual_gate.write_log import HEAD, MAGIC, Cut, Flag, LogError, cuts, entries

IN = ["100 0000", "200 0101", "318 0100", "1000 0000"]
"""An entry, with light and tone at once."""


def test_the_pins_of_a_pattern_are_that_pattern() -> None:
    told = pins.compare(pins.seen(IN), [Verdict.ADMITTED_IN])
    assert told == pins.Comparison(whole=1, cut=0, worst_ms=2)


def test_pins_that_are_not_switched_at_one_instant_are_no_state_of_their_own() -> None:
    lines = ["0 0000", "200 0100", "202 0101", "320 0100", "1000 0000"]
    assert not pins.compare(pins.seen(lines), [Verdict.ADMITTED_IN]).differs


def test_a_busy_gate_switches_its_pins_one_after_the_other() -> None:
    lines = ["0 0000", "200 0100", "411 0101", "530 0100", "1210 0000"]
    told = pins.compare(pins.seen(lines), [Verdict.ADMITTED_IN])
    assert told == pins.Comparison(whole=1, cut=0, worst_ms=1)
    wrong = ["0 0000", "200 1000", "411 0101", "530 0100", "1210 0000"]
    assert pins.compare(pins.seen(wrong), [Verdict.ADMITTED_IN]).differs


@pytest.mark.parametrize("verdict", sorted(PATTERNS.keys() - {Verdict.ADMITTED_IN, Verdict.REPEAT}))
def test_another_verdicts_pattern_differs(verdict: Verdict) -> None:
    assert pins.compare(pins.seen(IN), [verdict]).differs


def test_a_repeat_is_told_from_a_way_in_by_its_length() -> None:
    repeat = ["100 0000", "200 0101", "240 0100", "340 0000"]
    assert not pins.compare(pins.seen(repeat), [Verdict.REPEAT]).differs
    assert pins.compare(pins.seen(repeat), [Verdict.ADMITTED_IN]).differs


def test_one_signal_too_many_differs() -> None:
    more = [*IN, "2000 0101", "2120 0100", "2800 0000"]
    assert "too many" in pins.compare(pins.seen(more), [Verdict.ADMITTED_IN]).differs


def test_darkness_between_two_signals_lasts_as_long_as_it_likes() -> None:
    more = [*IN, "90000 0101", "90120 0100", "90800 0000"]
    told = pins.compare(pins.seen(more), [Verdict.ADMITTED_IN, Verdict.ADMITTED_IN])
    assert told == pins.Comparison(whole=2, cut=0, worst_ms=2)


@pytest.mark.parametrize("at", [230, 290, 400, 900])
def test_a_signal_gives_way_to_the_next_one_after_a_moment_of_darkness(at: int) -> None:
    begun = IN[:2] if at < 318 else IN[:3]
    more = [*begun, f"{at} 0000", f"{at + 60} 1001", f"{at + 660} 1000", f"{at + 1260} 0000"]
    told = pins.compare(pins.seen(more), [Verdict.ADMITTED_IN, Verdict.BAD_SIGNATURE])
    assert not told.differs
    assert told.whole + told.cut == 2
    assert pins.compare(pins.seen(more), [Verdict.ADMITTED_IN] * 2).differs


def test_a_signal_that_was_never_given_differs() -> None:
    assert pins.compare(pins.seen(IN), [Verdict.ADMITTED_IN] * 2).differs


def test_what_is_let_and_must_not_be_is_wrong_and_the_other_way_round() -> None:
    may = {"a": True, "b": False}
    assert sandbox.wrong({"a": "done", "b": "Permission denied"}, may) == []
    assert sandbox.wrong({"a": "Permission denied", "b": "done"}, may) == [
        "a: Permission denied",
        "b: done",
    ]


def test_a_campaign_that_lost_something_and_a_control_that_lost_nothing_fail() -> None:
    whole, short = Losses(), Losses()
    whole.count(5, 5, "")
    short.count(5, 4, "")
    assert not told("cuts", whole).faults
    assert told("cuts", short).faults
    assert not told("control", short, must_lose=True).faults
    assert told("control", whole, must_lose=True).faults
    assert told("cuts", Losses()).faults


def write(log: Path, *written: tuple[Flag, int, bytes]) -> Path:
    """Write a log of (flags, sector, data or mark)."""
    blocks = [HEAD.pack(MAGIC, 1, len(written), 512).ljust(512, b"\0")]
    for flags, sector, data in written:
        mark = bool(flags & Flag.MARK)
        head = struct.pack(
            "<QQQQ", sector, 0 if mark else len(data) // 512, flags, len(data) * mark
        )
        blocks.append((head + data * mark).ljust(512, b"\0"))
        blocks.append(b"" if mark else data)
    log.write_bytes(b"".join(blocks))
    return log


def test_only_what_was_flushed_survives_for_certain(tmp_path: Path) -> None:
    log = write(
        tmp_path / "log",
        (Flag(0), 0, b"a" * 512),
        (Flag.FLUSH, 0, b""),
        (Flag(0), 1, b"b" * 512),
        (Flag.FUA, 2, b"c" * 512),
        (Flag.MARK, 0, b"told-1"),
        (Flag.MARK, 0, b"dm-log-writes-end"),
    )
    strict, lenient = cuts(log, bytes(4 * 512), seed=1)
    assert strict == Cut(1, b"a" * 512 + bytes(512) + b"c" * 512 + bytes(512), 0, 1)
    assert (lenient.told, lenient.pending) == (1, 1)
    assert {lenient.disk[:512], lenient.disk[1024:1536]} == {b"a" * 512, b"c" * 512}


def test_what_is_no_log_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(bytes(1024))
    with pytest.raises(LogError, match="dm-log-writes"):
        list(entries(tmp_path / "log"))


def lines_of(*patterns: Pattern, gap_ms: int) -> list[str]:
    """Return the pins' lines of patterns that are played one after the other."""
    lines, at = ["0 0000"], 100
    for pattern in patterns:
        for step in pattern:
            lines.append(f"{at} {''.join(map(str, step.light.value))}{int(step.tone)}")
            at += step.ms
        lines.append(f"{at} 0000")
        at += gap_ms
    return [*lines, f"{at} 1110"]


@pytest.mark.parametrize("notice", SetupNotice)
def test_a_notice_is_counted_from_the_pins(notice: SetupNotice) -> None:
    pattern = NOTICE_PATTERNS[notice]
    assert notices.said(pins.seen(lines_of(pattern, pattern, gap_ms=2000))) == [notice] * 2
    begun = NOTICE_PATTERNS[SetupNotice.NO_DESK][:7]
    cut = pins.seen([*lines_of(begun, gap_ms=60)[:-1], *later(lines_of(pattern, gap_ms=2000))])
    assert notices.said(cut) == [notice]


def test_pins_on_their_way_to_a_notices_light_are_no_light_of_their_own() -> None:
    (first, *rest) = lines_of(NOTICE_PATTERNS[SetupNotice.ALTERED], gap_ms=2000)
    busy = [first, "10 1000", "60 1100", *rest]
    busy.insert(4, "985 0010")
    assert notices.said(pins.seen(busy)) == [SetupNotice.ALTERED]


def later(lines: list[str]) -> list[str]:
    """Return the same lines, ten seconds later, apart from the darkness before them."""
    moved = [line.split() for line in lines[1:]]
    return [f"{int(at) + 3500} {levels}" for at, levels in moved]


def test_a_guest_that_stands_still_is_given_up_and_one_that_works_is_not_at_once() -> None:
    mine = os.getsid(0)
    assert spent_s(mine) > 0
    assert Patience(mine, 0).over()
    assert not Patience(mine, 3600).over()
