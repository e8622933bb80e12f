"""QEMU's monitor: the state of the emulated hardware, seen from outside."""

import json
import socket
from types import TracebackType
from typing import Any, Self

GPIO_LEVELS = 0x3F20_0034
"""BCM2837's GPLEV0: the level of pins 0 to 31, a bit each."""


class Monitor:
    """Our end of the socket that QEMU was started with. `events`: those so far, by name.

    Raises:
        ConnectionResetError: QEMU has ended.
    """

    def __init__(self, connection: socket.socket) -> None:
        self.events: list[str] = []
        self._socket = connection
        self._lines = connection.makefile("rb")
        self._lines.readline()  # its greeting
        self._ask("qmp_capabilities")

    def gpio(self) -> int:
        """Return the current levels of a Pi's pins 0 to 31."""
        told: str = self._ask("human-monitor-command", **{"command-line": f"xp /1xw {GPIO_LEVELS}"})
        return int(told.rpartition(":")[2], 16)

    def drain(self) -> None:
        """Collect events until QEMU has ended."""
        while line := self._line():
            self._note(json.loads(line))

    def _ask(self, command: str, **arguments: object) -> Any:
        asked = {"execute": command, "arguments": arguments}
        self._socket.sendall(json.dumps(asked).encode() + b"\n")
        while line := self._line():
            told = json.loads(line)
            if "return" in told:
                return told["return"]
            self._note(told)
        raise ConnectionResetError("QEMU has ended")

    def _line(self) -> bytes:
        try:
            return self._lines.readline()
        except ConnectionResetError:
            return b""

    def _note(self, told: dict[str, Any]) -> None:
        if name := told.get("event"):
            why = told.get("data", {}).get("reason", "")
            self.events.append(f"{name} {why}".strip())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lines.close()
        self._socket.close()
