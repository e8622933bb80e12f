"""The self-test of gate-scan once after each boot: play light and sound, then blink the result.

Later starts of the service are silent, because people may be at the gate.
"""

from collections.abc import Callable
from pathlib import Path

from device.selftest.findings import CHECKS, Finding
from device.timekeeping import ClockReading
from gate_contract.notices import SetupNotice

SHOWN_NAME = "self-tested"
PATIENCE_MS = 60_000
"""How long after the start a failed check may still succeed: network and clock take time."""
LOOK_MS = 2_000


class SelfTest:
    """Returns in each `step` what to signal."""

    def __init__(self, folder: Path, look: Callable[[ClockReading], tuple[Finding, ...]]) -> None:
        self._marker = folder / SHOWN_NAME
        self._look = look
        self._began_up_ms: int | None = None
        self._looked_up_ms = 0
        self._done = False

    def step(self, reading: ClockReading) -> list[SetupNotice]:
        """Return notices to signal; run the checks every two seconds, however often called."""
        if self._done:
            return []
        if self._began_up_ms is None:
            self._done = self._was_shown(reading)
            self._began_up_ms = self._looked_up_ms = reading.up_ms
            return [] if self._done else [SetupNotice.PLAYING]
        if reading.up_ms - self._looked_up_ms < LOOK_MS:
            return []
        self._looked_up_ms = reading.up_ms
        troubles = [one for one in self._look(reading) if one.state != "ok"]
        if troubles and reading.up_ms - self._began_up_ms < PATIENCE_MS:
            return []
        self._done = True
        failed = [one.check for one in troubles]
        return [
            check for check in CHECKS if isinstance(check, SetupNotice) and check in failed
        ] or [SetupNotice.ALL_WELL]

    def _was_shown(self, reading: ClockReading) -> bool:
        try:
            if self._marker.read_text("ascii") == reading.boot_id:
                return True
            self._marker.write_text(reading.boot_id, "ascii")
        except FileNotFoundError:
            self._marker.parent.mkdir(parents=True, exist_ok=True)
            self._marker.write_text(reading.boot_id, "ascii")
        except OSError:
            return True  # without a marker it must not blink at every start
        return False
