"""The lists of a school's day."""

from collections.abc import Sequence

from gate_contract.card import CardKind
from gate_contract.crossing import Direction
from server_bridge.school.day import (
    DayLine,
    DayLists,
    day_lists,
    group_counts,
    person_lines,
    sort_lines,
)
from server_bridge.store.people.card_days import CardDay
from server_bridge.store.people.headcounts import PersonName
from server_bridge.store.school.by_hand import ByHand
from server_bridge.store.school.school_hours import Hours
from tests.builders.district_people import START
from tests.builders.school import ZONE
from tests.fakes.clock import MORNING_MS

MINUTE_MS = 60_000
STAFF = CardKind.STAFF


def someone(
    person: int, name: str, group: str | None = "6A", kind: CardKind = CardKind.PUPIL
) -> PersonName:
    return PersonName(person, kind, name, group)


def card(person: int | None, first: int | None, last: int, *, inside: bool) -> CardDay:
    """Return the day of a card. `first` and `last`: minutes after 7:00."""
    came = None if first is None else MORNING_MS + first * MINUTE_MS
    return CardDay(f"{person}", CardKind.PUPIL, person, came, MORNING_MS + last * MINUTE_MS, inside)


def by_hand(person: int, minute: int, direction: Direction) -> ByHand:
    at_ms = MORNING_MS + minute * MINUTE_MS
    return ByHand(1, person, START, at_ms, direction, "forgot it", "office", at_ms)


def day(
    roster: Sequence[PersonName], cards: Sequence[CardDay] = (), entries: Sequence[ByHand] = ()
) -> DayLists:
    return day_lists(*person_lines(roster, cards, entries), Hours(), ZONE)


def people(lines: Sequence[DayLine]) -> list[int]:
    return [line.person for line in lines]


def test_classes_and_names_are_in_the_order_of_schools() -> None:
    roster = [
        *(someone(1, "Lê Yến", "10A"), someone(2, "Lê Đông"), someone(3, "Lê Dũng")),
        *(
            someone(4, "Lê An", "6B"),
            someone(5, "Lê Ánh", None),
            someone(6, "Cô Mai", "Toán", STAFF),
        ),
    ]
    shown = day(roster)
    assert people(sort_lines(shown.lines)) == [3, 2, 4, 1, 5, 6]
    assert [(group.group, group.enrolled) for group in group_counts(shown.lines)] == [
        *(("6A", 2), ("6B", 1), ("10A", 1), (None, 1), (None, 1)),
    ]


def test_late_is_after_the_minute_of_the_bell() -> None:
    roster = [someone(1, "A"), someone(2, "B"), someone(3, "C", None, STAFF)]
    cards = [card(n, minute, 30, inside=True) for n, minute in ((1, 0), (2, 1), (3, 20))]
    assert people(day(roster, cards).late) == [2]


def test_left_early_is_out_and_not_back() -> None:
    roster = [someone(1, "A"), someone(2, "B"), someone(3, "C")]
    end = 9 * 60 + 30
    cards = [
        *(card(1, 0, 60, inside=False), card(2, 0, end, inside=False), card(3, 0, 90, inside=True)),
    ]
    shown = day(roster, cards)
    assert people(shown.left) == [1]
    assert people(shown.inside) == [3]


def test_who_was_only_seen_leaving_has_come_and_is_not_late() -> None:
    shown = day([someone(1, "A")], [card(1, None, 60, inside=False)])
    assert (shown.absent, shown.late, people(shown.left)) == ((), (), [1])


def test_two_cards_are_one_person() -> None:
    cards = [card(1, 10, 10, inside=True), card(1, -5, 60, inside=False)]
    shown = day([someone(1, "A")], cards)
    assert (shown.inside, shown.late, people(shown.left)) == ((), (), [1])


def test_an_entry_by_hand_counts_and_is_told_apart() -> None:
    entries = [by_hand(1, -3, Direction.IN), by_hand(2, 70, Direction.OUT)]
    shown = day([someone(1, "A"), someone(2, "B")], [card(2, 0, 0, inside=True)], entries)
    assert (people(shown.inside), people(shown.left), shown.absent) == ([1], [2], ())
    assert shown.inside_by_hand == 1


def test_cards_of_nobody_here_are_apart() -> None:
    shown = day([someone(1, "A")], [card(None, 0, 0, inside=True), card(7, 0, 0, inside=False)])
    assert len(shown.unassigned) == 2
    assert [card.person for card in shown.unassigned_inside] == [None]
    assert people(shown.absent) == [1]
