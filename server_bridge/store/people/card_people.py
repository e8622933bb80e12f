"""People as their cards need them: found by code, with their photo."""

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa

from gate_contract.card import CardKind
from gate_contract.errors import SchoolgateError
from server_bridge.store.people.people import Member, members, on_day
from server_bridge.store.schema.base import cards
from server_bridge.store.schema.people import card_holders, people, stays


def find_member(
    connection: sa.Connection, code: str, day: date, kind: CardKind | None = None
) -> Member:
    """The person with this code of the sector database, who is at a school on `day`.

    Raises:
        SchoolgateError: there is nobody, or a pupil and a member of staff have the same code.
    """
    query = (
        sa.select(people.c.person, people.c.kind, stays.c.unit_id)
        .join(stays, stays.c.person == people.c.person)
        .where(people.c.code == code, *on_day(day))
    )
    if kind:
        query = query.where(people.c.kind == kind)
    found = connection.execute(query).all()
    if not found:
        raise SchoolgateError(f"nobody with the code {code} is at a school on {day}")
    if len(found) > 1:
        raise SchoolgateError(f"{code} is a code of several people; say --kind pupil or staff")
    there = members(connection, [found[0].unit_id], day, kind=CardKind(found[0].kind))
    return next(member for member in there if member.person == found[0].person)


def people_by_code(connection: sa.Connection, kind: CardKind | None = None) -> dict[str, list[int]]:
    """The numbers of the people of each code."""
    query = sa.select(people.c.code, people.c.person).where(people.c.code.is_not(None))
    if kind:
        query = query.where(people.c.kind == kind)
    found: dict[str, list[int]] = {}
    for code, person in connection.execute(query):
        found.setdefault(code, []).append(person)
    return found


def holders(connection: sa.Connection, card_ids: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Of each of these cards that is somebody's: the person's number, and the card's school."""
    query = (
        sa.select(card_holders.c.card_id, card_holders.c.person, cards.c.unit_id)
        .join(cards, cards.c.card_id == card_holders.c.card_id)
        .where(card_holders.c.card_id.in_(list(card_ids)))
    )
    return {card_id: (person, unit_id) for card_id, person, unit_id in connection.execute(query)}


def set_photo(connection: sa.Connection, person: int, photo: bytes | None, now_ms: int) -> None:
    """Keep a person's photo, or forget it."""
    connection.execute(
        people.update().where(people.c.person == person).values(photo=photo, changed_ms=now_ms)
    )


def photos(connection: sa.Connection, unit_id: str, day: date) -> dict[int, bytes]:
    """The photos of the people of a school on `day`."""
    query = (
        sa.select(people.c.person, people.c.photo)
        .join(stays, stays.c.person == people.c.person)
        .where(stays.c.unit_id == unit_id, people.c.photo.is_not(None), *on_day(day))
    )
    return {row.person: row.photo for row in connection.execute(query)}


def without_card(there: Iterable[Member], having: Iterable[int]) -> list[Member]:
    """Those of `there` whose number is not in `having`."""
    known = set(having)
    return [member for member in there if member.person not in known]
