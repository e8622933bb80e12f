"""Publish the orders of each gate, retained, whenever they have changed."""

from collections.abc import Iterable

import sqlalchemy as sa

from gate_contract import topics
from gate_contract.topics import GateChannel
from server_bridge.mqtt.retained import Retained, RetainedPublisher
from server_bridge.store.database import Database
from server_bridge.store.schema.gates import gate_orders


class OrdersPublisher(RetainedPublisher):
    """Publishes signed orders on each gate's command topic, by their growing version."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database
        self._version = 0

    def collect(self, _now_ms: int, everything: bool, /) -> Iterable[Retained]:
        """Return the orders that are newer than those collected before."""
        after = 0 if everything else self._version
        newer = sa.select(gate_orders.c.gate_id, gate_orders.c.version, gate_orders.c.payload)
        with self._database.read() as connection:
            rows = connection.execute(newer.where(gate_orders.c.version > after)).all()
        self._version = max([after, *(row.version for row in rows)])
        return [
            Retained(topics.gate(row.gate_id, GateChannel.COMMAND), row.payload, row.version)
            for row in rows
        ]
