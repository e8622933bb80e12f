"""Read the clocks of the machine."""

import ctypes
import time
from pathlib import Path
from typing import Protocol

from device.timekeeping import ClockReading


class ClockReader(Protocol):
    """A source of clock readings."""

    def read(self) -> ClockReading:
        """Read the clocks now."""
        ...


class SystemClock:
    """The clocks of this machine. `battery`: it keeps the time while it is switched off."""

    def __init__(self, *, battery: bool = False) -> None:
        self._battery = battery
        self._boot_id = _boot_id()
        self._adjtimex = ctypes.CDLL(None).adjtimex

    def read(self) -> ClockReading:
        """Read the clocks now."""
        return ClockReading(
            boot_id=self._boot_id,
            up_ms=up_ms(),
            wall_ms=time.time_ns() // 1_000_000,
            synchronised=self._battery or self._kernel_synchronised(),
        )

    def _kernel_synchronised(self) -> bool:
        # adjtimex(2) with modes 0 only reads; struct timex is 208 bytes, all zero to begin with.
        # It returns TIME_ERROR (5) while no time service has synchronised the clock.
        state: int = self._adjtimex(ctypes.create_string_buffer(256))
        return 0 <= state < 5


def up_ms() -> int:
    """Return the milliseconds since boot, suspend included; they never step."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip().replace("-", "")
