"""Store the logs that gates send on request, the newest few of each gate."""

from dataclasses import dataclass

import sqlalchemy as sa

from server_bridge.store.schema.gates import gate_logs

KEPT_PER_GATE = 5
"""The number of logs kept per gate."""


@dataclass(frozen=True, slots=True)
class StoredGateLog:
    """A stored log; `number` is that of the request, `heard_ms` is UTC."""

    number: int
    heard_ms: int
    text: str


def store_log(connection: sa.Connection, gate_id: str, number: int, text: str, now_ms: int) -> None:
    """Store a log; a repeated delivery replaces the earlier one."""
    mine = gate_logs.c.gate_id == gate_id
    connection.execute(gate_logs.delete().where(mine & (gate_logs.c.number == number)))
    connection.execute(
        gate_logs.insert().values(gate_id=gate_id, number=number, heard_ms=now_ms, text=text)
    )
    oldest = (
        sa.select(gate_logs.c.number)
        .where(mine)
        .order_by(gate_logs.c.number.desc())
        .offset(KEPT_PER_GATE)
        .limit(1)
        .scalar_subquery()
    )
    connection.execute(gate_logs.delete().where(mine & (gate_logs.c.number <= oldest)))


def newest_log(connection: sa.Connection, gate_id: str) -> StoredGateLog | None:
    """Return the newest log of a gate, or None."""
    row = connection.execute(
        gate_logs.select()
        .where(gate_logs.c.gate_id == gate_id)
        .order_by(gate_logs.c.number.desc())
        .limit(1)
    ).first()
    return StoredGateLog(row.number, row.heard_ms, row.text) if row else None
