"""The periods of reports: a day, a week, a month, a school year. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server_bridge.school.year import school_year, year_bounds
from server_bridge.store.reports.tallies import TallyPeriod, TallyRange


class PeriodKind(StrEnum):
    """The length of a period."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included.

    Weeks begin on Mondays, school years in September.
    """

    kind: PeriodKind
    first: date
    last: date

    @property
    def whole(self) -> TallyRange:
        """The tally rows whose sum is the whole period: 12 at the most."""
        if self.kind in (PeriodKind.MONTH, PeriodKind.YEAR):
            return TallyRange(TallyPeriod.MONTH, self.first, self.last)
        return TallyRange(TallyPeriod.DAY, self.first, self.last)

    @property
    def steps(self) -> TallyRange:
        """The tally rows of its time series: days, or months for a year."""
        span = TallyPeriod.MONTH if self.kind is PeriodKind.YEAR else TallyPeriod.DAY
        return TallyRange(span, self.first, self.last)

    def before(self) -> "Period":
        """Return the period before this one."""
        return period(self.kind, self.first - timedelta(days=1))

    def after(self) -> "Period":
        """Return the period after this one."""
        return period(self.kind, self.last + timedelta(days=1))


def period(kind: PeriodKind, day: date) -> Period:
    """Return the period of that kind which contains `day`."""
    if kind is PeriodKind.DAY:
        return Period(kind, day, day)
    if kind is PeriodKind.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Period(kind, monday, monday + timedelta(days=6))
    if kind is PeriodKind.MONTH:
        first = day.replace(day=1)
        return Period(kind, first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
    return Period(kind, *year_bounds(school_year(day)))
