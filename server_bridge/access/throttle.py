"""How long somebody who guesses passwords has to wait. Pure.

Counted for each name and for each address, so that neither one account nor all of them can be
tried quickly; and never for ever, so that nobody can lock an office out for a morning.
"""

from dataclasses import dataclass

FREE = {"name": 5, "address": 30}
"""Failures without a pause. A whole school may come from one address."""
LONGEST_MS = 300_000
FORGOTTEN_MS = 3_600_000


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
    pause_ms = min(1_000 << min(beyond, 20), LONGEST_MS)
    # A clock that was set back must not keep anybody waiting longer than the pause.
    return min(max(0, failures.last_ms + pause_ms - now_ms), pause_ms)


def failed(failures: Failures, now_ms: int) -> Failures:
    """After one more."""
    count = 0 if _is_forgotten(failures, now_ms) else failures.count
    return Failures(count + 1, now_ms)


def _is_forgotten(failures: Failures, now_ms: int) -> bool:
    return now_ms - failures.last_ms >= FORGOTTEN_MS
