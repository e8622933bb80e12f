"""A school's roster, read and changed as a whole."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from gate_contract.card import CardKind
from server_bridge.store.changes.report_days import mark_since
from server_bridge.store.people.people import (
    Person,
    Placement,
    on_day,
    revoke,
    schools_since,
)
from server_bridge.store.schema.base import cards
from server_bridge.store.schema.people import (
    card_holders,
    imports,
    people,
    revocations,
    stays,
)

_AT_ONCE = 5_000
"""Values in one statement; both databases take more."""

LEFT = "left"
"""Why the cards of people are revoked who are no longer in their school's spreadsheet."""


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person of the database, and where they belong on the day asked about, if anywhere."""

    person: int
    who: Person
    place: Placement | None


def known_people(
    connection: sa.Connection,
    kind: CardKind,
    unit_id: str,
    day: date,
    *,
    codes: Iterable[str] = (),
    national_ids: Iterable[str] = (),
) -> list[KnownPerson]:
    """Everybody who belongs to a school on `day`, and whoever has one of these identifiers."""
    query = (
        sa.select(
            people.c.person,
            *(people.c[name] for name in Person.__slots__),
            *(stays.c[name] for name in Placement.__slots__),
        )
        .outerjoin(stays, sa.and_(stays.c.person == people.c.person, *on_day(day)))
        .where(people.c.kind == kind)
    )
    found: dict[int, KnownPerson] = {}
    conditions = [stays.c.unit_id == unit_id]
    conditions += [people.c.code.in_(some) for some in _chunks(codes)]
    conditions += [people.c.national_id.in_(some) for some in _chunks(national_ids)]
    details = len(Person.__slots__)
    for condition in conditions:
        for person, _, *row in connection.execute(query.where(condition)):
            who = Person(kind, *row[: details - 1])
            place = Placement(*row[details - 1 :]) if row[details - 1] else None
            found[person] = KnownPerson(person, who, place)
    return list(found.values())


def add_people(
    connection: sa.Connection, new: Sequence[tuple[Person, Placement]], day: date, now_ms: int
) -> None:
    """New people, each at a place from `day` on."""
    if not new:
        return
    rows = [_details(who) | {"added_ms": now_ms, "changed_ms": now_ms} for who, _ in new]
    inserted = people.insert().returning(people.c.person, sort_by_parameter_order=True)
    numbers = connection.execute(inserted, rows).scalars().all()
    _settle(connection, zip(numbers, (place for _, place in new), strict=True), day)


def change_people(
    connection: sa.Connection, changed: Iterable[tuple[int, Person]], now_ms: int
) -> None:
    """Other details of people by their numbers."""
    rows = [_details(who) | {"changed_ms": now_ms, "number": person} for person, who in changed]
    if rows:
        columns: dict[str, Any] = {n: sa.bindparam(n) for n in rows[0] if n != "number"}
        connection.execute(
            people.update().where(people.c.person == sa.bindparam("number")).values(columns), rows
        )


def move_people(
    connection: sa.Connection, moved: Iterable[tuple[int, Placement | None]], day: date
) -> None:
    """From `day` on these people are elsewhere; None: at no school any more."""
    listed = list(moved)
    for some in _chunks(person for person, _ in listed):
        mark_since(connection, schools_since(connection, some, day), day)
        connection.execute(stays.delete().where(stays.c.person.in_(some), stays.c.from_day >= day))
        connection.execute(
            stays.update()
            .where(
                stays.c.person.in_(some),
                sa.or_(stays.c.until_day.is_(None), stays.c.until_day > day),
            )
            .values(until_day=day)
        )
    _settle(connection, ((person, place) for person, place in listed if place), day)


def note_import(connection: sa.Connection, **row: Any) -> None:
    """Remember which spreadsheet made the roster what it is; columns of `imports`."""
    connection.execute(imports.insert().values(**row))


def _settle(connection: sa.Connection, places: Iterable[tuple[int, Placement]], day: date) -> None:
    rows = [
        {"person": person, "from_day": day}
        | {name: getattr(place, name) for name in Placement.__slots__}
        for person, place in places
    ]
    if rows:
        connection.execute(stays.insert(), rows)
        mark_since(connection, {str(row["unit_id"]) for row in rows}, day)


def _details(who: Person) -> dict[str, Any]:
    return {name: getattr(who, name) for name in Person.__slots__}


def withdraw_cards(connection: sa.Connection, persons: Iterable[int], now_ms: int) -> None:
    """Revoke the cards of people who have left."""
    for some in _chunks(persons):
        held = sa.select(card_holders.c.card_id).where(card_holders.c.person.in_(some))
        revoke(connection, list(connection.execute(held).scalars()), LEFT, now_ms)


def give_back_cards(connection: sa.Connection, persons: Iterable[int], unit_id: str) -> None:
    """The cards of this school that people had when they left are good again: they are back."""
    of_unit = sa.select(cards.c.card_id).where(cards.c.unit_id == unit_id)
    for some in _chunks(persons):
        held = sa.select(card_holders.c.card_id).where(
            card_holders.c.person.in_(some), card_holders.c.card_id.in_(of_unit)
        )
        connection.execute(
            revocations.delete().where(
                revocations.c.card_id.in_(held), revocations.c.reason == LEFT
            )
        )


def _chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    listed = list(values)
    for start in range(0, len(listed), _AT_ONCE):
        yield listed[start : start + _AT_ONCE]
