"""Units with their official codes and days, added and changed many at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from server_bridge.store.changes.revisions import bump
from server_bridge.store.database import upsert
from server_bridge.store.schema.base import units
from server_bridge.store.schema.people import unit_terms
from server_bridge.store.units.tree import Unit


@dataclass(frozen=True, slots=True)
class DatedUnit:
    """A unit, its official code, when it exists (half-open days) and what it became part of."""

    unit: Unit
    code: str | None = None
    from_day: date | None = None
    until_day: date | None = None
    successor_id: str | None = None


def dated_units(connection: sa.Connection) -> dict[str, DatedUnit]:
    """All units, by id, sorted by name."""
    query = (
        sa.select(units, *(unit_terms.c[name] for name in DatedUnit.__slots__[1:]))
        .outerjoin(unit_terms, unit_terms.c.unit_id == units.c.unit_id)
        .order_by(units.c.name, units.c.unit_id)
    )
    return {row[0]: DatedUnit(Unit(*row[:4]), *row[4:]) for row in connection.execute(query)}


def get_unit(connection: sa.Connection, unit_id: str) -> DatedUnit:
    """The unit of an id. Raises SchoolgateError."""
    found = dated_units(connection).get(unit_id)
    if found is None:
        raise SchoolgateError(f"there is no unit {unit_id}; see: gate-bridge unit list")
    return found


def add_dated_units(connection: sa.Connection, new: Iterable[DatedUnit]) -> None:
    """Add units or replace those of the same id, in any order, with what they refer to."""
    listed = list(new)
    rows = [{name: getattr(dated.unit, name) for name in Unit.__slots__} for dated in listed]
    known = set(connection.execute(sa.select(units.c.unit_id)).scalars())
    if fresh := [{**row, "parent_id": None} for row in rows if row["unit_id"] not in known]:
        connection.execute(units.insert(), fresh)
    upsert(connection, units, rows)
    terms = [
        {"unit_id": dated.unit.unit_id}
        | {name: getattr(dated, name) for name in DatedUnit.__slots__[1:]}
        for dated in listed
    ]
    upsert(connection, unit_terms, terms)
    if listed:
        bump(connection)
