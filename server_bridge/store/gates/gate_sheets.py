"""Read all data about gates that a technician needs."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from gate_contract.health import Health, decode_health
from server_bridge.store.gates.gate_states import GateState, gate_states
from server_bridge.store.schema.base import gate_health, gates, units
from server_bridge.store.units.tree import all_units

ConnectionState = Literal["online", "offline", "silent", "never"]


@dataclass(frozen=True, slots=True)
class GateSheet:
    """The data of one gate.

    `health` is its last health report while online, and `heard_ms` (UTC) the time of its last
    message; both are None if it never reported. `connected`: whether the broker has a connection to
    it.
    """

    state: GateState
    school: str
    shut_out: bool
    health: Health | None
    heard_ms: int | None
    connected: bool = False

    @property
    def connection_state(self) -> ConnectionState:
        """Return whether the gate is online; `silent`: connected, but without recent messages."""
        if self.state.online is None:
            return "never"
        if self.state.online:
            return "online"
        return "silent" if self.connected else "offline"


def sheets_below(
    connection: sa.Connection, now_ms: int, unit_id: str | None = None
) -> list[GateSheet]:
    """Return the gates of a unit and of those below it; None: all gates.

    Raises:
        SchoolgateError: there is no such unit.
    """
    all_of_them = all_units(connection)
    inside = {unit.unit_id for unit in all_of_them}
    if unit_id is not None:
        if unit_id not in inside:
            raise SchoolgateError(f"there is no unit {unit_id}; see: gate-bridge unit list")
        inside = {unit_id}
        for unit in all_of_them:  # parents come before children
            if unit.parent_id in inside:
                inside.add(unit.unit_id)
    return gate_sheets(connection, now_ms, inside)


def gate_sheets(
    connection: sa.Connection, now_ms: int, in_units: Collection[str]
) -> list[GateSheet]:
    """Return the gates of these units, by school and id."""
    rows = connection.execute(
        sa.select(
            gates.c.gate_id,
            gates.c.shut_out,
            units.c.name,
            gate_health.c.told,
            gate_health.c.heard_ms,
            gate_health.c.online,
        )
        .join(units, units.c.unit_id == gates.c.unit_id)
        .outerjoin(gate_health, gate_health.c.gate_id == gates.c.gate_id)
        .where(gates.c.unit_id.in_(in_units))
        .order_by(units.c.name, gates.c.gate_id)
    )
    states = {state.gate_id: state for state in gate_states(connection, now_ms, in_units)}
    return [
        GateSheet(
            state=states[row.gate_id],
            school=row.name,
            shut_out=row.shut_out,
            health=decode_health(row.told) if row.told is not None else None,
            heard_ms=row.heard_ms,
            connected=bool(row.online),
        )
        for row in rows
    ]
