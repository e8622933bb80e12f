"""What a report is of: a day, a week, a month, a school year. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server_bridge.school.year import school_year, year_bounds
from server_bridge.store.reports.tallies import Stretch, TallyPeriod


class PeriodKind(StrEnum):
    """How long."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both included. Weeks begin on Mondays, school years in September."""

    kind: PeriodKind
    first: date
    last: date

    @property
    def whole(self) -> Stretch:
        """The rows that sum it up: 12 at the most."""
        if self.kind in (PeriodKind.MONTH, PeriodKind.YEAR):
            return Stretch(TallyPeriod.MONTH, self.first, self.last)
        return Stretch(TallyPeriod.DAY, self.first, self.last)

    @property
    def steps(self) -> Stretch:
        """The rows of its course: days, of a year months."""
        span = TallyPeriod.MONTH if self.kind is PeriodKind.YEAR else TallyPeriod.DAY
        return Stretch(span, self.first, self.last)

    def before(self) -> "Period":
        """The one that ends where this one begins."""
        return period(self.kind, self.first - timedelta(days=1))

    def after(self) -> "Period":
        """The one that begins where this one ends."""
        return period(self.kind, self.last + timedelta(days=1))


def period(kind: PeriodKind, day: date) -> Period:
    """The period of that kind in which `day` lies."""
    if kind is PeriodKind.DAY:
        return Period(kind, day, day)
    if kind is PeriodKind.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Period(kind, monday, monday + timedelta(days=6))
    if kind is PeriodKind.MONTH:
        first = day.replace(day=1)
        return Period(kind, first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
    return Period(kind, *year_bounds(school_year(day)))
