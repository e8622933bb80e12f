"""The day's arrivals beside yesterday's and last week's, as figures and as a curve. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from server_bridge.i18n.formats import Formats
from server_bridge.store.crossings.arrivals import Comparison, DayArrivals
from server_bridge.web.live.texts import say

SLOT_MIN = 5
USUAL_START_MIN = 6 * 60
DAY_MIN = 24 * 60
HEIGHT = 100


@dataclass(frozen=True, slots=True)
class Curve:
    """Entries of each five minutes, in a box of `width` (minutes) by HEIGHT. `hours` are what is
    written below, evenly; `words` say the same to whoever does not see it."""

    width: int
    today: str
    week_ago: str
    hours: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class ArrivalsChart:
    """Entries until `by`, of three days (word, number); no number for a day when nobody came."""

    by: str
    days: tuple[tuple[str, str], ...]
    curve: Curve


def build_arrivals_chart(
    compared: Iterable[Comparison], now_min: int, formats: Formats
) -> ArrivalsChart | None:
    """What is shown `now_min` minutes after local midnight; None: nothing was ever compared."""
    added = _together(list(compared))
    if added is None:
        return None
    by = now_min // SLOT_MIN * SLOT_MIN
    days = (
        (say(formats.lang, "today"), added.today),
        (say(formats.lang, "yesterday"), added.yesterday),
        (say(formats.lang, "week_ago", day=formats.weekday(added.today.day)), added.week_ago),
    )
    return ArrivalsChart(
        by=clock(by),
        days=tuple(
            (word, formats.number(day.before(by)) if day.entered else "") for word, day in days
        ),
        curve=_curve(added, by, formats),
    )


def clock(minutes: int) -> str:
    """`07:05`"""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _together(compared: list[Comparison]) -> Comparison | None:
    if not compared:
        return None
    return Comparison(
        *(
            DayArrivals(getattr(compared[0], name).day, _sum(getattr(c, name) for c in compared))
            for name in ("today", "yesterday", "week_ago")
        )
    )


def _sum(days: Iterable[DayArrivals]) -> tuple[tuple[int, int], ...]:
    numbers: Counter[int] = Counter()
    for day in days:
        for minute, number in day.slots:
            numbers[minute] += number
    return tuple(sorted(numbers.items()))


def _curve(compared: Comparison, by: int, formats: Formats) -> Curve:
    today, before = dict(compared.today.slots), dict(compared.week_ago.slots)
    start = min(USUAL_START_MIN, *today, *before, DAY_MIN) // 60 * 60
    # Whole spans of three hours, so that few even marks suffice below.
    span = -(-max(by - start, 1) // 180) * 180
    end = min(start + span, DAY_MIN)
    top = max((n for line in (today, before) for m, n in line.items() if m < end), default=0)
    step = {180: 60, 360: 120}.get(end - start, 180)
    words = say(formats.lang, "curve", start=clock(start), end=clock(end))
    if today:
        peak = max(today, key=lambda minute: today[minute])
        words += " " + say(
            formats.lang,
            "curve_peak",
            time=clock(peak),
            count=formats.number(today[peak]),
        )
    return Curve(
        width=end - start,
        today=_path(today, start, min(by, end), top),
        week_ago=_path(before, start, end, top),
        hours=tuple(clock(minute) for minute in range(start, end + 1, step)),
        words=words,
    )


def _path(numbers: dict[int, int], start: int, end: int, top: int) -> str:
    """A line through the middle of each five minutes; empty when there is nothing to draw."""
    if not top or not numbers:
        return ""
    points = [
        f"{minute - start + SLOT_MIN / 2:g} {HEIGHT * (1 - numbers.get(minute, 0) / top):.1f}"
        for minute in range(start, end, SLOT_MIN)
    ]
    return "M" + "L".join(points) if points else ""
