"""The service manager: ready, alive, stopping; and a stop flag set by SIGTERM or SIGINT."""

import gc
import signal
import threading
from types import FrameType

import sdnotify


class Supervisor:
    """Speaks to systemd where there is one (NOTIFY_SOCKET), and is silent otherwise."""

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
        """All is loaded, and stays: the collector of garbage need not look through it again."""
        gc.collect()
        gc.freeze()
        self._notifier.notify("READY=1")

    def alive(self) -> None:
        """Feed the watchdog. Call it only with proof of work in hand."""
        self._notifier.notify("WATCHDOG=1")

    def says(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._notifier.notify(f"STATUS={text}")

    def stopped(self) -> None:
        self._notifier.notify("STOPPING=1")
