"""Store the tree of units, the gates of its schools, and viewers by certificate."""

from dataclasses import dataclass

import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from server_bridge.store.changes.revisions import increment_revision
from server_bridge.store.schema.base import gates, units, viewers

SCHOOL = "school"
_UNITS = units.select().order_by(units.c.name)
_GATE_UNITS = sa.select(gates.c.gate_id, gates.c.unit_id)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the tree.

    `level` is free data: school, commune, district, province... `parent_id` None is a root.
    """

    unit_id: str
    name: str
    level: str
    parent_id: str | None


@dataclass(frozen=True, slots=True)
class UnitViewer:
    """A certificate that may read the topics of some units and of the gates there."""

    name: str
    units: tuple[str, ...]
    gates: tuple[str, ...]


def add_unit(connection: sa.Connection, unit: Unit) -> None:
    """Add a unit. Raises SchoolgateError if it exists, or its parent does not or is a school."""
    if find_unit(connection, unit.unit_id):
        raise SchoolgateError(f"there is a unit {unit.unit_id} already")
    if unit.parent_id is not None:
        parent = find_unit(connection, unit.parent_id)
        if parent is None:
            raise SchoolgateError(f"there is no unit {unit.parent_id}; add the parent first")
        if parent.level == SCHOOL:
            raise SchoolgateError(f"{unit.parent_id} is a school and cannot have units below it")
    connection.execute(
        units.insert().values(
            unit_id=unit.unit_id, name=unit.name, level=unit.level, parent_id=unit.parent_id
        )
    )
    increment_revision(connection)


def find_unit(connection: sa.Connection, unit_id: str) -> Unit | None:
    """Return the unit of this id, or None."""
    row = connection.execute(units.select().where(units.c.unit_id == unit_id)).first()
    return Unit(**row._mapping) if row else None


def all_units(connection: sa.Connection) -> list[Unit]:
    """Return the whole tree, parents before children, siblings by name."""
    rows = connection.execute(_UNITS)
    children: dict[str | None, list[Unit]] = {}
    for row in rows:
        unit = Unit(**row._mapping)
        children.setdefault(unit.parent_id, []).append(unit)
    ordered: list[Unit] = []

    def walk(parent_id: str | None) -> None:
        for unit in children.get(parent_id, []):
            ordered.append(unit)
            walk(unit.unit_id)

    walk(None)
    return ordered


def ancestry(connection: sa.Connection) -> dict[str, tuple[str, ...]]:
    """Return for each unit itself and all units above it, nearest first."""
    parents = {unit.unit_id: unit.parent_id for unit in all_units(connection)}
    lines = {}
    for unit_id in parents:
        line = [unit_id]
        while (parent := parents[line[-1]]) is not None:
            line.append(parent)
        lines[unit_id] = tuple(line)
    return lines


def add_gate(
    connection: sa.Connection,
    gate_id: str,
    unit_id: str,
    now_ms: int,
    public_key: str | None = None,
) -> None:
    """Register a gate at a school.

    `public_key` is that of its certificate (`gate_contract.ledger_signature.key_text`).

    Raises:
        SchoolgateError: the gate exists, or the unit is not a school.
    """
    unit = find_unit(connection, unit_id)
    if unit is None or unit.level != SCHOOL:
        raise SchoolgateError(f"{unit_id} is not a school; see: gate-bridge unit list")
    if gate_units(connection).get(gate_id):
        raise SchoolgateError(f"there is a gate {gate_id} already")
    connection.execute(
        gates.insert().values(
            gate_id=gate_id, unit_id=unit_id, added_ms=now_ms, public_key=public_key
        )
    )
    increment_revision(connection)


def gate_units(connection: sa.Connection) -> dict[str, str]:
    """Return the school of each registered gate."""
    rows = connection.execute(_GATE_UNITS)
    return {row.gate_id: row.unit_id for row in rows}


def shut_out(connection: sa.Connection, gate_id: str, *, out: bool = True) -> None:
    """Deny a lost or stolen gate, or admit it again. Raises SchoolgateError if it is unknown."""
    changed = connection.execute(
        gates.update().where(gates.c.gate_id == gate_id).values(shut_out=out)
    )
    if not changed.rowcount:
        raise SchoolgateError(f"there is no gate {gate_id}; see: gate-bridge gate list")


def gates_shut_out(connection: sa.Connection) -> list[str]:
    """Return the ids of the gates that the broker denies, sorted."""
    ids = sa.select(gates.c.gate_id).where(gates.c.shut_out).order_by(gates.c.gate_id)
    return list(connection.execute(ids).scalars())


def add_viewer(
    connection: sa.Connection, name: str, now_ms: int, unit_id: str | None = None
) -> None:
    """Register a viewer who may read counts topics: of all units, or of one unit and those below.

    The latter also reads the health of the gates there. Raises SchoolgateError if the viewer
    exists, or there is no such unit.
    """
    if connection.execute(viewers.select().where(viewers.c.name == name)).first():
        raise SchoolgateError(f"there is a viewer {name} already")
    if unit_id is not None and find_unit(connection, unit_id) is None:
        raise SchoolgateError(f"there is no unit {unit_id}; see: gate-bridge unit list")
    connection.execute(viewers.insert().values(name=name, added_ms=now_ms, unit_id=unit_id))


def viewer_names(connection: sa.Connection) -> list[str]:
    """Return the names of the viewers of all units, sorted."""
    names = sa.select(viewers.c.name).where(viewers.c.unit_id.is_(None)).order_by(viewers.c.name)
    return list(connection.execute(names).scalars())


def unit_viewers(connection: sa.Connection) -> list[UnitViewer]:
    """Return the viewers of one unit and those below, by name."""
    lines, units_of_gates = ancestry(connection), gate_units(connection)
    found = []
    bound = viewers.select().where(viewers.c.unit_id.is_not(None)).order_by(viewers.c.name)
    for row in connection.execute(bound):
        below = [unit_id for unit_id, line in lines.items() if row.unit_id in line]
        here = [gate_id for gate_id, unit_id in sorted(units_of_gates.items()) if unit_id in below]
        found.append(UnitViewer(row.name, tuple(below), tuple(here)))
    return found
