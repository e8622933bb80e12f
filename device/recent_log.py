"""Keep the last log lines of this process in memory, for the district to request.

gate-scan, which has no network, also writes its lines into a small file in memory; gate-uplink
reads it.
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
    """A structlog processor that passes every event on, and keeps it as a line of JSON."""

    def __init__(self) -> None:
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        self.file: Path | None = None
        self._written = 0

    def __call__(
        self, _logger: Any, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """Keep the event. It never fails: a crossing is more important than its log."""
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
"""The log of this process."""


def lines_of(path: Path) -> list[str]:
    """Return the lines that another process wrote; none if there is no file."""
    try:
        return path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
