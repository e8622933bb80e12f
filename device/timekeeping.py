"""Time at a gate that has no battery clock, as immutable values. Pure.

Order and intervals come from the boot clock, which never steps. Wall time is trusted only once the
kernel has been synchronised in this boot; from then on it is boot time plus a fixed offset, so that
setting the clock later has no effect.
"""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from gate_contract.crossing import ClockTrust as Trust
from gate_contract.school_day import local_day

STEP_MS = 2_000
"""A synchronised clock that differs by more than this from the offset in use is a correction."""
EARLIEST_MS = 1_577_836_800_000
LATEST_MS = 4_102_444_800_000
"""2020-01-01 and 2100-01-01, UTC: outside them a clock is plainly wrong."""


@dataclass(frozen=True, slots=True)
class ClockReading:
    """A reading of the clocks. `up_ms` since boot `boot_id`; `wall_ms` UTC, right or wrong."""

    boot_id: str
    up_ms: int
    wall_ms: int
    synchronised: bool


@dataclass(frozen=True, slots=True)
class Stamp:
    """The time of an event, as a record carries it. `at` is UTC in ms or None."""

    boot_id: str
    up_ms: int
    at: int | None
    clock: Trust


@dataclass(frozen=True, slots=True)
class Now:
    """The time that a decision may use.

    `day` is the local date; while not `trusted` it may be wrong either way, and nothing may be
    refused because of it. `earliest` is the last day that this gate has known for certain.
    """

    boot_id: str
    up_ms: int
    day: date
    earliest: date
    trusted: bool


@dataclass(frozen=True, slots=True)
class Timekeeper:
    """The known time of this boot: the offset once synchronised, and a lower bound.

    `offset_ms` is UTC minus boot time, of boot `boot_id`; `floor_ms` is the latest time that was
    ever trusted on this gate.
    """

    zone: ZoneInfo
    boot_id: str = ""
    offset_ms: int | None = None
    floor_ms: int = EARLIEST_MS

    def learn(self, reading: ClockReading) -> "tuple[Timekeeper, Stamp | None]":
        """Return the timekeeper after `reading`, and a stamp to record if the clock was set."""
        offset = self.offset_ms if reading.boot_id == self.boot_id else None
        held = Timekeeper(self.zone, reading.boot_id, offset, self.floor_ms)
        if not reading.synchronised or not EARLIEST_MS <= reading.wall_ms < LATEST_MS:
            return held, None
        true_offset = reading.wall_ms - reading.up_ms
        if offset is not None and abs(true_offset - offset) <= STEP_MS:
            return held, None
        keeper = Timekeeper(self.zone, reading.boot_id, true_offset, self.floor_ms)
        return keeper, keeper.stamp(reading)

    def stamp(self, reading: ClockReading) -> Stamp:
        """Return `reading` as a record carries it."""
        if self.offset_ms is not None:
            at = reading.up_ms + self.offset_ms
            return Stamp(reading.boot_id, reading.up_ms, at, Trust.TRUSTED)
        plausible = self.floor_ms <= reading.wall_ms < LATEST_MS
        at_or_none = reading.wall_ms if plausible else None
        return Stamp(reading.boot_id, reading.up_ms, at_or_none, Trust.UNTRUSTED)

    def now(self, reading: ClockReading) -> Now:
        """Return `reading` as a decision may use it."""
        at = self.stamp(reading).at
        return Now(
            boot_id=reading.boot_id,
            up_ms=reading.up_ms,
            day=local_day(self.floor_ms if at is None else at, self.zone),
            earliest=local_day(self.floor_ms, self.zone),
            trusted=self.offset_ms is not None,
        )
