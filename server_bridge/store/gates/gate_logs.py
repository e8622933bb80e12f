"""The logs that gates sent because they were asked to, the newest few of each."""

from dataclasses import dataclass

import sqlalchemy as sa

from server_bridge.store.schema.gates import gate_logs

KEPT = 5
"""Of each gate."""


@dataclass(frozen=True, slots=True)
class StoredGateLog:
    """`number` is the request's; `heard_ms` UTC."""

    number: int
    heard_ms: int
    text: str


def keep_log(connection: sa.Connection, gate_id: str, number: int, text: str, now_ms: int) -> None:
    """Keep a log; one that came before is replaced, for deliveries may be doubled."""
    mine = gate_logs.c.gate_id == gate_id
    connection.execute(gate_logs.delete().where(mine & (gate_logs.c.number == number)))
    connection.execute(
        gate_logs.insert().values(gate_id=gate_id, number=number, heard_ms=now_ms, text=text)
    )
    oldest = (
        sa.select(gate_logs.c.number)
        .where(mine)
        .order_by(gate_logs.c.number.desc())
        .offset(KEPT)
        .limit(1)
        .scalar_subquery()
    )
    connection.execute(gate_logs.delete().where(mine & (gate_logs.c.number <= oldest)))


def newest_log(connection: sa.Connection, gate_id: str) -> StoredGateLog | None:
    """The newest log of a gate, None if there is none."""
    row = connection.execute(
        gate_logs.select()
        .where(gate_logs.c.gate_id == gate_id)
        .order_by(gate_logs.c.number.desc())
        .limit(1)
    ).first()
    return StoredGateLog(row.number, row.heard_ms, row.text) if row else None
