"""A person's school year by month. Pure."""

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
"""School years begin in the first days of September; August belongs to the year that ends."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day on which the person was seen."""

    day: date
    seen: PersonDay
    late: bool


@dataclass(frozen=True, slots=True)
class Month:
    """One month. `first` is its first day.

    `school_days` counts the days on which the school's gates saw anybody of the same kind, among
    the days on which the person belonged to the school.
    """

    first: date
    school_days: int
    days: tuple[Day, ...]

    @property
    def late(self) -> int:
        """The number of days on which the person was late."""
        return sum(day.late for day in self.days)


def school_year(day: date) -> int:
    """Return the year in which the school year of `day` began."""
    return day.year if day.month >= FIRST_MONTH else day.year - 1


def year_bounds(year: int) -> tuple[date, date]:
    """Return the first and the last day of the school year that begins in `year`."""
    return date(year, FIRST_MONTH, 1), date(year + 1, FIRST_MONTH, 1) - timedelta(days=1)


def months(
    cards: Iterable[tuple[date, CardDay]],
    by_hand: Iterable[ByHand],
    school_days: Iterable[date],
    *,
    kind: CardKind,
    hours: Hours,
    zone: ZoneInfo,
) -> list[Month]:
    """Return the months that have any days, the newest first. Only pupils can be late."""
    seen: dict[date, PersonDay] = {}
    for day, card in cards:
        seen[day] = merge(seen.get(day), PersonDay.from_card(card))
    for entry in by_hand:
        seen[entry.day] = merge(seen.get(entry.day), PersonDay.from_entry(entry))
    found: dict[date, tuple[list[Day], list[date]]] = {}
    for day in school_days:
        found.setdefault(day.replace(day=1), ([], []))[1].append(day)
    for day, merged in sorted(seen.items(), reverse=True):
        late = kind is CardKind.PUPIL and is_late(merged, hours, zone)
        found.setdefault(day.replace(day=1), ([], []))[0].append(Day(day, merged, late))
    return [
        Month(first, len(opened), tuple(days))
        for first, (days, opened) in sorted(found.items(), reverse=True)
    ]
