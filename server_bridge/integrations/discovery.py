"""Publish Home Assistant's discovery topics of units and gates, and clear those that are gone."""

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
    """Publishes the discovery topics of units and gates, if `tell`; otherwise clears them."""

    period_ms = 10_000
    """A gate that is shut out changes no count, so the tree is read this often."""

    def __init__(self, database: Database, language: Lang, *, tell: bool) -> None:
        super().__init__()
        self._database = database
        self._language = language
        self._tell = tell
        self._version = VERSION

    def collect(self, _now_ms: int, _everything: bool, /) -> Iterable[Retained]:
        """Return every discovery topic; those no longer wanted with an empty payload."""
        with self._database.read() as connection:
            wanted = self._wanted(connection) if self._tell else {}
            ever = set(connection.execute(sa.select(discovery_topics.c.topic)).scalars())
        new = [{"topic": topic} for topic in wanted if topic not in ever]
        if new:
            # Stored before it is published: a topic that is not stored could never be cleared.
            with self._database.write() as connection:
                connection.execute(discovery_topics.insert(), new)
        payloads = {**dict.fromkeys(sorted(ever), b""), **wanted}
        return [Retained(topic, payload) for topic, payload in payloads.items()]

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
