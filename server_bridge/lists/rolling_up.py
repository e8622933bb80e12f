"""The roll-up of a collection: every school's state, and the sums of what was submitted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from server_bridge.lists.collecting import NOBODY, figures_at
from server_bridge.store.areas.levels import LEVELS
from server_bridge.store.reports import submissions as store
from server_bridge.store.reports.deadlines import find
from server_bridge.store.reports.submissions import COLLECTIONS, Collection
from server_bridge.store.units.tree import SCHOOL, Unit, all_units, ancestry
from server_bridge.submissions.actions import standings
from server_bridge.submissions.state import SubmissionState, SubmissionStatus

ByLevel = tuple[int, int, int, int, int]
"""People of levels 1-4, and of those whose level is not known."""


@dataclass(frozen=True, slots=True)
class CollectionSchool:
    """One school. `counts` are those submitted, None before; `differs`: the roster or the levels
    say something else by now; `people_now` is how many people the roster has."""

    unit: Unit
    commune: str
    standing: SubmissionStatus
    counts: ByLevel | None
    differs: bool
    people_now: int


@dataclass(frozen=True, slots=True)
class CollectionUnit:
    """One unit above schools, or all of them: how many submitted, and the sums."""

    unit: Unit
    schools: int
    submitted: int
    late: int
    counts: ByLevel

    @property
    def missing(self) -> int:
        return self.schools - self.submitted


@dataclass(frozen=True, slots=True)
class CollectionRollUp:
    """The collection's own unit comes first in `units`. `missing` and `late` name schools."""

    collection: Collection
    at_ms: int
    units: tuple[CollectionUnit, ...]
    schools: tuple[CollectionSchool, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(line.unit.name for line in self.schools if line.counts is None)

    @property
    def late(self) -> tuple[str, ...]:
        return tuple(line.unit.name for line in self.schools if line.standing.late)

    def in_state(self, state: SubmissionState) -> int:
        """How many schools are in a state."""
        return sum(line.standing.state is state for line in self.schools)


def roll_up(
    connection: sa.Connection, number: int, now_ms: int, zone: ZoneInfo
) -> CollectionRollUp:
    """The roll-up as of now. Raises SchoolgateError if there is no such collection."""
    collection = find(connection, COLLECTIONS, number)
    lines = ancestry(connection)
    tree = [u for u in all_units(connection) if collection.unit_id in lines[u.unit_id]]
    schools = [unit for unit in tree if unit.level == SCHOOL]
    ids = [unit.unit_id for unit in schools]
    stands = standings(connection, COLLECTIONS, collection, ids)
    events = [stand.submission for stand in stands.values() if stand.submission is not None]
    submitted = store.find_submissions(connection, events)
    counts = store.counts_of(connection, events)
    now = figures_at(connection, collection.as_of_ms, zone, ids)
    names = {unit.unit_id: unit for unit in tree}
    told = []
    for unit in schools:
        stand, figures = stands[unit.unit_id], now.get(unit.unit_id, NOBODY)
        event = stand.submission
        above = names.get(unit.parent_id or "")
        told.append(
            CollectionSchool(
                unit,
                above.name if above else "",
                stand,
                None if event is None else by_level(counts.get(event, {})),
                event is not None and submitted[event].digest != figures.digest,
                sum(figures.counts.values()),
            )
        )
    return CollectionRollUp(collection, now_ms, tuple(sums(tree, told, lines)), tuple(told))


def by_level(counts: Mapping[int, int]) -> ByLevel:
    """Counts by level, 0 (not known) last."""
    one, two, three, four = (counts.get(level, 0) for level in LEVELS)
    return one, two, three, four, counts.get(0, 0)


def sums(
    tree: Iterable[Unit], schools: Iterable[CollectionSchool], lines: Mapping[str, tuple[str, ...]]
) -> list[CollectionUnit]:
    """For each unit of the tree above schools, the sum of the schools below it."""
    figures: dict[str, Counter[str]] = {}
    counted: dict[str, list[int]] = {}
    for line in schools:
        for unit_id in lines[line.unit.unit_id]:
            figure = figures.setdefault(unit_id, Counter())
            figure["schools"] += 1
            if line.counts is not None:
                figure["submitted"] += 1
                figure["late"] += bool(line.standing.late)
                people = counted.setdefault(unit_id, [0] * 5)
                for place, number in enumerate(line.counts):
                    people[place] += number
    found = []
    for unit in tree:
        if unit.level != SCHOOL:
            figure = figures.get(unit.unit_id, Counter())
            one, two, three, four, none = counted.get(unit.unit_id, [0] * 5)
            found.append(
                CollectionUnit(
                    unit,
                    figure["schools"],
                    figure["submitted"],
                    figure["late"],
                    (one, two, three, four, none),
                )
            )
    return found
