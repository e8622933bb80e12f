"""The clocks of a gate's machine for its real processes: a file, read at every reading."""

import time
from pathlib import Path

import msgspec
from msgspec import Struct

from device import clock
from device.timekeeping import ClockReading

boot_clock_ms = clock.up_ms
"""This machine's own boot clock, which all machines in files refer to."""


class Machine(Struct, frozen=True, kw_only=True):
    """A machine booted as `boot_id` when this machine's boot clock was at `began_ms`.

    Its wall clock is `skew_ms` ahead of the truth; `synchronised` is what its kernel reports.
    """

    boot_id: str
    began_ms: int
    skew_ms: int
    synchronised: bool


def write(path: Path, machine: Machine) -> None:
    """Replace the file as a whole."""
    draft = path.with_suffix(".new")
    draft.write_bytes(msgspec.json.encode(machine))
    draft.replace(path)


def install(path: Path) -> None:
    """Let this process use the machine in the file.

    It replaces the only place where a gate's clocks are read (`device/clock.py`), before anything
    else is imported.
    """

    def machine() -> Machine:
        return msgspec.json.decode(path.read_bytes(), type=Machine)

    def read(_clock: clock.SystemClock) -> ClockReading:
        now = machine()
        wall_ms = time.time_ns() // 1_000_000 + now.skew_ms
        return ClockReading(now.boot_id, boot_clock_ms() - now.began_ms, wall_ms, now.synchronised)

    setattr(clock.SystemClock, "read", read)  # noqa: B010 (mypy takes it for a field otherwise)
    clock.up_ms = lambda: boot_clock_ms() - machine().began_ms
