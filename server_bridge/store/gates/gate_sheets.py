"""All that is known of each gate, for whoever looks after it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from gate_contract.health import Health, decode_health
from server_bridge.store.gates.gate_states import GateState, gate_states
from server_bridge.store.schema.base import gate_health, gates, units
from server_bridge.store.units.tree import all_units

Standing = Literal["online", "offline", "silent", "never"]


@dataclass(frozen=True, slots=True)
class GateSheet:
    """One gate. `told` is what it last told while it was online, and `heard_ms` (UTC) when anything
    last came from it; both None while it was never heard of. `connected`: as the broker knows."""

    state: GateState
    school: str
    shut_out: bool
    told: Health | None
    heard_ms: int | None
    connected: bool = False

    @property
    def standing(self) -> Standing:
        """`silent`: connected, but nothing has come from it for a while."""
        if self.state.online is None:
            return "never"
        if self.state.online:
            return "online"
        return "silent" if self.connected else "offline"


def sheets_below(
    connection: sa.Connection, now_ms: int, unit_id: str | None = None
) -> list[GateSheet]:
    """The gates of a unit and those below it; None: all. Raises SchoolgateError: no such unit."""
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
    """The gates that stand in these units, by school and name."""
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
            told=decode_health(row.told) if row.told is not None else None,
            heard_ms=row.heard_ms,
            connected=bool(row.online),
        )
        for row in rows
    ]
