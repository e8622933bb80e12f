"""What each gate last told of itself, and when that became something else."""

from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from gate_contract.health import Health, decode_health, encode_health
from server_bridge.store.changes.revisions import bump
from server_bridge.store.database import upsert
from server_bridge.store.gates.gate_states import SILENT_MS, told_faults
from server_bridge.store.schema.base import gate_health
from server_bridge.store.schema.gates import gate_changes

KEPT_CHANGES = 200
"""Of each gate, the newest ones."""
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
    """From `at_ms` (UTC) on a gate was like this. `silent`: online, but nothing came from it."""

    at_ms: int
    state: State
    faults: tuple[str, ...] = ()


def take_health(connection: sa.Connection, gate_id: str, health: Health, now_ms: int) -> None:
    """Keep what a gate told. A last will keeps what was known before, but for being online."""
    before = connection.execute(_HEALTH, {"of": gate_id}).first()
    online = health.state == "online"
    changed = before is None or before.online != online
    _note_changes(connection, gate_id, before, health, now_ms)
    told = encode_health(health)
    if before is not None and not online:
        told = before.told
    upsert(
        connection,
        gate_health,
        [
            {
                "gate_id": gate_id,
                "online": online,
                "since_ms": now_ms if before is None or changed else before.since_ms,
                "heard_ms": now_ms,
                "told": told,
            }
        ],
    )
    bump(connection)


def changes_of(connection: sa.Connection, gate_id: str, count: int = 50) -> list[HealthChange]:
    """What befell a gate, the newest first."""
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
    last = _of(before.online, decode_health(before.told)) if before else None
    now = _of(health.state == "online", health)
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


def _of(online: bool, health: Health) -> tuple[State, tuple[str, ...]]:
    """What of a health is told as a change. Who is away tells nothing new."""
    return ("online", told_faults(health)) if online else ("offline", ())


def backlog_of(connection: sa.Connection, gate_id: str) -> int:
    """The records that a gate held undelivered when it was last heard of."""
    told = connection.execute(
        sa.select(gate_health.c.told).where(gate_health.c.gate_id == gate_id)
    ).scalar()
    return decode_health(told).backlog if told else 0
