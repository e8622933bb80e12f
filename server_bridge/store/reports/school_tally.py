"""What a school's day is tallied from, read in a handful of queries: that day's rows only."""

from datetime import date

import sqlalchemy as sa

from gate_contract.card import CardKind
from gate_contract.verdicts import REFUSALS, Verdict
from server_bridge.store.figures import GateFigures
from server_bridge.store.people.people import on_day
from server_bridge.store.schema.base import counts, crossings, ledgers, refusals
from server_bridge.store.schema.people import people, stays


def roster_on(
    connection: sa.Connection, unit_id: str, day: date
) -> list[tuple[int, CardKind, str | None]]:
    """Who belonged to a school on `day`: number, kind, class."""
    query = (
        sa.select(people.c.person, people.c.kind, stays.c.group_name)
        .join(stays, stays.c.person == people.c.person)
        .where(stays.c.unit_id == unit_id, *on_day(day))
    )
    return [(person, CardKind(kind), group) for person, kind, group in connection.execute(query)]


def passages_on(
    connection: sa.Connection, unit_id: str, day: date
) -> dict[CardKind, tuple[int, int]]:
    """Ways in and out by kind of card."""
    query = counts.select().where(counts.c.unit_id == unit_id, counts.c.day == day)
    return {CardKind(row.kind): (row.entered, row.left) for row in connection.execute(query)}


def refusals_on(connection: sa.Connection, unit_id: str, day: date) -> dict[str, int]:
    """Refused scans by reason."""
    query = refusals.select().where(refusals.c.unit_id == unit_id, refusals.c.day == day)
    return {row.code: row.scans for row in connection.execute(query) if row.scans}


def gates_on(connection: sa.Connection, unit_id: str, day: date) -> dict[str, GateFigures]:
    """What each gate recorded."""
    query = (
        sa.select(ledgers.c.gate_id, crossings.c.verdict, sa.func.sum(crossings.c.count))
        .join(ledgers, ledgers.c.ledger == crossings.c.ledger)
        .where(crossings.c.unit_id == unit_id, crossings.c.day == day)
        .group_by(ledgers.c.gate_id, crossings.c.verdict)
    )
    scans: dict[str, dict[str, int]] = {}
    for gate_id, verdict, number in connection.execute(query):
        scans.setdefault(gate_id, {})[verdict] = int(number)
    return {gate_id: _gate(mine) for gate_id, mine in scans.items()}


def _gate(scans: dict[str, int]) -> GateFigures:
    entered, left = scans.get(Verdict.ADMITTED_IN, 0), scans.get(Verdict.ADMITTED_OUT, 0)
    refused = sum(scans.get(code, 0) for code in REFUSALS)
    return GateFigures(int(entered + left > 0), entered, left, refused)
