"""When a record happened, as far as the bridge can know: the time it is filed under. Pure."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from gate_contract.crossing import Clock, Record
from gate_contract.school_day import local_day

TOLERANCE_MS = 300_000
"""How far a gate's synchronised clock may be ahead of the bridge's."""


@dataclass(frozen=True, slots=True)
class Filed:
    """`at_ms` is UTC; `clock` says how far it can be trusted; `day` is the local date."""

    at_ms: int
    clock: Clock
    day: date


def file(
    record: Record, *, offset_ms: int | None, not_before_ms: int, heard_ms: int, zone: ZoneInfo
) -> Filed:
    """The time to file `record` under.

    `offset_ms` is UTC minus boot time of the record's boot where its clock has been synchronised.
    A trusted time that lies ahead of the bridge's own is not believed. An untrusted one is kept
    within what is certain: not before the gate's last trusted record (`not_before_ms`), not after
    the bridge heard of it. So no report ever shows 1970, or next year.
    """
    latest_ms = heard_ms + TOLERANCE_MS
    if record.clock is Clock.TRUSTED and record.at is not None and record.at <= latest_ms:
        at_ms, clock = record.at, Clock.TRUSTED
    elif offset_ms is not None and record.up_ms + offset_ms <= latest_ms:
        at_ms, clock = record.up_ms + offset_ms, Clock.CORRECTED
    else:
        guess = heard_ms if record.at is None else record.at
        at_ms, clock = min(max(guess, not_before_ms), heard_ms), Clock.UNTRUSTED
    return Filed(at_ms, clock, local_day(at_ms, zone))
