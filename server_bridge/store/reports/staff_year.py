"""The staff of one school, when gates saw them, and the notes of appeal beside their days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa

from gate_contract.card import CardKind
from gate_contract.errors import SchoolgateError
from server_bridge.store.schema.access import accounts
from server_bridge.store.schema.base import presence
from server_bridge.store.schema.people import card_holders, people, stays
from server_bridge.store.schema.reports import appeals

SHORTEST, LONGEST = 3, 500


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody of the staff, and a span of days at the school; half-open."""

    person: int
    name: str
    code: str | None
    group: str | None
    from_day: date
    until_day: date | None


class Scans(NamedTuple):
    """What the gates saw of somebody on one day. Times: UTC in ms; None: not seen."""

    person: int
    day: date
    in_ms: int | None
    out_ms: int | None


@dataclass(frozen=True, slots=True)
class Appeal:
    """A note on somebody's day. `author` is the account's name."""

    appeal: int
    person: int
    day: date
    reason: str
    author: str
    noted_ms: int


def staff_of(connection: sa.Connection, unit_id: str, first: date, last: date) -> list[StaffMember]:
    """The staff of a school from `first` to `last`, each stay for itself."""
    query = (
        sa.select(
            *(people.c[name] for name in ("person", "name", "code")),
            *(stays.c[name] for name in ("group_name", "from_day", "until_day")),
        )
        .join(stays, stays.c.person == people.c.person)
        .where(
            people.c.kind == CardKind.STAFF,
            stays.c.unit_id == unit_id,
            stays.c.from_day <= last,
            sa.or_(stays.c.until_day.is_(None), stays.c.until_day > first),
        )
        .order_by(stays.c.from_day)
    )
    return [StaffMember(*row) for row in connection.execute(query)]


def scans_of(
    connection: sa.Connection, unit_id: str, persons: Iterable[int], days: Iterable[date]
) -> list[Scans]:
    """What gates of the school saw of these people on these days: a row for each card. It costs a
    look-up for each day of each card."""
    holders = sa.select(card_holders).where(card_holders.c.person.in_(list(persons)))
    held = {row.card_id: row.person for row in connection.execute(holders)}
    columns = (presence.c[name] for name in ("card_id", "day", "inside", "first_in_ms", "last_ms"))
    query = sa.select(*columns).where(
        presence.c.unit_id == unit_id,
        presence.c.day.in_(list(days)),
        presence.c.card_id.in_(list(held)),
    )
    return [
        Scans(held[card_id], day, in_ms, None if inside else last_ms)
        for card_id, day, inside, in_ms, last_ms in connection.execute(query)
    ]


def add_appeal(
    connection: sa.Connection,
    unit_id: str,
    person: int,
    day: date,
    reason: str,
    *,
    account: int,
    now_ms: int,
    today: date,
) -> int:
    """Note something on somebody's day: one more row, whatever there is already. Its number.

    Raises:
        SchoolgateError: the day lies ahead, the person is not of the staff then, or no reason.
    """
    said = " ".join(reason.split())
    if not SHORTEST <= len(said) <= LONGEST:
        raise SchoolgateError("hãy ghi lý do, 3 đến 500 chữ / say why, in 3 to 500 characters")
    if day > today:
        raise SchoolgateError("ngày này chưa đến / this day has not come yet")
    if person not in {one.person for one in staff_of(connection, unit_id, day, day)}:
        raise SchoolgateError(
            "người này không thuộc trường vào ngày đó / this person was not of the staff that day"
        )
    number: int = connection.execute(
        appeals.insert()
        .values(
            unit_id=unit_id,
            person=person,
            day=day,
            reason=said,
            account=account,
            noted_ms=now_ms,
        )
        .returning(appeals.c.appeal)
    ).scalar_one()
    return number


def appeals_of(
    connection: sa.Connection, unit_id: str, first: date, last: date, person: int | None = None
) -> list[Appeal]:
    """The notes of a school, of all or of one, in the order in which they were written."""
    query = (
        sa.select(appeals, accounts.c.name.label("author"))
        .join(accounts, accounts.c.account == appeals.c.account)
        .where(appeals.c.unit_id == unit_id, appeals.c.day.between(first, last))
        .order_by(appeals.c.appeal)
    )
    if person is not None:
        query = query.where(appeals.c.person == person)
    return [_appeal(row) for row in connection.execute(query)]


def _appeal(row: sa.Row[Any]) -> Appeal:
    return Appeal(row.appeal, row.person, row.day, row.reason, row.author, row.noted_ms)
