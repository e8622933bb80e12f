"""The last lines of this process's log, in memory, for the district to ask for.

gate-scan, which has no network, leaves its lines in a small file in memory; gate-uplink reads it.
"""

from collections import deque
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import msgspec

KEPT_LINES = 1_000
FILE_LINES = 400
SCAN_LOG = "scan.log"


class RecentLog:
    """A structlog processor: passes every event on, and keeps it as a line of JSON."""

    def __init__(self) -> None:
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        self.file: Path | None = None
        self._written = 0

    def __call__(
        self, _logger: Any, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """Never fails: a log that cannot be kept is no reason to lose a crossing."""
        line = msgspec.json.encode(dict(event), enc_hook=str).decode()
        self.lines.append(line)
        if self.file is not None:
            self._write(line)
        return event

    def _write(self, line: str) -> None:
        try:
            if self.file is not None and self._written % FILE_LINES == 0:
                kept = list(self.lines)[-FILE_LINES:]
                self.file.parent.mkdir(parents=True, exist_ok=True)
                self.file.write_text("\n".join(kept) + "\n", "utf-8")
            elif self.file is not None:
                with self.file.open("a", encoding="utf-8") as file:
                    file.write(line + "\n")
            self._written += 1
        except OSError:
            self.file = None


LOGBOOK = RecentLog()
"""This process's."""


def lines_of(path: Path) -> list[str]:
    """The lines that another process left, none if there are none."""
    try:
        return path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
