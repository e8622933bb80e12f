"""A person's school year, month by month. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from gate_contract.card import CardKind
from server_bridge.school.day import PersonDay, is_late, merge
from server_bridge.store.people.card_days import CardDay
from server_bridge.store.school.by_hand import ByHand
from server_bridge.store.school.school_hours import Hours

FIRST_MONTH = 9
"""School years open in the first days of September; August belongs to the year that ends."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day on which somebody was seen."""

    day: date
    seen: PersonDay
    late: bool


@dataclass(frozen=True, slots=True)
class Month:
    """`first` is its first day. `held`: on how many days the school's gates saw anybody of the
    same kind, within the days that the person belonged to the school."""

    first: date
    held: int
    days: tuple[Day, ...]

    @property
    def late(self) -> int:
        return sum(day.late for day in self.days)


def school_year(day: date) -> int:
    """The year in which the school year of `day` began."""
    return day.year if day.month >= FIRST_MONTH else day.year - 1


def year_bounds(year: int) -> tuple[date, date]:
    """The first and the last day of the school year that begins in `year`."""
    return date(year, FIRST_MONTH, 1), date(year + 1, FIRST_MONTH, 1) - timedelta(days=1)


def months(
    cards: Iterable[tuple[date, CardDay]],
    by_hand: Iterable[ByHand],
    held: Iterable[date],
    *,
    kind: CardKind,
    hours: Hours,
    zone: ZoneInfo,
) -> list[Month]:
    """The months in which there was anything, the newest first. Only pupils are ever late."""
    seen: dict[date, PersonDay] = {}
    for day, card in cards:
        seen[day] = merge(seen.get(day), PersonDay.of_card(card))
    for entry in by_hand:
        seen[entry.day] = merge(seen.get(entry.day), PersonDay.of_hand(entry))
    found: dict[date, tuple[list[Day], list[date]]] = {}
    for day in held:
        found.setdefault(day.replace(day=1), ([], []))[1].append(day)
    for day, that in sorted(seen.items(), reverse=True):
        late = kind is CardKind.PUPIL and is_late(that, hours, zone)
        found.setdefault(day.replace(day=1), ([], []))[0].append(Day(day, that, late))
    return [
        Month(first, len(opened), tuple(days))
        for first, (days, opened) in sorted(found.items(), reverse=True)
    ]
