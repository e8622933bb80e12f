"""The simulated time, and the clock of a gate that may be wrong."""

import random

from device.timekeeping import ClockReading

BEGIN_MS = 1_795_392_000_000  # 2026-11-23 07:00 in Vietnam
DAY_MS = 86_400_000
LIES_MS = {
    "two weeks back": -14 * DAY_MS,
    "ten years ahead": 3_650 * DAY_MS,
    "three seconds back": -3_000,
    "an hour ahead": 3_600_000,
}


class GateClock:
    """The clocks of one machine. The world sets `true_ms`."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.true_ms = BEGIN_MS
        self.was_lied_to = False
        """Whether a time server gave a wrong time, which is trusted.

        The errors that follow cannot be detected by the gate.
        """
        self.boot()

    def boot(self) -> None:
        """Boot, with a wall clock without a battery."""
        self.boot_id = f"{self._chance.getrandbits(128):032x}"
        self._boot_ms = self.true_ms - self._chance.randint(500, 5_000)
        self.synchronised = False
        since_1970 = self.true_ms
        self._skew_ms = self._chance.choice([-since_1970, *LIES_MS.values(), -3_600_000])

    def synchronise(self, lie: str | None = None) -> None:
        """Let a time service set the clock, rightly or not."""
        self.synchronised = True
        self.was_lied_to |= lie is not None
        self._skew_ms = LIES_MS[lie] if lie else 0

    def set_by_hand(self, lie: str) -> None:
        """Set the clock by hand; the kernel then no longer calls it synchronised."""
        self.synchronised = False
        self._skew_ms = LIES_MS[lie]

    def read(self) -> ClockReading:
        """Read the clocks now."""
        return ClockReading(
            boot_id=self.boot_id,
            up_ms=self.true_ms - self._boot_ms,
            wall_ms=self.true_ms + self._skew_ms,
            synchronised=self.synchronised,
        )
