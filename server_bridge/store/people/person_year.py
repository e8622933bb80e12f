"""What is known of one person at one school: stays, cards, and the days on which they were seen.

Days are looked up one by one in `presence`, by school, day and card: a year costs a few hundred
look-ups, however many people and years the district has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from gate_contract.card import CardKind
from server_bridge.store.people.card_days import CardDay
from server_bridge.store.schema.base import counts, presence
from server_bridge.store.schema.people import areas, people, stays


@dataclass(frozen=True, slots=True)
class Stay:
    """Some days at the school; half-open, `until_day` None: it goes on."""

    from_day: date
    until_day: date | None
    group_name: str | None
    area_id: str | None
    area_name: str | None


@dataclass(frozen=True, slots=True)
class PersonHistory:
    """A person who is or was at the school, with their stays there, the newest first."""

    person: int
    kind: CardKind
    name: str
    code: str | None
    born: date | None
    stays: tuple[Stay, ...]


def find_person(connection: sa.Connection, unit_id: str, person: int) -> PersonHistory | None:
    """The person, if they are or ever were at this school."""
    query = (
        sa.select(
            stays.c.from_day, stays.c.until_day, stays.c.group_name, stays.c.area_id, areas.c.name
        )
        .outerjoin(areas, areas.c.area_id == stays.c.area_id)
        .where(stays.c.person == person, stays.c.unit_id == unit_id)
        .order_by(stays.c.from_day.desc())
    )
    found = tuple(Stay(*row) for row in connection.execute(query))
    if not found:
        return None
    row = connection.execute(people.select().where(people.c.person == person)).one()
    return PersonHistory(person, CardKind(row.kind), row.name, row.code, row.born, found)


def days_of_cards(
    connection: sa.Connection,
    unit_id: str,
    person: int,
    card_ids: Sequence[str],
    first: date,
    last: date,
) -> list[tuple[date, CardDay]]:
    """Each day from `first` to `last` on which one of a person's cards was seen at the school."""
    all_days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    query = sa.select(presence).where(
        presence.c.unit_id == unit_id,
        presence.c.day.in_(all_days),
        presence.c.card_id.in_(list(card_ids)),
    )
    return [
        (
            row.day,
            CardDay(
                row.card_id, CardKind(row.kind), person, row.first_in_ms, row.last_ms, row.inside
            ),
        )
        for row in connection.execute(query)
    ]


def days_with_scans(
    connection: sa.Connection, unit_id: str, kind: CardKind, first: date, last: date
) -> list[date]:
    """The days from `first` to `last` on which anybody of this kind was seen at the school."""
    query = sa.select(counts.c.day).where(
        counts.c.unit_id == unit_id,
        counts.c.day.between(first, last),
        counts.c.kind == kind,
        counts.c.people > 0,
    )
    return list(connection.execute(query.order_by(counts.c.day)).scalars())
