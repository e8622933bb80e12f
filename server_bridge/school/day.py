"""A school's day as the office reads it: who has not come, who was late, who left early, who is
inside. Pure: the roster, the gates' records and the entries by hand in, lists out.
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
from server_bridge.store.people.headcounts import Name
from server_bridge.store.school.by_hand import ByHand
from server_bridge.store.school.school_hours import Hours


class PersonDay(NamedTuple):
    """What is known of somebody's day, of all their cards and of entries by hand. Times: UTC in ms;
    `first_in_ms` None: seen leaving only."""

    first_in_ms: int | None
    last_ms: int
    inside: bool
    by_hand: bool

    @classmethod
    def of_card(cls, card: CardDay) -> "PersonDay":
        return cls(card.first_in_ms, card.last_ms, card.inside, False)

    @classmethod
    def of_hand(cls, entry: ByHand) -> "PersonDay":
        is_in = entry.direction is Direction.IN
        return cls(entry.at_ms if is_in else None, entry.at_ms, is_in, True)


def merge(known: PersonDay | None, more: PersonDay) -> PersonDay:
    """What both come to; the later of the two says where somebody is."""
    if known is None:
        return more
    came = [ms for ms in (known.first_in_ms, more.first_in_ms) if ms is not None]
    last = more if more.last_ms >= known.last_ms else known
    by_hand = known.by_hand or more.by_hand
    return PersonDay(min(came, default=None), last.last_ms, last.inside, by_hand)


class DayLine(NamedTuple):
    """Somebody of the roster. `group` is the class or the group of staff, None: in none."""

    person: int
    kind: CardKind
    name: str
    group: str | None
    seen: PersonDay | None

    @property
    def inside(self) -> bool:
        return self.seen is not None and self.seen.inside

    @property
    def room(self) -> tuple[CardKind, str | None]:
        """With whom they are listed: their class; all staff together."""
        return self.kind, self.group if self.kind is CardKind.PUPIL else None


@dataclass(frozen=True, slots=True)
class DayGroup:
    """A class, and how many of it. Staff are one room."""

    kind: CardKind
    group: str | None
    enrolled: int
    came: int
    inside: int


@dataclass(frozen=True, slots=True)
class Today:
    """Who is absent, late or has left in the order in which schools list people; `lines` and
    `inside` as they come. `late` and `left` are of pupils only: staff begin and end with their
    lessons. `strangers` are cards that are nobody's of the roster."""

    lines: tuple[DayLine, ...]
    strangers: tuple[CardDay, ...]
    absent: tuple[DayLine, ...]
    late: tuple[DayLine, ...]
    left: tuple[DayLine, ...]
    inside: tuple[DayLine, ...]

    @property
    def inside_by_hand(self) -> int:
        """How many of those inside have an entry by hand today."""
        return sum(line.seen is not None and line.seen.by_hand for line in self.inside)

    @property
    def strangers_inside(self) -> tuple[CardDay, ...]:
        return tuple(card for card in self.strangers if card.inside)


def lines_of(
    roster: Iterable[Name], cards: Iterable[CardDay], by_hand: Iterable[ByHand]
) -> tuple[tuple[DayLine, ...], tuple[CardDay, ...]]:
    """Everybody with their day, and the cards that are nobody's of the roster, in order."""
    people = list(roster)
    known = {one.person for one in people}
    seen: dict[int, PersonDay] = {}
    strangers = []
    for card in cards:
        person = card.person
        if person is None or person not in known:
            strangers.append(card)
        elif before := seen.get(person):
            seen[person] = merge(before, PersonDay.of_card(card))
        else:
            seen[person] = PersonDay(card.first_in_ms, card.last_ms, card.inside, by_hand=False)
    for entry in by_hand:
        seen[entry.person] = merge(seen.get(entry.person), PersonDay.of_hand(entry))
    lines = [DayLine(*one, seen.get(one.person)) for one in people]
    strangers.sort(key=lambda card: (card.kind, card.last_ms, card.card_id))
    return tuple(lines), tuple(strangers)


def in_order(lines: Iterable[DayLine]) -> tuple[DayLine, ...]:
    """Class by class, by name as class lists do."""
    return tuple(sorted(lines, key=line_key))


def today(
    lines: Sequence[DayLine],
    strangers: Sequence[CardDay],
    hours: Hours,
    zone: ZoneInfo,
    *,
    room: tuple[CardKind, str | None] | None = None,
) -> Today:
    """The lists; `room`: of one class only, which strangers are never in."""
    shown = [line for line in lines if room is None or line.room == room]
    pupils = [line for line in shown if line.kind is CardKind.PUPIL]
    return Today(
        tuple(shown),
        tuple(strangers) if room is None else (),
        in_order(line for line in shown if line.seen is None),
        in_order(line for line in pupils if line.seen and is_late(line.seen, hours, zone)),
        in_order(line for line in pupils if line.seen and left_early(line.seen, hours, zone)),
        tuple(line for line in shown if line.inside),
    )


def groups_of(lines: Iterable[DayLine]) -> tuple[DayGroup, ...]:
    """All classes, in their order."""
    by_room: dict[tuple[CardKind, str | None], list[DayLine]] = {}
    for line in lines:
        by_room.setdefault(line.room, []).append(line)
    return tuple(
        DayGroup(
            *room,
            enrolled=len(mine),
            came=sum(line.seen is not None for line in mine),
            inside=sum(line.inside for line in mine),
        )
        for room, mine in sorted(by_room.items(), key=lambda item: group_key(*item[0]))
    )


def is_late(seen: PersonDay, hours: Hours, zone: ZoneInfo) -> bool:
    """Whether the time that is shown is later than the bell's: in its very minute is in time."""
    return seen.first_in_ms is not None and minute_of(seen.first_in_ms, zone) > hours.begins


def left_early(seen: PersonDay, hours: Hours, zone: ZoneInfo) -> bool:
    """Whether they went before the end of lessons and have not come back."""
    return not seen.inside and minute_of(seen.last_ms, zone) < hours.ends


def minute_of(at_ms: int, zone: ZoneInfo) -> int:
    """Minutes after local midnight."""
    return _minute_of(at_ms // 60_000, zone)


@lru_cache(maxsize=4_096)  # a whole school comes within some minutes
def _minute_of(minute: int, zone: ZoneInfo) -> int:
    local = datetime.fromtimestamp(minute * 60, UTC).astimezone(zone)
    return local.hour * 60 + local.minute


_RANKS: Mapping[CardKind, int] = {kind: rank for rank, kind in enumerate(CardKind)}


@lru_cache(maxsize=4_096)  # a school has few classes and many pupils
def group_key(kind: CardKind, group: str | None) -> tuple[Any, ...]:
    """Pupils' classes first, 6A before 10A, whoever is in none last; then staff."""
    return _RANKS[kind], group is None, class_key(group or "")


def line_key(line: DayLine) -> tuple[Any, ...]:
    """By class, then by name as class lists do."""
    return *group_key(*line.room), name_key(line.name), line.person
