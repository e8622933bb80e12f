"""Publishes what is wanted of each gate, retained, whenever it has become something else."""

import sqlalchemy as sa

from gate_contract import topics
from gate_contract.topics import GateChannel
from server_bridge.roster.making import Send
from server_bridge.store.database import Database
from server_bridge.store.gates.schema import gate_orders

PERIOD_MS = 1_000


class OrdersPublisher:
    """`publish` is called often. `forget` after a new connection: the broker may have lost what
    was retained."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._said = 0
        self._looked_ms = 0

    def forget(self) -> None:
        self._said = 0
        self._looked_ms = 0

    def publish(self, send: Send, now_ms: int) -> None:
        """Raises StoreError: the database cannot be read now."""
        # abs: the server's own clock may be set back.
        if abs(now_ms - self._looked_ms) < PERIOD_MS:
            return
        self._looked_ms = now_ms
        newer = sa.select(gate_orders.c.gate_id, gate_orders.c.version, gate_orders.c.payload)
        with self._database.read() as connection:
            rows = connection.execute(newer.where(gate_orders.c.version > self._said)).all()
        for row in rows:
            send(topics.gate(row.gate_id, GateChannel.COMMAND), row.payload)
            self._said = max(self._said, row.version)
