"""A clock that tests set."""

from dataclasses import dataclass
from datetime import UTC, datetime

from device.timekeeping import ClockReading

BOOT = "b" * 32
OTHER_BOOT = "c" * 32
MORNING_MS = int(datetime(2026, 9, 7, 0, 0, tzinfo=UTC).timestamp() * 1000)
"""Monday, 7:00 in Vietnam."""


@dataclass
class FakeClock:
    """A clock that `pass_ms` moves on. `wall_ms` None is a right clock."""

    up_ms: int = 60_000
    boot_id: str = BOOT
    true_offset_ms: int = MORNING_MS - 60_000
    synchronised: bool = True
    wall_ms: int | None = None

    def read(self) -> ClockReading:
        true_ms = self.up_ms + self.true_offset_ms
        wall_ms = true_ms if self.wall_ms is None else self.wall_ms
        return ClockReading(self.boot_id, self.up_ms, wall_ms, self.synchronised)

    def pass_ms(self, ms: int) -> ClockReading:
        self.up_ms += ms
        if self.wall_ms is not None:
            self.wall_ms += ms
        return self.read()

    def reboot(self, *, after_ms: int = 3_600_000, boot_id: str = OTHER_BOOT) -> None:
        """Switch off for `after_ms`, then on, 20 s ago."""
        true_ms = self.up_ms + self.true_offset_ms + after_ms
        self.boot_id, self.up_ms = boot_id, 20_000
        self.true_offset_ms = true_ms - self.up_ms
