"""Store roll-calls: the list as of the alarm, and who was found. Several people tick at once.

The list does not change after it was created: later crossings must not alter what the helpers have
in hand. Names are not copied into it; they are in `people` and nowhere else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gate_contract.card import CardKind
from server_bridge.store.people.card_days import KINDS
from server_bridge.store.schema.access import accounts
from server_bridge.store.schema.people import people
from server_bridge.store.schema.school import roll_call_ticks, roll_calls


@dataclass(frozen=True, slots=True)
class RollCall:
    """A roll-call of a school.

    Times are UTC in ms; `closed_ms` is None while it is open. Names are those of accounts.
    """

    roll_call: int
    unit_id: str
    day: date
    begun_ms: int
    begun_by: str
    closed_ms: int | None
    closed_by: str | None


@dataclass(frozen=True, slots=True)
class RollCallLine:
    """A line of the list.

    `person` None: a card that belongs to no person here. `expected`: inside since `since_ms` (UTC),
    according to the records; the other lines are people who may be there nevertheless.
    """

    line: int
    person: int | None
    card_id: str | None
    kind: CardKind
    group_name: str | None
    expected: bool
    since_ms: int | None
    ticked_ms: int | None = None
    ticked_by: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class RollCallCounts:
    """The progress of a roll-call: expected people, those found, and others found."""

    expected: int
    found: int
    others: int

    @property
    def missing(self) -> int:
        """Return how many of the expected are not found yet."""
        return self.expected - self.found


def begin_roll_call(
    connection: sa.Connection,
    unit_id: str,
    day: date,
    lines: Iterable[RollCallLine],
    account: int,
    now_ms: int,
) -> tuple[int, bool]:
    """Begin a roll-call, or join the open one; return its number and whether it is new."""
    if (going := open_roll_call(connection, unit_id)) is not None:
        return going, False
    insert: Any = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(roll_calls)
    number = connection.execute(
        insert.values(unit_id=unit_id, day=day, begun_ms=now_ms, begun_by=account)
        .on_conflict_do_nothing()
        .returning(roll_calls.c.roll_call)
    ).scalar()
    if number is None:  # another transaction has begun one meanwhile
        going = open_roll_call(connection, unit_id)
        assert going is not None  # noqa: S101 - that is what the conflict was with
        return going, False
    names = RollCallLine.__slots__[:7]
    rows = [{name: getattr(line, name) for name in names} for line in lines]
    if rows:
        connection.execute(roll_call_ticks.insert(), [{**r, "roll_call": number} for r in rows])
    return int(number), True


def open_roll_call(connection: sa.Connection, unit_id: str) -> int | None:
    """Return the number of a school's open roll-call, or None."""
    number: int | None = connection.execute(
        sa.select(roll_calls.c.roll_call).where(
            roll_calls.c.unit_id == unit_id, roll_calls.c.closed_ms.is_(None)
        )
    ).scalar()
    return number


def find_roll_call(connection: sa.Connection, unit_id: str, number: int) -> RollCall | None:
    """Return a roll-call of this school, or None."""
    row = connection.execute(_roll_calls(unit_id).where(roll_calls.c.roll_call == number)).first()
    return RollCall(*row) if row else None


def latest_roll_calls(connection: sa.Connection, unit_id: str, count: int) -> list[RollCall]:
    """Return the newest roll-calls of a school, newest first."""
    query = _roll_calls(unit_id).order_by(roll_calls.c.begun_ms.desc()).limit(count)
    return [RollCall(*row) for row in connection.execute(query)]


def roll_call_lines(connection: sa.Connection, number: int) -> list[RollCallLine]:
    """Return the list in its order."""
    query = (
        sa.select(
            *(roll_call_ticks.c[name] for name in RollCallLine.__slots__[:8]),
            accounts.c.name,
            people.c.name,
        )
        .outerjoin(people, people.c.person == roll_call_ticks.c.person)
        .outerjoin(accounts, accounts.c.account == roll_call_ticks.c.ticked_by)
        .where(roll_call_ticks.c.roll_call == number)
        .order_by(roll_call_ticks.c.line)
    )
    return [
        RollCallLine(line, person, card_id, KINDS[kind], *rest)
        for line, person, card_id, kind, *rest in connection.execute(query).all()
    ]


def ticked_lines(connection: sa.Connection, number: int) -> list[int]:
    """Return the numbers of the ticked lines."""
    query = sa.select(roll_call_ticks.c.line).where(
        roll_call_ticks.c.roll_call == number, roll_call_ticks.c.ticked_ms.is_not(None)
    )
    return list(connection.execute(query.order_by(roll_call_ticks.c.line)).scalars())


def count_roll_call(connection: sa.Connection, number: int) -> RollCallCounts:
    """Return the progress of a roll-call."""
    query = (
        sa.select(
            roll_call_ticks.c.expected,
            roll_call_ticks.c.ticked_ms.is_not(None).label("there"),
            sa.func.count(),
        )
        .where(roll_call_ticks.c.roll_call == number)
        .group_by("expected", "there")
    )
    of = {(bool(row[0]), bool(row[1])): row[2] for row in connection.execute(query)}
    found = of.get((True, True), 0)
    return RollCallCounts(found + of.get((True, False), 0), found, of.get((False, True), 0))


def tick(
    connection: sa.Connection, number: int, line: int, there: bool, account: int, now_ms: int
) -> bool:
    """Tick a line, or remove the tick; repeating it has no effect.

    Return False if there is no such line or the roll-call is closed.
    """
    going = sa.exists().where(roll_calls.c.roll_call == number, roll_calls.c.closed_ms.is_(None))
    this = (roll_call_ticks.c.roll_call == number) & (roll_call_ticks.c.line == line)
    first_ms = sa.func.coalesce(roll_call_ticks.c.ticked_ms, now_ms)
    first_by = sa.func.coalesce(roll_call_ticks.c.ticked_by, account)
    done = connection.execute(
        roll_call_ticks.update()
        .where(this, going)
        .values(ticked_ms=first_ms if there else None, ticked_by=first_by if there else None)
    )
    return bool(done.rowcount)


def close_roll_call(connection: sa.Connection, number: int, account: int, now_ms: int) -> None:
    """Close a roll-call; a closed one is not changed."""
    connection.execute(
        roll_calls.update()
        .where(roll_calls.c.roll_call == number, roll_calls.c.closed_ms.is_(None))
        .values(closed_ms=now_ms, closed_by=account)
    )


def _roll_calls(unit_id: str) -> sa.Select[Any]:
    begun, closed = accounts.alias(), accounts.alias()
    return (
        sa.select(
            *(roll_calls.c[name] for name in RollCall.__slots__[:4]),
            begun.c.name,
            roll_calls.c.closed_ms,
            closed.c.name,
        )
        .join(begun, begun.c.account == roll_calls.c.begun_by)
        .outerjoin(closed, closed.c.account == roll_calls.c.closed_by)
        .where(roll_calls.c.unit_id == unit_id)
    )
