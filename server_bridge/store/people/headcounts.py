"""Count people by school, class and area on a day, and list the people of one school.

Above a school there are only numbers; names are read for one school at a time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa

from gate_contract.card import CardKind
from server_bridge.store.people.card_days import KINDS
from server_bridge.store.people.people import on_day
from server_bridge.store.schema.people import areas, people, stays


@dataclass(frozen=True, slots=True)
class AreaHeadCount:
    """The number of people of a school who live in one area."""

    unit_id: str
    area_id: str | None
    people: int


@dataclass(frozen=True, slots=True)
class GroupCount:
    """The number of people of a kind in one class of a school who live in one area.

    `mark` changes when other people are counted or one of them is changed: it is the sum of their
    numbers, and the time of the last change.
    """

    unit_id: str
    kind: CardKind
    group_name: str | None
    area_id: str | None
    people: int
    mark: tuple[int, int]


@dataclass(frozen=True, slots=True)
class PeopleListEntry:
    """A person in a school's list."""

    person: int
    kind: CardKind
    name: str
    code: str | None
    born: date | None
    sex: str | None
    group_name: str | None
    area_id: str | None


class PersonName(NamedTuple):
    """The data of a person that a day's lists need."""

    person: int
    kind: CardKind
    name: str
    group_name: str | None


@dataclass(frozen=True, slots=True)
class AreaName:
    """An area's name, and that of the commune which it is or lies in (`""`: none)."""

    name: str
    commune: str


def head_counts(connection: sa.Connection, day: date) -> list[AreaHeadCount]:
    """Count all people on `day`, by school and area."""
    query = (
        sa.select(stays.c.unit_id, stays.c.area_id, sa.func.count())
        .where(*on_day(day))
        .group_by(stays.c.unit_id, stays.c.area_id)
    )
    return [AreaHeadCount(*row) for row in connection.execute(query)]


def group_counts(connection: sa.Connection, day: date, unit_ids: Iterable[str]) -> list[GroupCount]:
    """Count the people of these schools on `day`, by school, kind, class and area."""
    by = (stays.c.unit_id, people.c.kind, stays.c.group_name, stays.c.area_id)
    query = (
        sa.select(
            *by,
            sa.func.count(),
            sa.func.sum(people.c.person),
            sa.func.max(people.c.changed_ms),
        )
        .join(people, people.c.person == stays.c.person)
        .where(stays.c.unit_id.in_(list(unit_ids)), *on_day(day))
        .group_by(*by)
    )
    return [
        GroupCount(unit_id, CardKind(kind), group, area_id, number, (int(numbers), changed_ms))
        for unit_id, kind, group, area_id, number, numbers, changed_ms in connection.execute(query)
    ]


def people_entries(connection: sa.Connection, unit_id: str, day: date) -> list[PeopleListEntry]:
    """Return the people of one school on `day`, unordered."""
    columns = (getattr(people.c, name) for name in PeopleListEntry.__slots__[:6])
    query = (
        sa.select(*columns, stays.c.group_name, stays.c.area_id)
        .join(stays, stays.c.person == people.c.person)
        .where(stays.c.unit_id == unit_id, *on_day(day))
    )
    rows = connection.execute(query).all()
    return [PeopleListEntry(person, CardKind(kind), *rest) for person, kind, *rest in rows]


def people_names(connection: sa.Connection, unit_id: str, day: date) -> list[PersonName]:
    """Return the people of one school on `day`, unordered, at half the cost of `people_entries`."""
    query = (
        sa.select(people.c.person, people.c.kind, people.c.name, stays.c.group_name)
        .join(stays, stays.c.person == people.c.person)
        .where(stays.c.unit_id == unit_id, *on_day(day))
    )
    rows = connection.execute(query).all()
    return [PersonName(person, KINDS[kind], name, group) for person, kind, name, group in rows]


def area_names(connection: sa.Connection) -> dict[str, AreaName]:
    """Return the name of every area, and of its commune."""
    rows = connection.execute(
        sa.select(areas.c.area_id, areas.c.name, areas.c.level, areas.c.parent_id)
    )
    known = {row.area_id: row for row in rows}
    found = {}
    for area_id, row in known.items():
        above, seen = row, {area_id}
        while above.level != "commune" and above.parent_id in known and above.parent_id not in seen:
            above = known[above.parent_id]
            seen.add(above.area_id)
        found[area_id] = AreaName(row.name, above.name if above.level == "commune" else "")
    return found
