"""Notify the service manager (ready, alive, stopping), and stop on SIGTERM or SIGINT."""

import gc
import signal
import threading
from types import FrameType

import sdnotify


class Supervisor:
    """The connection to systemd (NOTIFY_SOCKET); without systemd it does nothing."""

    def __init__(self) -> None:
        self._notifier = sdnotify.SystemdNotifier()
        self.stopping = threading.Event()

    def catch_signals(self) -> None:
        """Let SIGTERM and SIGINT set `stopping`. Main thread only."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping.set()

    def ready(self) -> None:
        """Report readiness, and exclude all loaded objects from garbage collection."""
        gc.collect()
        gc.freeze()
        self._notifier.notify("READY=1")

    def alive(self) -> None:
        """Feed the watchdog. Call it only after work was done successfully."""
        self._notifier.notify("WATCHDOG=1")

    def set_status(self, text: str) -> None:
        """Set the line that `systemctl status` shows."""
        self._notifier.notify(f"STATUS={text}")

    def stopped(self) -> None:
        """Report that the service stops."""
        self._notifier.notify("STOPPING=1")
