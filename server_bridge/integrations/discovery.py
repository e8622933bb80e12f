"""Publish Home Assistant's discovery topics of units and gates, and clear obsolete ones."""

from collections.abc import Iterable

import msgspec
import sqlalchemy as sa

from gate_contract.version import VERSION
from server_bridge.i18n.phrases import Lang
from server_bridge.integrations.home_assistant import (
    gate_device,
    gate_topic,
    unit_device,
    unit_topic,
)
from server_bridge.mqtt.retained import Retained, RetainedPublisher
from server_bridge.store.database import Database
from server_bridge.store.schema.access import discovery_topics
from server_bridge.store.units.tree import all_units, gate_units, gates_shut_out


class Discovery(RetainedPublisher):
    """Publishes the discovery topics of units and gates, if `enabled`; otherwise clears them."""

    period_ms = 10_000
    """The tree is read this often, because shutting out a gate changes no count."""

    def __init__(self, database: Database, language: Lang, *, enabled: bool) -> None:
        super().__init__()
        self._database = database
        self._language = language
        self._enabled = enabled
        self._version = VERSION

    def collect(self, _now_ms: int, _everything: bool, /) -> Iterable[Retained]:
        """Return every discovery topic; obsolete ones have an empty payload."""
        with self._database.read() as connection:
            wanted = self._wanted(connection) if self._enabled else {}
            stored = set(connection.execute(sa.select(discovery_topics.c.topic)).scalars())
        new = [{"topic": topic} for topic in wanted if topic not in stored]
        if new:
            # Stored before publishing: a topic that is not stored could never be cleared.
            with self._database.write() as connection:
                connection.execute(discovery_topics.insert(), new)
        payloads = {**dict.fromkeys(sorted(stored), b""), **wanted}
        return [Retained(topic, payload) for topic, payload in payloads.items()]

    def _wanted(self, connection: sa.Connection) -> dict[str, bytes]:
        units = {unit.unit_id: unit for unit in all_units(connection)}
        shut_out = set(gates_shut_out(connection))
        devices = {
            unit_topic(unit_id): unit_device(unit, self._language, self._version)
            for unit_id, unit in units.items()
        }
        for gate_id, unit_id in sorted(gate_units(connection).items()):
            if gate_id not in shut_out:
                device = gate_device(units[unit_id], gate_id, self._language, self._version)
                devices[gate_topic(unit_id, gate_id)] = device
        return {topic: msgspec.json.encode(device) for topic, device in devices.items()}
