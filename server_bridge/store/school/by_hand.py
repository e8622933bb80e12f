"""Crossings that the office writes by hand for a forgotten card. Rows are added, never changed; a
mistake is taken back by one more row. The gates' records are not touched, nor are their counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from gate_contract.crossing import Direction
from gate_contract.errors import SchoolgateError
from server_bridge.store.changes.report_days import mark
from server_bridge.store.people.people import on_day
from server_bridge.store.schema.access import accounts
from server_bridge.store.schema.people import stays
from server_bridge.store.schema.school import manual_crossings

SHORTEST_REASON, LONGEST_REASON = 3, 200
OLDEST_MS = 31 * 86_400_000
"""Later than this nobody remembers well enough."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """An entry by hand that stands. Times are UTC in ms; `author` is the account's name."""

    id: int
    person: int
    day: date
    at_ms: int
    direction: Direction
    reason: str
    author: str
    noted_ms: int


def add_by_hand(
    connection: sa.Connection,
    unit_id: str,
    person: int,
    direction: Direction,
    reason: str,
    *,
    day: date,
    at_ms: int,
    account: int,
    now_ms: int,
) -> int:
    """Write an entry; `day` is the local date of `at_ms`. Returns its number.

    Raises:
        SchoolgateError: it lies ahead or too far back, says no reason, or the person was not at the
            school on that day.
    """
    if not now_ms - OLDEST_MS <= at_ms <= now_ms:
        raise SchoolgateError(
            "thời điểm phải trong 31 ngày qua và không ở tương lai / "
            "the time must lie within the last 31 days, and not ahead"
        )
    here = sa.select(stays.c.person).where(
        stays.c.person == person, stays.c.unit_id == unit_id, *on_day(day)
    )
    if connection.execute(here).first() is None:
        raise SchoolgateError(
            "người này không thuộc trường vào ngày đó / "
            "this person was not at the school on that day"
        )
    return _add(
        connection,
        reason,
        unit_id=unit_id,
        person=person,
        day=day,
        at_ms=at_ms,
        direction=direction,
        account=account,
        noted_ms=now_ms,
    )


def withdraw(
    connection: sa.Connection, unit_id: str, number: int, reason: str, account: int, now_ms: int
) -> int:
    """Take an entry back, by one more. Returns the person's number.

    Raises:
        SchoolgateError: there is no such entry of this school that stands, or no reason.
    """
    found = _standing(connection, manual_crossings.c.id == number)
    if not found or found[0].unit_id != unit_id:
        raise SchoolgateError(
            "không có bản ghi này hoặc đã được rút / there is no such entry, or it was taken back"
        )
    copied = {name: getattr(found[0], name) for name in ("person", "day", "at_ms", "direction")}
    _add(
        connection,
        reason,
        unit_id=unit_id,
        account=account,
        noted_ms=now_ms,
        withdraws=number,
        **copied,
    )
    return int(found[0].person)


def by_hand_on(connection: sa.Connection, unit_id: str, day: date) -> list[ByHand]:
    """What stands of a school's day, in the order of time."""
    there = (manual_crossings.c.unit_id == unit_id, manual_crossings.c.day == day)
    return list(map(_entry, _standing(connection, *there)))


def by_hand_of(
    connection: sa.Connection, unit_id: str, person: int, first: date, last: date
) -> list[ByHand]:
    """What stands of a person's days at a school, in the order of time. Both days belong to it."""
    there = (
        manual_crossings.c.person == person,
        manual_crossings.c.unit_id == unit_id,
        manual_crossings.c.day.between(first, last),
    )
    return list(map(_entry, _standing(connection, *there)))


def _standing(connection: sa.Connection, *where: sa.ColumnElement[bool]) -> Sequence[sa.Row[Any]]:
    undone = manual_crossings.alias()
    query = (
        sa.select(manual_crossings, accounts.c.name.label("author"))
        .join(accounts, accounts.c.account == manual_crossings.c.account)
        .where(
            *where,
            manual_crossings.c.withdraws.is_(None),
            ~sa.exists().where(undone.c.withdraws == manual_crossings.c.id),
        )
        .order_by(manual_crossings.c.at_ms, manual_crossings.c.id)
    )
    return connection.execute(query).all()


def _entry(row: sa.Row[Any]) -> ByHand:
    return ByHand(
        row.id,
        row.person,
        row.day,
        row.at_ms,
        Direction(row.direction),
        row.reason,
        row.author,
        row.noted_ms,
    )


def _add(connection: sa.Connection, reason: str, **row: Any) -> int:
    said = " ".join(reason.split())
    if not SHORTEST_REASON <= len(said) <= LONGEST_REASON:
        raise SchoolgateError("hãy ghi lý do / say why, in 3 to 200 characters")
    number: int = connection.execute(
        manual_crossings.insert().values(reason=said, **row).returning(manual_crossings.c.id)
    ).scalar_one()
    mark(connection, [(row["unit_id"], row["day"])])
    return number
