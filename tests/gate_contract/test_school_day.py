"""A school day begins and ends at local midnight."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from gate_contract.school_day import local_day

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_the_day_changes_at_local_midnight() -> None:
    assert local_day(ms("2026-11-22T16:59:59.999"), HANOI) == date(2026, 11, 22)
    assert local_day(ms("2026-11-22T17:00:00"), HANOI) == date(2026, 11, 23)


def test_times_before_1970_have_a_day_too() -> None:
    assert local_day(-1, ZoneInfo("UTC")) == date(1969, 12, 31)
