"""Format numbers, days and times as each language writes them, whatever the system's locale is."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from server_bridge.i18n.phrases import ENGLISH_MONTHS, WEEKDAYS, Lang


@dataclass(frozen=True, slots=True)
class Formats:
    """Formats values for readers of `lang` in `timezone`. Times given are UTC in milliseconds."""

    lang: Lang
    timezone: ZoneInfo

    def number(self, value: int) -> str:
        """Format an integer: 1234 is 1.234 in Vietnamese and 1,234 in English."""
        text = f"{value:,}"
        return text.replace(",", ".") if self.lang == Lang.VI else text

    def day(self, day: date) -> str:
        """Format a day: `Thứ Hai, 23/11/2026`, `Monday, 23 November 2026`."""
        weekday = self.weekday(day)
        if self.lang == Lang.VI:
            return f"{weekday}, {day:%d/%m/%Y}"
        return f"{weekday}, {day.day} {ENGLISH_MONTHS[day.month - 1]} {day.year}"

    def weekday(self, day: date) -> str:
        """Return the name of the weekday: `Thứ Hai`, `Monday`."""
        return WEEKDAYS[self.lang][day.weekday()]

    def minutes(self, at_ms: int) -> int:
        """Return the minutes after local midnight."""
        local = self._local(at_ms)
        return local.hour * 60 + local.minute

    def moment(self, at_ms: int, today: date) -> str:
        """Format a time as `07:05`, preceded by the day unless that is `today`."""
        day, clock = _minute(at_ms // 60_000, self.timezone)
        if day == today:
            return clock
        if self.lang == Lang.VI:
            return f"{clock} ngày {day.day}/{day.month}"
        return f"{clock} on {day.day} {ENGLISH_MONTHS[day.month - 1][:3]}"

    def second(self, at_ms: int) -> str:
        """Format a time as `07:05:09`."""
        return f"{_minute(at_ms // 60_000, self.timezone)[1]}:{at_ms // 1_000 % 60:02}"

    def machine(self, at_ms: int) -> str:
        """Format a time as ISO 8601 with the offset, for `<time datetime>`."""
        return self._local(at_ms).isoformat(timespec="seconds")

    def _local(self, at_ms: int) -> datetime:
        return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self.timezone)


@lru_cache(maxsize=4_096)  # a page lists a whole school, whose crossings lie within some minutes
def _minute(minute: int, timezone: ZoneInfo) -> tuple[date, str]:
    local = datetime.fromtimestamp(minute * 60, UTC).astimezone(timezone)
    return local.date(), f"{local:%H:%M}"
