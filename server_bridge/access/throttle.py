"""Decide how long to wait after failed sign-in attempts. Pure functions.

Failures are counted per name and per address, so that neither one account nor all of them can be
tried quickly. The wait is bounded, so that nobody can lock a school's office out for a morning.
"""

from dataclasses import dataclass

FREE_ATTEMPTS = {"name": 5, "address": 30}
"""Failures without a wait. A whole school may share one address."""
MAX_WAIT_MS = 300_000
FORGET_AFTER_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed attempts of one name or one address: their number and the time of the last one."""

    count: int = 0
    last_ms: int = 0


def wait_ms(failures: Failures, now_ms: int, free: int) -> int:
    """Return how long to wait before the next attempt; 0 means no wait."""
    beyond = failures.count - free
    if beyond < 0 or _is_forgotten(failures, now_ms):
        return 0
    pause_ms = min(1_000 << min(beyond, 20), MAX_WAIT_MS)
    # If the clock was set back, the wait must still not exceed the pause.
    return min(max(0, failures.last_ms + pause_ms - now_ms), pause_ms)


def after_failure(failures: Failures, now_ms: int) -> Failures:
    """Return the count after one more failure."""
    count = 0 if _is_forgotten(failures, now_ms) else failures.count
    return Failures(count + 1, now_ms)


def _is_forgotten(failures: Failures, now_ms: int) -> bool:
    return now_ms - failures.last_ms >= FORGET_AFTER_MS
