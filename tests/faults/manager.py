"""The part of a service manager that a watchdog needs: it listens, kills, and restarts."""

import os
import signal
import socket
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.faults.arena import Arena


class Manager:
    """Runs one process of an arena as a unit with `WatchdogSec` and `Restart=always`.

    A context manager; `starts` counts the starts, `timeouts` those that the watchdog ended.
    """

    def __init__(self, arena: Arena, name: str, watchdog_s: float) -> None:
        self._arena, self._name, self._watchdog_s = arena, name, watchdog_s
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._path = Path(arena.folder) / "notify"
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.starts = self.timeouts = 0

    def __enter__(self) -> Self:
        self._socket.bind(str(self._path))
        self._socket.settimeout(0.05)
        os.environ["NOTIFY_SOCKET"] = str(self._path)
        self._start()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._thread.join(10)
        del os.environ["NOTIFY_SOCKET"]
        self._socket.close()
        self._arena.kill(self._name)

    def _start(self) -> None:
        self._arena.start(self._name)
        self.starts += 1
        self._fed_s = time.monotonic() + 10  # until it is ready

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if b"WATCHDOG=1" in self._socket.recv(4_096):
                    self._fed_s = time.monotonic()
            except TimeoutError:
                pass
            process = self._arena.running[self._name]
            if process.poll() is None and time.monotonic() - self._fed_s > self._watchdog_s:
                self.timeouts += 1
                process.send_signal(signal.SIGABRT)
                process.wait()
            if process.poll() is not None:
                self._start()
