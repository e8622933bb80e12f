"""Roll-calls: the list as it was at the alarm, and who of it was found. Many tick at once.

A list is kept as it was when it began: what happens at the gates meanwhile does not change what the
helpers hold in their hands. Names are not copied into it; they are in `people` and nowhere else.
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
    """Times are UTC in ms; `closed_ms` None: it goes on. Names are those of accounts."""

    roll_call: int
    unit_id: str
    day: date
    begun_ms: int
    begun_by: str
    closed_ms: int | None
    closed_by: str | None


@dataclass(frozen=True, slots=True)
class Called:
    """A line of the list. `person` None: a card that is nobody's here. `expected`: inside by the
    records since `since_ms` (UTC); others are listed in case they are there after all."""

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
    """How a roll-call stands: how many of the expected are found, and others who are there."""

    expected: int
    found: int
    others: int

    @property
    def missing(self) -> int:
        return self.expected - self.found


def begin(
    connection: sa.Connection,
    unit_id: str,
    day: date,
    lines: Iterable[Called],
    account: int,
    now_ms: int,
) -> tuple[int, bool]:
    """Begin a roll-call, or join the one that goes on. Returns its number and whether it is new."""
    if (going := open_one(connection, unit_id)) is not None:
        return going, False
    insert: Any = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(roll_calls)
    number = connection.execute(
        insert.values(unit_id=unit_id, day=day, begun_ms=now_ms, begun_by=account)
        .on_conflict_do_nothing()
        .returning(roll_calls.c.roll_call)
    ).scalar()
    if number is None:  # somebody else has begun one in this very moment
        going = open_one(connection, unit_id)
        assert going is not None  # noqa: S101 - that is what the conflict was with
        return going, False
    names = Called.__slots__[:7]
    rows = [{name: getattr(line, name) for name in names} for line in lines]
    if rows:
        connection.execute(roll_call_ticks.insert(), [{**r, "roll_call": number} for r in rows])
    return int(number), True


def open_one(connection: sa.Connection, unit_id: str) -> int | None:
    """The roll-call of a school that goes on."""
    number: int | None = connection.execute(
        sa.select(roll_calls.c.roll_call).where(
            roll_calls.c.unit_id == unit_id, roll_calls.c.closed_ms.is_(None)
        )
    ).scalar()
    return number


def find_roll_call(connection: sa.Connection, unit_id: str, number: int) -> RollCall | None:
    """A roll-call of this school."""
    row = connection.execute(_roll_calls(unit_id).where(roll_calls.c.roll_call == number)).first()
    return RollCall(*row) if row else None


def latest(connection: sa.Connection, unit_id: str, count: int) -> list[RollCall]:
    """The newest roll-calls of a school, newest first."""
    query = _roll_calls(unit_id).order_by(roll_calls.c.begun_ms.desc()).limit(count)
    return [RollCall(*row) for row in connection.execute(query)]


def called(connection: sa.Connection, number: int) -> list[Called]:
    """The list, in its order."""
    query = (
        sa.select(
            *(roll_call_ticks.c[name] for name in Called.__slots__[:8]),
            accounts.c.name,
            people.c.name,
        )
        .outerjoin(people, people.c.person == roll_call_ticks.c.person)
        .outerjoin(accounts, accounts.c.account == roll_call_ticks.c.ticked_by)
        .where(roll_call_ticks.c.roll_call == number)
        .order_by(roll_call_ticks.c.line)
    )
    return [
        Called(line, person, card_id, KINDS[kind], *rest)
        for line, person, card_id, kind, *rest in connection.execute(query).all()
    ]


def ticked(connection: sa.Connection, number: int) -> list[int]:
    """The lines that are ticked off."""
    query = sa.select(roll_call_ticks.c.line).where(
        roll_call_ticks.c.roll_call == number, roll_call_ticks.c.ticked_ms.is_not(None)
    )
    return list(connection.execute(query.order_by(roll_call_ticks.c.line)).scalars())


def tally(connection: sa.Connection, number: int) -> RollCallCounts:
    """How it stands."""
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
    """Tick somebody off, or take that back; the same twice is once. False: there is no such line,
    or the roll-call is closed."""
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


def close(connection: sa.Connection, number: int, account: int, now_ms: int) -> None:
    """End a roll-call; one that has ended stays as it was."""
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
