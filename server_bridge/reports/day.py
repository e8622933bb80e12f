"""The figures of one school's day.

Pure: computed from the people list of that day, the records of the gates and the entries by hand.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from gate_contract.card import CardKind
from server_bridge.school.day import PersonDay, is_late, left_early, merge
from server_bridge.store.figures import (
    EVERYBODY,
    IN_NO_CLASS,
    DayTally,
    Figures,
    GateFigures,
    GroupKey,
    total,
)
from server_bridge.store.people.card_days import CardDay
from server_bridge.store.reports.staff_months import DaySets, day_set
from server_bridge.store.school.by_hand import ByHand
from server_bridge.store.school.school_hours import Hours

SCHOOL_DAY_PARTS = 10
"""A day is a school day of pupils, or of staff, if the gates saw at least one in this many of them.

So a club on a Sunday does not count as a school day with six hundred absent.
"""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A person of the day's people list."""

    person: int
    kind: CardKind
    group: str | None


@dataclass(frozen=True, slots=True)
class SchoolDay:
    """The records of a school's day.

    `passages`: entries and exits by kind of card. `over`: the day has ended, so that the gates
    missed the exit of everybody who is still inside.
    """

    people: Collection[Enrolled]
    cards: Collection[CardDay]
    by_hand: Collection[ByHand] = ()
    passages: Mapping[CardKind, tuple[int, int]] = field(default_factory=dict)
    refusals: Mapping[str, int] = field(default_factory=dict)
    gates: Mapping[str, GateFigures] = field(default_factory=dict)
    over: bool = True


def tally_day(day: SchoolDay, hours: Hours, zone: ZoneInfo) -> DayTally:
    """Return the day's figures by kind and class."""
    scanned: dict[int, PersonDay] = {}
    for card in day.cards:
        if card.person is not None:
            scanned[card.person] = merge(scanned.get(card.person), PersonDay.from_card(card))
    seen = dict(scanned)
    for entry in day.by_hand:
        seen[entry.person] = merge(seen.get(entry.person), PersonDay.from_entry(entry))
    groups: dict[GroupKey, Figures] = {}
    for one in day.people:
        key = one.kind, (one.group or IN_NO_CLASS) if one.kind is CardKind.PUPIL else EVERYBODY
        groups[key] = groups.get(key, Figures()) + _of_person(
            one, one.person in scanned, seen.get(one.person), hours, zone, over=day.over
        )
    found = dict(_groups_with_school_day(groups))
    for kind in CardKind:
        members = [card for card in day.cards if card.kind is kind]
        passages = day.passages.get(kind, (0, 0))
        figures = found.get((kind, EVERYBODY), Figures()) + _of_cards(members, passages, day.over)
        if figures.cards and kind is not CardKind.VISITOR and not figures.days:
            figures += Figures(odd_days=1)
        if figures != Figures():
            found[kind, EVERYBODY] = figures
    return DayTally(
        found,
        {code: scans for code, scans in day.refusals.items() if scans},
        {gate_id: gate for gate_id, gate in day.gates.items() if gate != GateFigures()},
    )


def staff_of_day(day: SchoolDay, tally: DayTally, on: date) -> dict[int, DaySets]:
    """Return the record of each person of the staff, as the sets of a month with this day alone.

    Empty if the day is no school day of the staff. `tally`: the tally of the day.
    """
    if not tally.groups.get((CardKind.STAFF, EVERYBODY), Figures()).days:
        return {}
    came = {card.person for card in day.cards if card.first_in_ms is not None}
    left = {card.person for card in day.cards if not card.inside}
    by_hand = {entry.person for entry in day.by_hand}
    this = day_set(on, on.replace(day=1))
    return {
        one.person: DaySets(this, *(this * (one.person in some) for some in (came, left, by_hand)))
        for one in day.people
        if one.kind is CardKind.STAFF
    }


def _of_person(
    one: Enrolled,
    scanned: bool,
    seen: PersonDay | None,
    hours: Hours,
    zone: ZoneInfo,
    *,
    over: bool,
) -> Figures:
    pupil = seen if one.kind is CardKind.PUPIL else None
    return Figures(
        enrolled=1,
        scanned=scanned,
        present=seen is not None,
        late=pupil is not None and is_late(pupil, hours, zone),
        left_early=over and pupil is not None and left_early(pupil, hours, zone),
    )


def _groups_with_school_day(
    groups: Mapping[GroupKey, Figures],
) -> Iterable[tuple[GroupKey, Figures]]:
    """Yield the groups of the kinds that had a school day, and the sum of each such kind."""
    for kind in {kind for kind, _ in groups}:
        members = {key: figures for key, figures in groups.items() if key[0] is kind}
        whole = total(members.values())
        if whole.scanned and whole.scanned * SCHOOL_DAY_PARTS >= whole.enrolled:
            one = Figures(days=1)
            yield from ((key, figures + one) for key, figures in members.items())
            yield (kind, EVERYBODY), whole + one


def _of_cards(cards: list[CardDay], passages: tuple[int, int], over: bool) -> Figures:
    entered, left = passages
    return Figures(
        entered=entered,
        left=left,
        cards=len(cards),
        no_exit=sum(card.inside for card in cards) if over else 0,
        no_entry=sum(card.first_in_ms is None for card in cards),
    )
