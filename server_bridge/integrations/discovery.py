"""Tells Home Assistant of units and gates, retained, and takes back what is no more."""

from collections.abc import Callable

import msgspec
import sqlalchemy as sa

from gate_contract.version import VERSION
from server_bridge.integrations.home_assistant import (
    Language,
    gate_device,
    gate_topic,
    unit_device,
    unit_topic,
)
from server_bridge.store.access.tokens_schema import discovery_topics
from server_bridge.store.database import Database
from server_bridge.store.places.units import all_units, gate_units, gates_shut_out

PERIOD_MS = 10_000
"""How often the tree is looked at: a gate that is shut out changes no count."""

Send = Callable[[str, bytes], None]


class Discovery:
    """`publish` is called often; `forget` after a new connection. `tell` False takes back whatever
    was told before."""

    def __init__(self, database: Database, language: Language, *, tell: bool) -> None:
        self._database = database
        self._language = language
        self._tell = tell
        self._version = VERSION
        self._said: dict[str, bytes] = {}
        self._looked_ms: int | None = None

    def forget(self) -> None:
        """The broker may have lost what was retained: say everything again."""
        self._said.clear()
        self._looked_ms = None

    def publish(self, send: Send, now_ms: int) -> None:
        """Announce what is new or changed. Raises StoreError: the database does not answer now."""
        # abs: the server's own clock may be set back.
        if self._looked_ms is not None and abs(now_ms - self._looked_ms) < PERIOD_MS:
            return
        with self._database.read() as connection:
            wanted = self._wanted(connection) if self._tell else {}
            ever = set(connection.execute(sa.select(discovery_topics.c.topic)).scalars())
        new = [{"topic": topic} for topic in wanted if topic not in ever]
        if new:
            # Before it is said: what was said and forgotten could never be taken back.
            with self._database.write() as connection:
                connection.execute(discovery_topics.insert(), new)
        self._looked_ms = now_ms
        for topic, payload in {**dict.fromkeys(sorted(ever), b""), **wanted}.items():
            if self._said.get(topic) != payload:
                send(topic, payload)
                self._said[topic] = payload

    def _wanted(self, connection: sa.Connection) -> dict[str, bytes]:
        units = {unit.unit_id: unit for unit in all_units(connection)}
        barred = set(gates_shut_out(connection))
        told = {
            unit_topic(unit_id): unit_device(unit, self._language, self._version)
            for unit_id, unit in units.items()
        }
        for gate_id, unit_id in sorted(gate_units(connection).items()):
            if gate_id not in barred:
                device = gate_device(units[unit_id], gate_id, self._language, self._version)
                told[gate_topic(unit_id, gate_id)] = device
        return {topic: msgspec.json.encode(device) for topic, device in told.items()}
