"""How many people belong where on a day, counted by the database, and who they are at one school.

Above a school there are numbers only; names are read for one school at a time.
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
class HeadCounts:
    """So many people of a school live in one area."""

    unit_id: str
    area_id: str | None
    people: int


@dataclass(frozen=True, slots=True)
class Group:
    """So many people of a kind in one class of a school who live in one area.

    `mark` differs when other people are counted, or one of them was changed: the sum of their
    numbers, and the last change.
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


class Name(NamedTuple):
    """A person in a school's list, as far as a day's lists tell."""

    person: int
    kind: CardKind
    name: str
    group_name: str | None


@dataclass(frozen=True, slots=True)
class AreaName:
    """An area's name, and the name of the commune that it is or lies in (`""`: none)."""

    name: str
    commune: str


def head_counts(connection: sa.Connection, day: date) -> list[HeadCounts]:
    """Everybody on `day`, by school and area."""
    query = (
        sa.select(stays.c.unit_id, stays.c.area_id, sa.func.count())
        .where(*on_day(day))
        .group_by(stays.c.unit_id, stays.c.area_id)
    )
    return [HeadCounts(*row) for row in connection.execute(query)]


def group_counts(connection: sa.Connection, day: date, unit_ids: Iterable[str]) -> list[Group]:
    """Everybody of these schools on `day`, by school, kind, class and area."""
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
        Group(unit_id, CardKind(kind), group, area_id, number, (int(numbers), changed_ms))
        for unit_id, kind, group, area_id, number, numbers, changed_ms in connection.execute(query)
    ]


def entries(connection: sa.Connection, unit_id: str, day: date) -> list[PeopleListEntry]:
    """Everybody of one school on `day`, in no particular order."""
    columns = (getattr(people.c, name) for name in PeopleListEntry.__slots__[:6])
    query = (
        sa.select(*columns, stays.c.group_name, stays.c.area_id)
        .join(stays, stays.c.person == people.c.person)
        .where(stays.c.unit_id == unit_id, *on_day(day))
    )
    rows = connection.execute(query).all()
    return [PeopleListEntry(person, CardKind(kind), *rest) for person, kind, *rest in rows]


def names(connection: sa.Connection, unit_id: str, day: date) -> list[Name]:
    """Everybody of one school on `day`, in no particular order: half the cost of `entries`."""
    query = (
        sa.select(people.c.person, people.c.kind, people.c.name, stays.c.group_name)
        .join(stays, stays.c.person == people.c.person)
        .where(stays.c.unit_id == unit_id, *on_day(day))
    )
    rows = connection.execute(query).all()
    return [Name(person, KINDS[kind], name, group) for person, kind, name, group in rows]


def area_names(connection: sa.Connection) -> dict[str, AreaName]:
    """The name of every area, and of its commune."""
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
