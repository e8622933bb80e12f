"""A school's day for its office: who is absent, was late, left early, is inside.

Pure: computed from the people list, the crossings of gates and the entries by hand.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from gate_contract.card import CardKind
from gate_contract.crossing import Direction
from server_bridge.i18n.names import class_key, name_key
from server_bridge.store.people.card_days import CardDay
from server_bridge.store.people.headcounts import PersonName
from server_bridge.store.school.by_hand import ByHand
from server_bridge.store.school.school_hours import Hours


class PersonDay(NamedTuple):
    """One person's day, from all their cards and the entries by hand. Times are UTC in ms.

    `first_in_ms` is None for a person who was only seen leaving.
    """

    first_in_ms: int | None
    last_ms: int
    inside: bool
    by_hand: bool

    @classmethod
    def from_card(cls, card: CardDay) -> "PersonDay":
        """Return the day of one card."""
        return cls(card.first_in_ms, card.last_ms, card.inside, False)

    @classmethod
    def from_entry(cls, entry: ByHand) -> "PersonDay":
        """Return the day of one entry by hand."""
        is_in = entry.direction is Direction.IN
        return cls(entry.at_ms if is_in else None, entry.at_ms, is_in, True)


def merge(known: PersonDay | None, more: PersonDay) -> PersonDay:
    """Merge two days of a person. The later of the two decides whether the person is inside."""
    if known is None:
        return more
    came = [ms for ms in (known.first_in_ms, more.first_in_ms) if ms is not None]
    last = more if more.last_ms >= known.last_ms else known
    by_hand = known.by_hand or more.by_hand
    return PersonDay(min(came, default=None), last.last_ms, last.inside, by_hand)


ListGroup = tuple[CardKind, str | None]
"""A group of the day's lists: kind, and for pupils the class; None: pupils without one, staff."""


class DayLine(NamedTuple):
    """A person of the people list. `group` is the class or the group of staff; None: in none."""

    person: int
    kind: CardKind
    name: str
    group: str | None
    seen: PersonDay | None

    @property
    def inside(self) -> bool:
        """Whether the person is inside."""
        return self.seen is not None and self.seen.inside

    @property
    def group_key(self) -> ListGroup:
        """The group that the person is listed in: the class of a pupil; all staff are one group."""
        return self.kind, self.group if self.kind is CardKind.PUPIL else None


@dataclass(frozen=True, slots=True)
class DayGroup:
    """The counts of a class; all staff are one group."""

    kind: CardKind
    group: str | None
    enrolled: int
    came: int
    inside: int

    @property
    def key(self) -> ListGroup:
        """The key of the group."""
        return self.kind, self.group


@dataclass(frozen=True, slots=True)
class DayLists:
    """The lists of a school's day.

    `absent`, `late` and `left` are sorted as schools list people; `lines` and `inside` are not
    sorted. `late` and `left` hold pupils only: the staff's hours are those of their lessons.
    `unassigned` are cards that no person of the people list holds.
    """

    lines: tuple[DayLine, ...]
    unassigned: tuple[CardDay, ...]
    absent: tuple[DayLine, ...]
    late: tuple[DayLine, ...]
    left: tuple[DayLine, ...]
    inside: tuple[DayLine, ...]

    @property
    def inside_by_hand(self) -> int:
        """The number of people inside who have an entry by hand today."""
        return sum(line.seen is not None and line.seen.by_hand for line in self.inside)

    @property
    def unassigned_inside(self) -> tuple[CardDay, ...]:
        """The unassigned cards that are inside."""
        return tuple(card for card in self.unassigned if card.inside)


