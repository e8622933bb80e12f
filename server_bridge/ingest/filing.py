"""Decide the time under which a record is filed. Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from gate_contract.crossing import ClockTrust, Record
from gate_contract.school_day import local_day

TOLERANCE_MS = 300_000
"""How far a gate's synchronised clock may be ahead of the bridge's clock."""
LAST_MS = 2**63 - 1
"""Later than any time: no upper bound."""


@dataclass(frozen=True, slots=True)
class FiledTime:
    """The filed time (UTC), how far it can be trusted, and the local date."""

    at_ms: int
    clock: ClockTrust
    day: date


def filed_time(
    record: Record, *, offset_ms: int | None, heard_ms: int, zone: ZoneInfo
) -> FiledTime:
    """Return the time under which to file `record`, regardless of its neighbours.

    `offset_ms` is UTC minus the boot's uptime clock, if the clock was synchronised during that
    boot. A trusted time that is ahead of the bridge's clock by more than `TOLERANCE_MS` is not
    used. An untrusted time is limited to when the bridge received the record.
    """
    latest_ms = heard_ms + TOLERANCE_MS
    if record.clock is ClockTrust.TRUSTED and record.at is not None and record.at <= latest_ms:
        at_ms, clock = record.at, ClockTrust.TRUSTED
    elif offset_ms is not None and record.up_ms + offset_ms <= latest_ms:
        at_ms, clock = record.up_ms + offset_ms, ClockTrust.CORRECTED
    else:
        guess = heard_ms if record.at is None else record.at
        at_ms, clock = min(guess, heard_ms), ClockTrust.UNTRUSTED
    return FiledTime(at_ms, clock, local_day(at_ms, zone))


def order_times(guesses: Sequence[FiledTime], floor_ms: int, zone: ZoneInfo) -> list[FiledTime]:
    """Return filed times of consecutive records of one ledger, in ascending order.

    An untrusted time is placed between its neighbours: not after the next certain one, not before
    any previous one, and not before `floor_ms`. So no report shows 1970 or next year, and a boot
    whose clock was never synchronised is filed between the boots around it.
    """
    ceiling_ms = LAST_MS
    bounded = []
    for guess in reversed(guesses):
        if guess.clock is not ClockTrust.UNTRUSTED:
            ceiling_ms = guess.at_ms
        bounded.append(min(guess.at_ms, ceiling_ms))
    ordered = []
    for guess, at_ms in zip(guesses, reversed(bounded), strict=True):
        if guess.clock is not ClockTrust.UNTRUSTED:
            floor_ms = guess.at_ms
            ordered.append(guess)
        else:
            floor_ms = max(at_ms, floor_ms)
            ordered.append(FiledTime(floor_ms, guess.clock, local_day(floor_ms, zone)))
    return ordered
