"""Numbers, days and times as each language writes them. Independent of the system's locale."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from server_bridge.web.text import ENGLISH_MONTHS, WEEKDAYS, Lang


@dataclass(frozen=True, slots=True)
class Formats:
    """Writes for readers of `lang` in `timezone`. Times given are UTC in milliseconds."""

    lang: Lang
    timezone: ZoneInfo

    def number(self, value: int) -> str:
        """1234 is 1.234 in Vietnamese and 1,234 in English."""
        text = f"{value:,}"
        return text.replace(",", ".") if self.lang == Lang.VI else text

    def day(self, day: date) -> str:
        """`Thứ Hai, 23/11/2026`, `Monday, 23 November 2026`."""
        weekday = self.weekday(day)
        if self.lang == Lang.VI:
            return f"{weekday}, {day:%d/%m/%Y}"
        return f"{weekday}, {day.day} {ENGLISH_MONTHS[day.month - 1]} {day.year}"

    def weekday(self, day: date) -> str:
        """`Thứ Hai`, `Monday`."""
        return WEEKDAYS[self.lang][day.weekday()]

    def minutes(self, at_ms: int) -> int:
        """How many minutes after local midnight."""
        local = self._local(at_ms)
        return local.hour * 60 + local.minute

    def moment(self, at_ms: int, today: date) -> str:
        """`07:05`, with the day in front when it was not `today`."""
        local = self._local(at_ms)
        if local.date() == today:
            return f"{local:%H:%M}"
        if self.lang == Lang.VI:
            return f"{local:%H:%M} ngày {local.day}/{local.month}"
        return f"{local:%H:%M} on {local.day} {ENGLISH_MONTHS[local.month - 1][:3]}"

    def second(self, at_ms: int) -> str:
        """`07:05:09`"""
        return f"{self._local(at_ms):%H:%M:%S}"

    def machine(self, at_ms: int) -> str:
        """ISO 8601 with the offset, for `<time datetime>`."""
        return self._local(at_ms).isoformat(timespec="seconds")

    def _local(self, at_ms: int) -> datetime:
        return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self.timezone)
