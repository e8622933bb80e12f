"""The figures of a school's day, and the periods of reports."""

from datetime import date

import pytest

from gate_contract.card import CardKind
from gate_contract.crossing import Direction
from server_bridge.reports.day import Enrolled, SchoolDay, tally_day
from server_bridge.reports.period import Period, PeriodKind, period
from server_bridge.store.figures import (
    EVERYBODY,
    IN_NO_CLASS,
    DayTally,
    Figures,
    GateFigures,
    difference,
)
from server_bridge.store.people.card_days import CardDay
from server_bridge.store.reports.tallies import TallyPeriod
from server_bridge.store.school.by_hand import ByHand
from server_bridge.store.school.school_hours import Hours
from tests.builders.school import ZONE
from tests.fakes.clock import MORNING_MS

DAY = date(2026, 9, 7)
MINUTE_MS = 60_000
PUPILS, STAFF = (CardKind.PUPIL, EVERYBODY), (CardKind.STAFF, EVERYBODY)


def pupils(number: int, group: str | None = "6A") -> list[Enrolled]:
    return [Enrolled(person, CardKind.PUPIL, group) for person in range(number)]


def card(
    person: int | None, minute: int | None = 0, last: int = 600, *, inside: bool = False
) -> CardDay:
    came = None if minute is None else MORNING_MS + minute * MINUTE_MS
    return CardDay(
        f"{person}", CardKind.PUPIL, person, came, MORNING_MS + last * MINUTE_MS, inside=inside
    )


def by_hand(person: int, minute: int) -> ByHand:
    at_ms = MORNING_MS + minute * MINUTE_MS
    return ByHand(1, person, DAY, at_ms, Direction.IN, "forgot", "office", at_ms)


def tally(day: SchoolDay) -> DayTally:
    return tally_day(day, Hours(), ZONE)


def test_who_was_seen_late_early_and_by_hand() -> None:
    cards = [card(0), card(1, 12), card(2, 0, 60), card(3, 0, 0, inside=True), card(4, None)]
    day = SchoolDay(pupils(7), [*cards, card(None)], [by_hand(5, 3)])
    found = tally(day).groups
    assert found[CardKind.PUPIL, "6A"] == Figures(
        *(1, 0, 7, 5, 6, 2, 1)
    )  # late: the person at 7:12, and the one entered by hand at 7:03
    assert found[PUPILS] == found[CardKind.PUPIL, "6A"] + Figures(cards=6, no_exit=1, no_entry=1)


def test_who_is_inside_is_missed_only_when_the_day_is_over() -> None:
    day = SchoolDay(pupils(1), [card(0, 0, 30)], over=False)
    assert tally(day).groups[PUPILS].left_early == 0
    day = SchoolDay(pupils(1), [card(0, 0, 0, inside=True)], over=False)
    assert tally(day).groups[PUPILS].no_exit == 0


def test_two_cards_are_one_person() -> None:
    found = tally(SchoolDay(pupils(1), [card(0, 20), card(0, 0)])).groups[PUPILS]
    assert (found.scanned, found.late, found.cards) == (1, 0, 2)


@pytest.mark.parametrize(("seen", "days"), [(1, 0), (2, 1)])
def test_a_club_on_sunday_is_no_school_day(seen: int, days: int) -> None:
    found = tally(SchoolDay(pupils(20), [card(person) for person in range(seen)])).groups
    figures = found[PUPILS]
    assert (figures.days, figures.odd_days) == (days, 1 - days)
    assert figures.enrolled == 20 * days
    assert figures.absent == 18 * days
    assert ((CardKind.PUPIL, "6A") in found) == bool(days)


def test_a_day_that_the_office_alone_wrote_down_is_none() -> None:
    assert tally(SchoolDay(pupils(1), [], [by_hand(0, 0)])) == DayTally()


def test_kinds_are_apart_and_passages_are_as_counted() -> None:
    roster = [*pupils(1, None), Enrolled(9, CardKind.STAFF, "Tổ 1")]
    visitor = CardDay("v", CardKind.VISITOR, None, MORNING_MS, MORNING_MS, inside=True)
    late_staff = CardDay(
        "s",
        CardKind.STAFF,
        9,
        MORNING_MS + 90 * MINUTE_MS,
        MORNING_MS + 99 * MINUTE_MS,
        inside=False,
    )
    found = tally(
        SchoolDay(
            roster,
            [visitor, late_staff],
            passages={CardKind.STAFF: (3, 2)},
            refusals={"expired": 4, "repeat": 0},
            gates={"g": GateFigures(1, 4, 2, 4), "h": GateFigures()},
        )
    )
    assert found.groups == {
        STAFF: Figures(days=1, enrolled=1, scanned=1, present=1, entered=3, left=2, cards=1),
        (CardKind.VISITOR, EVERYBODY): Figures(cards=1, no_exit=1),
    }
    assert (found.refusals, found.gates) == ({"expired": 4}, {"g": GateFigures(1, 4, 2, 4)})
    assert (CardKind.PUPIL, IN_NO_CLASS) not in found.groups


def test_what_is_to_be_added() -> None:
    one = DayTally(
        {PUPILS: Figures(days=1, late=2)}, {"expired": 3}, {"g": GateFigures(1, 2, 3, 4)}
    )
    two = DayTally({STAFF: Figures(days=1)}, {"expired": 5}, {})
    assert difference(one, one) == DayTally()
    assert difference(two, one) == DayTally(
        {PUPILS: Figures(days=-1, late=-2), STAFF: Figures(days=1)},
        {"expired": 2},
        {"g": GateFigures(-1, -2, -3, -4)},
    )


@pytest.mark.parametrize(
    ("kind", "day", "first", "last"),
    [
        ("day", DAY, DAY, DAY),
        ("week", date(2027, 1, 3), date(2026, 12, 28), date(2027, 1, 3)),
        ("month", date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        ("year", date(2027, 8, 31), date(2026, 9, 1), date(2027, 8, 31)),
        ("year", date(2026, 9, 1), date(2026, 9, 1), date(2027, 8, 31)),
    ],
)
def test_periods_follow_on_each_other(kind: str, day: date, first: date, last: date) -> None:
    found = period(PeriodKind(kind), day)
    assert found == Period(PeriodKind(kind), first, last)
    assert found.after().before() == found.before().after() == found
    assert found.steps.span is (TallyPeriod.MONTH if kind == "year" else TallyPeriod.DAY)
