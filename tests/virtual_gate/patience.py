"""How long to wait for a guest on a machine that may be busy."""

import os
import time
from pathlib import Path

TICKS_PER_S = 100
"""Of `/proc/PID/stat` (proc(5)), on every Linux for x86."""
MOVES_S = 1.0


class Patience:
    """A time limit for the processes of `session`, in seconds of their own processor time.

    They also have as many seconds of standing still. A machine that gives them no time for a while
    costs them nothing. A guest that waits for something does stand still: it has `within_s` of
    plain time then.
    """

    def __init__(self, session: int, within_s: float) -> None:
        self._session, self._within_s = session, within_s
        self._began_s = self._moved_s = spent_s(session)
        self._since_s = time.monotonic()

    def over(self) -> bool:
        """Whether the limit is exceeded."""
        spent, now_s = spent_s(self._session), time.monotonic()
        if spent - self._moved_s >= MOVES_S:
            self._moved_s, self._since_s = spent, now_s
        used_up = spent - self._began_s > self._within_s
        return used_up or now_s - self._since_s > self._within_s


def spent_s(session: int) -> float:
    """Return the processor time of a session's processes, including ended ones."""
    ticks = 0
    for name in filter(str.isdecimal, os.listdir("/proc")):  # noqa: PTH208 (names are what is wanted)
        try:
            stat = Path("/proc", name, "stat").read_text("ascii", "replace")
        except OSError:
            continue  # it has just ended
        fields = stat.rpartition(")")[2].split()
        if int(fields[3]) == session:
            ticks += sum(map(int, fields[11:15]))
    return ticks / TICKS_PER_S
