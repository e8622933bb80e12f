"""When anybody is to be told: in a school's hours, on its days. Pure."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from gate_contract.errors import SchoolgateError
from server_bridge.store.school.school_hours import Hours

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MARGIN_MIN = 45
"""Gates are needed so long before the first bell, and after the last."""


def parse_days(text: str) -> frozenset[int]:
    """`mon tue` as weekdays, Monday 0. Raises SchoolgateError for a word that is none."""
    words = text.split()
    if unknown := [word for word in words if word not in DAYS]:
        raise SchoolgateError(f"alerts.days: {unknown[0]!r} is no day; write {' '.join(DAYS)}")
    return frozenset(map(DAYS.index, words))


def in_hours(
    hours: Mapping[str, Hours], days: Collection[int], now_ms: int, zone: ZoneInfo
) -> Callable[[str | None], bool]:
    """Tells of each unit whether these are its hours; no unit: of any school's usual ones."""
    local = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone)
    minute = local.hour * 60 + local.minute
    is_day = local.weekday() in days

    def is_awake(unit_id: str | None) -> bool:
        its = hours.get(unit_id or "", Hours())
        return is_day and its.begins - MARGIN_MIN <= minute < its.ends + MARGIN_MIN

    return is_awake
