"""Who belongs to a school on a day, and whose card is whose."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from gate_contract.card import CardKind
from server_bridge.store.changes.report_days import mark_since
from server_bridge.store.schema.people import card_holders, people, revocations, stays


@dataclass(frozen=True, slots=True)
class Person:
    """`code` is the sector database's identifier; `born` and the rest as far as they are known."""

    kind: CardKind
    name: str
    code: str | None = None
    national_id: str | None = None
    born: date | None = None
    sex: str | None = None
    ethnicity: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a person belongs: school, class (of staff: their group), area of residence."""

    unit_id: str
    group_name: str | None = None
    area_id: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A person at a school on some day. `person` is the database's number."""

    person: int
    who: Person
    place: Placement
    since: date


def add_person(
    connection: sa.Connection, who: Person, place: Placement, day: date, now_ms: int
) -> int:
    """A new person, at `place` from `day` on. Returns the person's number."""
    values = {name: getattr(who, name) for name in Person.__slots__}
    person: int = connection.execute(
        people.insert()
        .values(**values, added_ms=now_ms, changed_ms=now_ms)
        .returning(people.c.person)
    ).scalar_one()
    connection.execute(stays.insert().values(person=person, from_day=day, **_columns(place)))
    mark_since(connection, [place.unit_id], day)
    return person


def move(connection: sa.Connection, person: int, place: Placement | None, day: date) -> None:
    """From `day` on the person is at `place`; None: at no school any more."""
    mark_since(connection, [*schools_since(connection, [person], day)], day)
    connection.execute(stays.delete().where(stays.c.person == person, stays.c.from_day >= day))
    connection.execute(
        stays.update()
        .where(
            stays.c.person == person,
            sa.or_(stays.c.until_day.is_(None), stays.c.until_day > day),
        )
        .values(until_day=day)
    )
    if place:
        connection.execute(stays.insert().values(person=person, from_day=day, **_columns(place)))
        mark_since(connection, [place.unit_id], day)


def schools_since(connection: sa.Connection, persons: Iterable[int], day: date) -> set[str]:
    """Where these people belong on `day` or later."""
    query = sa.select(stays.c.unit_id).where(
        stays.c.person.in_(list(persons)),
        sa.or_(stays.c.until_day.is_(None), stays.c.until_day > day),
    )
    return set(connection.execute(query.distinct()).scalars())


def members(
    connection: sa.Connection,
    unit_ids: Iterable[str],
    day: date,
    *,
    kind: CardKind | None = None,
    group_name: str | None = None,
) -> list[Member]:
    """Who belongs to these schools on `day`, in no particular order."""
    query = (
        sa.select(people, stays.c.from_day, *(stays.c[name] for name in Placement.__slots__))
        .join(stays, stays.c.person == people.c.person)
        .where(stays.c.unit_id.in_(list(unit_ids)), *on_day(day))
    )
    if kind:
        query = query.where(people.c.kind == kind)
    if group_name is not None:
        query = query.where(stays.c.group_name == group_name)
    return [_member(row) for row in connection.execute(query)]


def on_day(day: date) -> tuple[sa.ColumnElement[bool], ...]:
    """The stays that hold on `day`."""
    return (
        stays.c.from_day <= day,
        sa.or_(stays.c.until_day.is_(None), stays.c.until_day > day),
    )


def hand_over(connection: sa.Connection, card_id: str, person: int) -> None:
    """Note whose card it is."""
    connection.execute(card_holders.insert().values(card_id=card_id, person=person))


def revoke(connection: sa.Connection, card_ids: Iterable[str], reason: str, now_ms: int) -> None:
    """No gate admits these cards any more, as soon as it hears of it."""
    already = set(connection.execute(sa.select(revocations.c.card_id)).scalars())
    rows = [
        {"card_id": card_id, "revoked_ms": now_ms, "reason": reason}
        for card_id in card_ids
        if card_id not in already
    ]
    if rows:
        connection.execute(revocations.insert(), rows)


def _columns(place: Placement) -> dict[str, str | None]:
    return {name: getattr(place, name) for name in Placement.__slots__}


def _member(row: sa.Row) -> Member:  # type: ignore[type-arg]
    who = Person(CardKind(row.kind), *(getattr(row, name) for name in Person.__slots__[1:]))
    place = Placement(row.unit_id, row.group_name, row.area_id)
    return Member(row.person, who, place, row.from_day)
