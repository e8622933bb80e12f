"""Start the demo's processes in order, read their output, and end them again."""

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from gate_contract.errors import SchoolgateError
from server_bridge.broker.program import find_mosquitto

START_S = 60
STOP_S = 15


class Processes:
    """A context manager: on exit it ends all processes that were started in it, latest first."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []
        self.said: queue.Queue[tuple[str, str]] = queue.Queue()

    def start(self, name: str, command: Sequence[str | Path], *, listen: bool = False) -> None:
        """Start a process; its log goes to a file, and its output to `said` if `listen`."""
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / f"{name}.log"
        # A gate writes a person's level to a terminal only, never to a file.
        ours, its = os.openpty() if listen else (-1, -1)
        with log.open("wb") as out:
            # A process group of its own: Ctrl-C reaches the demo only, which ends them in order.
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=its if listen else out,
                stderr=out,
                start_new_session=True,
            )
        self._running.append((name, process))
        if listen:
            os.close(its)
            threading.Thread(target=self._listen, args=(name, ours), daemon=True).start()

    def _listen(self, name: str, terminal: int) -> None:
        with open(terminal, encoding="utf-8") as lines, contextlib.suppress(OSError):
            for line in lines:  # OSError: the process has ended
                self.said.put((name, line.rstrip()))

    def wait_for_line(self, name: str) -> str:
        """Return the first line that `name` writes."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            self.check()
            try:
                speaker, line = self.said.get(timeout=0.2)
            except queue.Empty:
                continue
            if speaker == name:
                return line
        raise SchoolgateError(f"{name} did not start; see {self._logs / name}.log")

    def check(self) -> None:
        """Raise SchoolgateError if any process has ended by itself."""
        for name, process in self._running:
            if process.poll() is not None:
                tail = (self._logs / f"{name}.log").read_text("utf-8")[-500:]
                raise SchoolgateError(f"{name} has ended ({process.returncode}): {tail}")

    def stop(self, name: str) -> None:
        """End one process and wait for it."""
        for entry in [entry for entry in self._running if entry[0] == name]:
            entry[1].terminate()
            try:
                entry[1].wait(STOP_S)
            except subprocess.TimeoutExpired:
                entry[1].kill()
                entry[1].wait()
            self._running.remove(entry)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name, _ in reversed(list(self._running)):
            self.stop(name)


def program(name: str) -> Path:
    """Return the path of one of our commands, in the environment that runs this."""
    return Path(sys.executable).parent / name


def mosquitto() -> Path:
    """Return the path of the broker's program."""
    return find_mosquitto()
