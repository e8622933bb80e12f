"""Measure what the pages' figures would cost if they were computed from crossings alone."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from benchmarks.bridge.web.page_requests import Scene
from benchmarks.bridge.web.timing import time_query
from benchmarks.bridge.web.year import FIRST_DAY
from gate_contract.errors import SchoolgateError
from gate_contract.verdicts import CROSSINGS, Verdict
from server_bridge.store.people.person_year import days_of_cards
from server_bridge.store.schema.base import counts, crossings, units
from server_bridge.store.schema.people import card_holders
from server_bridge.store.units.tree import SCHOOL

Question = Callable[[sa.Connection], object]

_IN = sa.func.sum(sa.case((crossings.c.verdict == Verdict.ADMITTED_IN, 1), else_=0))
_OUT = sa.func.sum(sa.case((crossings.c.verdict == Verdict.ADMITTED_OUT, 1), else_=0))


def peers(day: Path, year: Path, at: Scene, person: int) -> dict[str, dict[str, float]]:
    """Return each question's ms by scanning a day's or a year's crossings, and from stored sums.

    Raises:
        SchoolgateError: the two ways give different answers.
    """
    questions: dict[str, tuple[Question, Question]] = {
        "in and out today, of each school": (
            lambda connection: _scanned(connection, crossings.c.day == at.day),
            lambda connection: _kept(connection, counts.c.day == at.day),
        ),
        "in and out on all days, of each school": (
            lambda connection: _scanned(connection, sa.true()),
            lambda connection: _kept(connection, sa.true()),
        ),
        "the days on which a person was seen": (
            lambda connection: _days_scanned(connection, person),
            lambda connection: _days_kept(connection, person, at),
        ),
    }
    found = {}
    for name, (scan, keep) in questions.items():
        scan_day, _ = time_query(day, scan)
        scan_year, scanned = time_query(year, scan)
        kept_day, _ = time_query(day, keep)
        kept_year, kept = time_query(year, keep)
        if scanned != kept:
            raise SchoolgateError(f"{name}: crossings and what is kept of them do not agree")
        found[name] = {
            "scan_day_ms": scan_day,
            "scan_year_ms": scan_year,
            "kept_day_ms": kept_day,
            "kept_year_ms": kept_year,
        }
    return found


def _scanned(connection: sa.Connection, when: sa.ColumnElement[bool]) -> list[tuple[object, ...]]:
    query = (
        sa.select(crossings.c.unit_id, _IN, _OUT)
        .where(when, crossings.c.verdict.in_(sorted(CROSSINGS)))
        .group_by(crossings.c.unit_id)
        .order_by(crossings.c.unit_id)
    )
    return [tuple(row) for row in connection.execute(query)]


def _kept(connection: sa.Connection, when: sa.ColumnElement[bool]) -> list[tuple[object, ...]]:
    query = (
        sa.select(counts.c.unit_id, sa.func.sum(counts.c.entered), sa.func.sum(counts.c.left))
        .join(units, units.c.unit_id == counts.c.unit_id)
        .where(when, units.c.level == SCHOOL)
        .group_by(counts.c.unit_id)
        .order_by(counts.c.unit_id)
    )
    return [tuple(row) for row in connection.execute(query)]


def _days_scanned(connection: sa.Connection, person: int) -> list[date]:
    mine = sa.select(card_holders.c.card_id).where(card_holders.c.person == person)
    query = sa.select(crossings.c.day).where(crossings.c.card_id.in_(mine)).distinct()
    return sorted(connection.execute(query).scalars())


def _days_kept(connection: sa.Connection, person: int, at: Scene) -> list[date]:
    mine = sa.select(card_holders.c.card_id).where(card_holders.c.person == person)
    cards = list(connection.execute(mine).scalars())
    found = days_of_cards(connection, at.largest, person, cards, FIRST_DAY, at.day)
    return sorted(day for day, _ in found)
