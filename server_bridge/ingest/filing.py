"""When a record happened, as far as the bridge can know: the time it is filed under. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from gate_contract.crossing import ClockTrust, Record
from gate_contract.school_day import local_day

TOLERANCE_MS = 300_000
"""How far a gate's synchronised clock may be ahead of the bridge's."""
LAST_MS = 2**63 - 1
"""Later than anything: no bound."""


@dataclass(frozen=True, slots=True)
class Filed:
    """`at_ms` is UTC; `clock` says how far it can be trusted; `day` is the local date."""

    at_ms: int
    clock: ClockTrust
    day: date


def file(record: Record, *, offset_ms: int | None, heard_ms: int, zone: ZoneInfo) -> Filed:
    """The time to file `record` under, if one looks at nothing else.

    `offset_ms` is UTC minus boot time of the record's boot where its clock has been synchronised.
    A trusted time that lies ahead of the bridge's own is not believed. An untrusted one is not
    after the bridge heard of it.
    """
    latest_ms = heard_ms + TOLERANCE_MS
    if record.clock is ClockTrust.TRUSTED and record.at is not None and record.at <= latest_ms:
        at_ms, clock = record.at, ClockTrust.TRUSTED
    elif offset_ms is not None and record.up_ms + offset_ms <= latest_ms:
        at_ms, clock = record.up_ms + offset_ms, ClockTrust.CORRECTED
    else:
        guess = heard_ms if record.at is None else record.at
        at_ms, clock = min(guess, heard_ms), ClockTrust.UNTRUSTED
    return Filed(at_ms, clock, local_day(at_ms, zone))


def in_order(guesses: Sequence[Filed], floor_ms: int, zone: ZoneInfo) -> list[Filed]:
    """Consecutive records of one ledger, in the order in which they happened.

    An untrusted time is put between its neighbours: not after the next certain one, not before any
    that went before, nor before `floor_ms`. So no report ever shows 1970, or next year, and a boot
    that never learnt the time is filed between the boots around it.
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
            ordered.append(Filed(floor_ms, guess.clock, local_day(floor_ms, zone)))
    return ordered
