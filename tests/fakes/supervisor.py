"""A service manager that records its messages."""

import threading

from device.supervise import Supervisor


class FakeSupervisor(Supervisor):
    """A supervisor. `told` holds its messages in order, without repetitions in a row."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.told: list[str] = []

    def _tell(self, word: str) -> None:
        if self.told[-1:] != [word]:
            self.told.append(word)

    def ready(self) -> None:
        self._tell("ready")

    def alive(self) -> None:
        self._tell("alive")

    def set_status(self, text: str) -> None:
        self._tell(text)

    def stopped(self) -> None:
        self._tell("stopped")