def person_lines(
    names: Iterable[PersonName], cards: Iterable[CardDay], by_hand: Iterable[ByHand]
) -> tuple[tuple[DayLine, ...], tuple[CardDay, ...]]:
    """Return a line for each person, and the unassigned cards in order."""
    people = list(names)
    known = {one.person for one in people}
    seen: dict[int, PersonDay] = {}
    unassigned = []
    for card in cards:
        person = card.person
        if person is None or person not in known:
            unassigned.append(card)
        elif before := seen.get(person):
            seen[person] = merge(before, PersonDay.from_card(card))
        else:
            seen[person] = PersonDay(card.first_in_ms, card.last_ms, card.inside, by_hand=False)
    for entry in by_hand:
        seen[entry.person] = merge(seen.get(entry.person), PersonDay.from_entry(entry))
    lines = [DayLine(*one, seen.get(one.person)) for one in people]
    unassigned.sort(key=lambda card: (card.kind, card.last_ms, card.card_id))
    return tuple(lines), tuple(unassigned)


def sort_lines(lines: Iterable[DayLine]) -> tuple[DayLine, ...]:
    """Sort lines by class, then by name as class lists do."""
    return tuple(sorted(lines, key=line_order))


def day_lists(
    lines: Sequence[DayLine],
    unassigned: Sequence[CardDay],
    hours: Hours,
    zone: ZoneInfo,
    *,
    group: ListGroup | None = None,
) -> DayLists:
    """Return the lists of all people; with `group` of that group only, without unassigned cards."""
    chosen = [line for line in lines if group is None or line.group_key == group]
    pupils = [line for line in chosen if line.kind is CardKind.PUPIL]
    return DayLists(
        tuple(chosen),
        tuple(unassigned) if group is None else (),
        sort_lines(line for line in chosen if line.seen is None),
        sort_lines(line for line in pupils if line.seen and is_late(line.seen, hours, zone)),
        sort_lines(line for line in pupils if line.seen and left_early(line.seen, hours, zone)),
        tuple(line for line in chosen if line.inside),
    )


def group_counts(lines: Iterable[DayLine]) -> tuple[DayGroup, ...]:
    """Return the counts of all groups, in order."""
    by_group: dict[ListGroup, list[DayLine]] = {}
    for line in lines:
        by_group.setdefault(line.group_key, []).append(line)
    return tuple(
        DayGroup(
            *key,
            enrolled=len(members),
            came=sum(line.seen is not None for line in members),
            inside=sum(line.inside for line in members),
        )
        for key, members in sorted(by_group.items(), key=lambda item: group_order(*item[0]))
    )


def is_late(seen: PersonDay, hours: Hours, zone: ZoneInfo) -> bool:
    """Return whether the first entry, in whole minutes, is after the beginning of lessons."""
    return seen.first_in_ms is not None and minute_of(seen.first_in_ms, zone) > hours.begins


def left_early(seen: PersonDay, hours: Hours, zone: ZoneInfo) -> bool:
    """Return whether the person left before the end of lessons and has not come back."""
    return not seen.inside and minute_of(seen.last_ms, zone) < hours.ends


def minute_of(at_ms: int, zone: ZoneInfo) -> int:
    """Return a time (UTC in ms) in minutes after local midnight."""
    return _minute_of(at_ms // 60_000, zone)


@lru_cache(maxsize=4_096)  # a whole school arrives within some minutes
def _minute_of(minute: int, zone: ZoneInfo) -> int:
    local = datetime.fromtimestamp(minute * 60, UTC).astimezone(zone)
    return local.hour * 60 + local.minute


_RANKS: Mapping[CardKind, int] = {kind: rank for rank, kind in enumerate(CardKind)}


@lru_cache(maxsize=4_096)  # a school has few classes and many pupils
def group_order(kind: CardKind, group: str | None) -> tuple[Any, ...]:
    """Return the sort key of a group.

    Pupils' classes come first, 6A before 10A, pupils without a class after them; then the staff.
    """
    return _RANKS[kind], group is None, class_key(group or "")


def line_order(line: DayLine) -> tuple[Any, ...]:
    """Return the sort key of a line: by class, then by name as class lists do."""
    return *group_order(*line.group_key), name_key(line.name), line.person
