"""One school's day in figures. Pure: the roster of that day, what the gates recorded and what the
office wrote by hand in, sums out."""

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
from server_bridge.store.reports.staff_months import DaySets, as_set
from server_bridge.store.school.by_hand import ByHand
from server_bridge.store.school.school_hours import Hours

HELD_PARTS = 10
"""A day is held for pupils, or for staff, when the gates saw one in so many of the roster: a club
on a Sunday is no school day of six hundred absent."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Somebody of the day's roster."""

    person: int
    kind: CardKind
    group: str | None


@dataclass(frozen=True, slots=True)
class SchoolDay:
    """All that is known of a day. `passages`: ways in and out by kind of card; `over`: it has
    ended, so that who has not been seen leaving was missed by the gates."""

    roster: Collection[Enrolled]
    cards: Collection[CardDay]
    by_hand: Collection[ByHand] = ()
    passages: Mapping[CardKind, tuple[int, int]] = field(default_factory=dict)
    refusals: Mapping[str, int] = field(default_factory=dict)
    gates: Mapping[str, GateFigures] = field(default_factory=dict)
    over: bool = True


def tally_day(day: SchoolDay, hours: Hours, zone: ZoneInfo) -> DayTally:
    """The day's figures, by kind and class."""
    scanned: dict[int, PersonDay] = {}
    for card in day.cards:
        if card.person is not None:
            scanned[card.person] = merge(scanned.get(card.person), PersonDay.of_card(card))
    seen = dict(scanned)
    for entry in day.by_hand:
        seen[entry.person] = merge(seen.get(entry.person), PersonDay.of_hand(entry))
    groups: dict[GroupKey, Figures] = {}
    for one in day.roster:
        key = one.kind, (one.group or IN_NO_CLASS) if one.kind is CardKind.PUPIL else EVERYBODY
        groups[key] = groups.get(key, Figures()) + _of_person(
            one, one.person in scanned, seen.get(one.person), hours, zone, over=day.over
        )
    found = dict(_held(groups))
    for kind in CardKind:
        mine = [card for card in day.cards if card.kind is kind]
        passages = day.passages.get(kind, (0, 0))
        figures = found.get((kind, EVERYBODY), Figures()) + _of_cards(mine, passages, day.over)
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
    """What is known of each of the staff, by person, as a month of this day alone. Nobody's, if the
    day was not held for them. `tally`: that of the day."""
    if not tally.groups.get((CardKind.STAFF, EVERYBODY), Figures()).days:
        return {}
    came = {card.person for card in day.cards if card.first_in_ms is not None}
    left = {card.person for card in day.cards if not card.inside}
    by_hand = {entry.person for entry in day.by_hand}
    this = as_set(on, on.replace(day=1))
    return {
        one.person: DaySets(this, *(this * (one.person in some) for some in (came, left, by_hand)))
        for one in day.roster
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


def _held(groups: Mapping[GroupKey, Figures]) -> Iterable[tuple[GroupKey, Figures]]:
    """The groups of the kinds for which the day was held, and each such kind's sum."""
    for kind in {kind for kind, _ in groups}:
        mine = {key: figures for key, figures in groups.items() if key[0] is kind}
        whole = total(mine.values())
        if whole.scanned and whole.scanned * HELD_PARTS >= whole.enrolled:
            one = Figures(days=1)
            yield from ((key, figures + one) for key, figures in mine.items())
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
