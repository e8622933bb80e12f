"""Decide when notifications are sent: in a school's hours, on its days. Pure functions."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from gate_contract.errors import SchoolgateError
from server_bridge.store.school.school_hours import Hours

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MARGIN_MIN = 45
"""Minutes before the first bell and after the last one that also count as a school's hours."""


def parse_days(text: str) -> frozenset[int]:
    """Return the weekdays in `text`, such as `mon tue`; Monday is 0.

    Raises:
        SchoolgateError: a word is not a weekday.
    """
    words = text.split()
    if unknown := [word for word in words if word not in DAYS]:
        raise SchoolgateError(
            f"alerts.days: {unknown[0]!r} is not a weekday; write {' '.join(DAYS)}"
        )
    return frozenset(map(DAYS.index, words))


def in_hours(
    hours: Mapping[str, Hours], days: Collection[int], now_ms: int, zone: ZoneInfo
) -> Callable[[str | None], bool]:
    """Return a function that decides whether a unit's hours are now; None: the usual hours."""
    local = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone)
    minute = local.hour * 60 + local.minute
    is_day = local.weekday() in days

    def is_in_hours(unit_id: str | None) -> bool:
        school_hours = hours.get(unit_id or "", Hours())
        return (
            is_day and school_hours.begins - MARGIN_MIN <= minute < school_hours.ends + MARGIN_MIN
        )

    return is_in_hours
