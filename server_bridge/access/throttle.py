"""How long somebody who guesses passwords has to wait. Pure.

Counted for each name and for each address, so that neither one account nor all of them can be
tried quickly; and never for ever, so that nobody can lock an office out for a morning.
"""

from dataclasses import dataclass

FREE_ATTEMPTS = {"name": 5, "address": 30}
"""Failures without a pause. A whole school may come from one address."""
MAX_WAIT_MS = 300_000
FORGET_AFTER_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Failures:
    """Of one name or one address: how many, the newest when."""

    count: int = 0
    last_ms: int = 0


def wait_ms(failures: Failures, now_ms: int, free: int) -> int:
    """How much longer to wait before the next attempt; 0: none."""
    beyond = failures.count - free
    if beyond < 0 or _is_forgotten(failures, now_ms):
        return 0
    pause_ms = min(1_000 << min(beyond, 20), MAX_WAIT_MS)
    # A clock that was set back must not keep anybody waiting longer than the pause.
    return min(max(0, failures.last_ms + pause_ms - now_ms), pause_ms)


def after_failure(failures: Failures, now_ms: int) -> Failures:
    """After one more."""
    count = 0 if _is_forgotten(failures, now_ms) else failures.count
    return Failures(count + 1, now_ms)


def _is_forgotten(failures: Failures, now_ms: int) -> bool:
    return now_ms - failures.last_ms >= FORGET_AFTER_MS
