"""Detect changed settings, for the services that do not write them."""

from pathlib import Path

from device.orders.store import ORDERS_NAME, read_stored
from device.timekeeping import ClockReading

LOOK_MS = 2_000


class SettingsWatch:
    """Compares the settings in force with those at the start of the process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._began = read_stored(folder).in_force
        self._stamp = self._now()
        self._looked_up_ms = 0

    def changed(self, reading: ClockReading) -> bool:
        """Whether other settings are in force than at the start of this process.

        It is called often and reads the file every two seconds.
        """
        if reading.up_ms - self._looked_up_ms < LOOK_MS:
            return False
        self._looked_up_ms = reading.up_ms
        stamp = self._now()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        return read_stored(self._folder).in_force != self._began

    def _now(self) -> tuple[int, int]:
        try:
            found = (self._folder / ORDERS_NAME).stat()
        except OSError:
            return 0, 0
        return found.st_mtime_ns, found.st_ino
