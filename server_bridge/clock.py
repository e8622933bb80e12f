"""Read the server's clock."""

import time


def now_ms() -> int:
    """Return the current time, UTC in ms."""
    return time.time_ns() // 1_000_000
