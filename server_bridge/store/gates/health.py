"""Store the last health report of each gate, and a history of its changes."""

from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from gate_contract.health import Health, decode_health, encode_health
from server_bridge.store.changes.revisions import increment_revision
from server_bridge.store.database import upsert
from server_bridge.store.gates.gate_states import SILENT_MS, reported_faults
from server_bridge.store.schema.base import gate_health
from server_bridge.store.schema.gates import gate_changes

KEPT_CHANGES = 200
"""The number of newest changes kept per gate."""
_HEALTH = gate_health.select().where(gate_health.c.gate_id == sa.bindparam("of"))
_MINE = gate_changes.c.gate_id == sa.bindparam("of")
_OLDEST = (
    sa.select(gate_changes.c.id)
    .where(_MINE)
    .order_by(gate_changes.c.id.desc())
    .offset(sa.bindparam("kept"))
    .limit(1)
    .scalar_subquery()
)
_FORGET = gate_changes.delete().where(_MINE & (gate_changes.c.id <= _OLDEST))
_NOTE = gate_changes.insert()

State = Literal["online", "offline", "silent"]


@dataclass(frozen=True, slots=True)
class HealthChange:
    """The state of a gate from `at_ms` (UTC) on; `silent`: connected, but without any message."""

    at_ms: int
    state: State
    faults: tuple[str, ...] = ()


def store_health(connection: sa.Connection, gate_id: str, health: Health, now_ms: int) -> None:
    """Store a health report; a last will only marks the gate as offline."""
    before = connection.execute(_HEALTH, {"of": gate_id}).first()
    online = health.state == "online"
    changed = before is None or before.online != online
    _note_changes(connection, gate_id, before, health, now_ms)
    payload = encode_health(health)
    if before is not None and not online:
        payload = before.told
    upsert(
        connection,
        gate_health,
        [
            {
                "gate_id": gate_id,
                "online": online,
                "since_ms": now_ms if before is None or changed else before.since_ms,
                "heard_ms": now_ms,
                "told": payload,
            }
        ],
    )
    increment_revision(connection)


def health_changes(connection: sa.Connection, gate_id: str, count: int = 50) -> list[HealthChange]:
    """Return the changes of a gate's state, the newest first."""
    rows = connection.execute(
        gate_changes.select()
        .where(gate_changes.c.gate_id == gate_id)
        .order_by(gate_changes.c.id.desc())
        .limit(count)
    )
    return [
        HealthChange(row.at_ms, row.state, tuple(filter(None, row.faults.split(","))))
        for row in rows
    ]


def _note_changes(
    connection: sa.Connection,
    gate_id: str,
    before: sa.Row[Any] | None,
    health: Health,
    now_ms: int,
) -> None:
    last = _comparable(before.online, decode_health(before.told)) if before else None
    now = _comparable(health.state == "online", health)
    new: list[HealthChange] = []
    if before is not None and before.online and now_ms - before.heard_ms > SILENT_MS:
        new.append(HealthChange(before.heard_ms, "silent"))
        last = None
    if now != last:
        new.append(HealthChange(now_ms, *now))
    if not new:
        return
    connection.execute(
        _NOTE,
        [
            {
                "gate_id": gate_id,
                "at_ms": change.at_ms,
                "state": change.state,
                "faults": ",".join(change.faults),
            }
            for change in new
        ],
    )
    connection.execute(_FORGET, {"of": gate_id, "kept": KEPT_CHANGES})


def _comparable(online: bool, health: Health) -> tuple[State, tuple[str, ...]]:
    """Return the state and faults that are compared for changes; offline gates have no faults."""
    return ("online", reported_faults(health)) if online else ("offline", ())


def reported_backlog(connection: sa.Connection, gate_id: str) -> int:
    """Return the number of undelivered records that a gate last reported."""
    payload = connection.execute(
        sa.select(gate_health.c.told).where(gate_health.c.gate_id == gate_id)
    ).scalar()
    return decode_health(payload).backlog if payload else 0
