"""The bounds of a school day: local midnight, on both sides of the wire."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def local_day(at_ms: int, zone: ZoneInfo) -> date:
    """Return the local date of a UTC time in ms."""
    return (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(zone).date()
