"""A school's list: who lives in an area of which level, in the order in which schools have it."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate_contract.card import CardKind
from gate_contract.errors import SchoolgateError
from gate_contract.roster import EntryAction
from gate_contract.school_day import local_day
from server_bridge.i18n.names import class_key, name_key, text_key
from server_bridge.store.areas.levels import LEVELS, levels_at, policies_at
from server_bridge.store.people.headcounts import (
    AreaName,
    PeopleListEntry,
    area_names,
    entries,
)
from server_bridge.store.units.tree import SCHOOL, Unit, find_unit

STAFF_VI = "Cán bộ, giáo viên"
VISITORS_VI = "Khách"
NO_AREA_VI = "Chưa rõ địa bàn"
NO_CLASS_VI = "Chưa xếp lớp"


class By(StrEnum):
    """In which order people are listed."""

    CLASS = "class"
    AREA = "area"
    LEVEL = "level"


@dataclass(frozen=True, slots=True)
class ListRow:
    """A person in a list. `level` None: not known. `action`: the gates' answer at entry."""

    name: str
    kind: CardKind
    code: str | None
    born: date | None
    sex: str | None
    group: str
    area: str
    commune: str
    level: int | None
    action: EntryAction


@dataclass(frozen=True, slots=True)
class Totals:
    """How many people of each level, line by line; `levels` is for levels 1-4 and not known."""

    lines: tuple[tuple[str, tuple[int, int, int, int, int]], ...]

    @property
    def all(self) -> tuple[int, int, int, int, int]:
        """The sum of the lines."""
        sums = [sum(levels[place] for _, levels in self.lines) for place in range(5)]
        return sums[0], sums[1], sums[2], sums[3], sums[4]


@dataclass(frozen=True, slots=True)
class SchoolList:
    """As of `at_ms` (UTC). `rows` has the levels asked for only, the totals everybody."""

    school: Unit
    above: str
    at_ms: int
    levels: tuple[int | None, ...]
    by: By
    rows: tuple[ListRow, ...]
    by_class: Totals
    by_area: Totals


def school_list(
    connection: sa.Connection,
    unit_id: str,
    at_ms: int,
    zone: ZoneInfo,
    *,
    levels: Collection[int | None] = (),
    by: By = By.CLASS,
) -> SchoolList:
    """The list of one school; `levels` empty: of all. Raises SchoolgateError if it is no school."""
    school = find_unit(connection, unit_id)
    if school is None or school.level != SCHOOL:
        raise SchoolgateError(
            f"{unit_id} is not a school, and lists with names are the schools'; "
            "see: gate-bridge unit list"
        )
    above = find_unit(connection, school.parent_id) if school.parent_id else None
    names, level_of = area_names(connection), levels_at(connection, at_ms)
    policy = policies_at(connection, at_ms)[unit_id]
    people = entries(connection, unit_id, local_day(at_ms, zone))
    rows = [_row(entry, names, level_of, policy) for entry in people]
    return SchoolList(
        school,
        above.name if above else "",
        at_ms,
        tuple(levels),
        by,
        tuple(sorted((r for r in rows if not levels or r.level in levels), key=_ORDER[by])),
        totals(rows, lambda row: row.group if row.kind is CardKind.PUPIL else _KINDS[row.kind]),
        totals(rows, lambda row: ", ".join(filter(None, (row.area, row.commune))) or NO_AREA_VI),
    )


def totals(rows: Iterable[ListRow], line_of: Callable[[ListRow], str]) -> Totals:
    """Counts the rows of each line by level; classes and areas in order, others after them."""
    counted: dict[str, Counter[int | None]] = {}
    for row in rows:
        counted.setdefault(line_of(row), Counter())[row.level] += 1
    last = [NO_CLASS_VI, NO_AREA_VI, *_KINDS.values()]
    ordered = sorted(
        counted, key=lambda line: (last.index(line) + 1 if line in last else 0, class_key(line))
    )
    return Totals(tuple((line, _by_level(counted[line])) for line in ordered))


def _by_level(counted: Mapping[int | None, int]) -> tuple[int, int, int, int, int]:
    one, two, three, four = (counted.get(level, 0) for level in LEVELS)
    return one, two, three, four, counted.get(None, 0)


def _row(
    entry: PeopleListEntry,
    names: Mapping[str, AreaName],
    level_of: Mapping[str, int],
    policy: Mapping[int, EntryAction],
) -> ListRow:
    place = names.get(entry.area_id or "", AreaName("", ""))
    level = level_of.get(entry.area_id or "")
    return ListRow(
        entry.name,
        entry.kind,
        entry.code,
        entry.born,
        entry.sex,
        entry.group_name or (NO_CLASS_VI if entry.kind is CardKind.PUPIL else ""),
        place.name if place.name != place.commune else "",
        place.commune,
        level,
        policy[level] if level else EntryAction.ADMIT,
    )


_KINDS = {CardKind.STAFF: STAFF_VI, CardKind.VISITOR: VISITORS_VI}
_RANKS = {kind: rank for rank, kind in enumerate(CardKind)}


def _in_class(row: ListRow) -> tuple[Any, ...]:
    return _RANKS[row.kind], class_key(row.group), name_key(row.name), row.code or ""


def _in_area(row: ListRow) -> tuple[Any, ...]:
    return not row.commune, text_key(row.commune), class_key(row.area), *_in_class(row)


_ORDER: dict[By, Callable[[ListRow], tuple[Any, ...]]] = {
    By.CLASS: _in_class,
    By.AREA: _in_area,
    By.LEVEL: lambda row: (-(row.level or 0), *_in_class(row)),
}
