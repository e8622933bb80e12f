"""What each gate last told of itself."""

import sqlalchemy as sa

from gate_contract.health import Health, encode_health
from server_bridge.store.database import bump, upsert
from server_bridge.store.schema import gate_health


def take_health(connection: sa.Connection, gate_id: str, health: Health, now_ms: int) -> None:
    """Keep what a gate told. A last will keeps what was known before, but for being online."""
    before = connection.execute(
        gate_health.select().where(gate_health.c.gate_id == gate_id)
    ).first()
    online = health.state == "online"
    changed = before is None or before.online != online
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
