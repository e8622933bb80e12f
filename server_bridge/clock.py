"""The server's clock."""

import time


def now_ms() -> int:
    """UTC in ms."""
    return time.time_ns() // 1_000_000
