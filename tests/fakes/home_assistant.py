"""A fake Home Assistant, after its documentation of MQTT discovery by device.

It receives what its certificate lets it receive, refuses what the documentation does not allow, and
keeps an entity for each component: its value, made by the template, and whether it is available. No
time passes here: `expire_after` is checked, and never runs out.

After https://www.home-assistant.io/integrations/mqtt/, .../sensor.mqtt/, .../binary_sensor.mqtt/.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any, Self

from jinja2.sandbox import SandboxedEnvironment

from server_bridge.pki import Identity
from tests.fakes.broker import Broker
from tests.fakes.mqtt_peer import Peer

TOPIC = re.compile(r"homeassistant/device/([a-zA-Z0-9_-]+)/([a-zA-Z0-9_-]+)/config")
SHARED = {"availability", "availability_mode", "state_topic", "command_topic", "qos", "encoding"}
ROOT = SHARED | {"device", "origin", "components"}
DEVICE = {
    *("configuration_url", "connections", "hw_version", "identifiers", "manufacturer", "model"),
    *("model_id", "name", "serial_number", "suggested_area", "sw_version", "via_device"),
}
ENTITY = SHARED | {
    *("platform", "unique_id", "name", "icon", "device_class", "entity_category", "expire_after"),
    *("enabled_by_default", "force_update", "default_entity_id", "json_attributes_topic"),
    *("json_attributes_template", "value_template"),
}
PLATFORMS = {
    "sensor": ENTITY
    | {"state_class", "unit_of_measurement", "suggested_display_precision", "options"},
    "binary_sensor": ENTITY | {"payload_on", "payload_off", "off_delay"},
}
UNITS = {"temperature": {"°C", "°F", "K"}, "data_size": {"B", "kB", "MB", "GB", "TB"}}
BINARY_CLASSES = {"connectivity", "problem"}
STATE_CLASSES = {"measurement", "total", "total_increasing"}
UNAVAILABLE, UNKNOWN = "unavailable", "unknown"


@dataclass
class Entity:
    """One component."""

    device: dict[str, Any]
    config: dict[str, Any]
    value: str = UNKNOWN
    available: dict[str, bool] = field(default_factory=dict)

    @property
    def state(self) -> str:
        wanted = [one["topic"] for one in self.config.get("availability", [])]
        here = not wanted or any(self.available.get(topic) for topic in wanted)
        return self.value if here else UNAVAILABLE


class HomeAssistant:
    """A context manager: connected as a viewer of the broker. `entities` by unique id."""

    def __init__(self, broker: Broker, viewer: str) -> None:
        self.peer = Peer(broker, Identity.viewer(viewer))
        self.entities: dict[str, Entity] = {}
        self._by_topic: dict[str, list[str]] = {}
        self._read = 0
        self._templates = SandboxedEnvironment()

    def __enter__(self) -> Self:
        self.peer.__enter__()
        self.peer.subscribe("homeassistant/+/+/+/config")
        return self

    def __exit__(self, *error: Any) -> None:
        self.peer.__exit__(*error)

    def state(self, unique_id: str) -> str | None:
        """Return what the dashboard shows of an entity, None if no entity has that id."""
        self._listen()
        found = self.entities.get(unique_id)
        return found.state if found else None

    def until(self, unique_id: str, state: str | None) -> None:
        """Wait until the dashboard shows this state."""
        self.peer.wait(lambda: self.state(unique_id) == state)

    def devices(self) -> set[str]:
        """Return the names of the devices."""
        self._listen()
        return {entity.device["name"] for entity in self.entities.values()}

    def _listen(self) -> None:
        while self._read < len(self.peer.messages):
            topic, payload, _ = self.peer.messages[self._read]
            self._read += 1
            if TOPIC.fullmatch(topic):
                self._discover(topic, payload)
            else:
                self._hear(topic, payload)

    def _discover(self, topic: str, payload: bytes) -> None:
        for unique_id in self._by_topic.pop(topic, []):
            del self.entities[unique_id]
        if not payload:
            return
        told = json.loads(payload)
        made = entities(told)
        assert not made.keys() & self.entities.keys(), "two entities of one unique_id"
        self.entities |= made
        self._by_topic[topic] = list(made)
        for entity in made.values():
            topics = [one["topic"] for one in entity.config.get("availability", [])]
            for wanted in (entity.config["state_topic"], *topics):
                # It receives retained messages again, as with each new subscription.
                self.peer.subscribe_later(wanted)

    def _hear(self, topic: str, payload: bytes) -> None:
        for entity in self.entities.values():
            for one in entity.config.get("availability", []):
                if one["topic"] == topic:
                    said = self._render(one.get("value_template", "{{ value }}"), payload)
                    assert said in ("online", "offline"), said
                    entity.available[topic] = said == "online"
            if entity.config["state_topic"] == topic:
                entity.value = self._value(entity.config, payload)

    def _value(self, config: dict[str, Any], payload: bytes) -> str:
        said = self._render(config.get("value_template", "{{ value }}"), payload)
        if said == "None":
            return UNKNOWN
        if config["platform"] == "sensor":
            float(said)  # each of our sensors has a unit, and so must be a number
            return said
        words = {config.get("payload_on", "ON"): "on", config.get("payload_off", "OFF"): "off"}
        return words[said]

    def _render(self, template: str, payload: bytes) -> str:
        text = payload.decode()
        values: dict[str, Any] = {"value": text}
        if text.startswith("{"):
            values["value_json"] = json.loads(text)
        return self._templates.from_string(template).render(values)


def entities(told: dict[str, Any]) -> dict[str, Entity]:
    """Return a discovery message's entities; raise AssertionError if it is malformed."""
    assert told.keys() <= ROOT, told.keys() - ROOT
    assert told["origin"]["name"]
    device = told["device"]
    assert device.keys() <= DEVICE, device.keys() - DEVICE
    assert device["identifiers"]
    assert device["name"]
    shared = {name: told[name] for name in told.keys() & SHARED}
    made = {}
    for key, component in told["components"].items():
        assert re.fullmatch("[a-zA-Z0-9_-]+", key)
        config = shared | component
        check(config)
        assert config["unique_id"] not in made
        made[config["unique_id"]] = Entity(device, config)
    return made


def check(config: dict[str, Any]) -> None:
    """Check one component, the shared options included."""
    allowed = PLATFORMS[config["platform"]]
    assert config.keys() <= allowed, config.keys() - allowed
    assert config["unique_id"]
    assert config["name"]
    assert config["state_topic"]
    assert "+" not in config["state_topic"]
    assert "#" not in config["state_topic"]
    assert config.get("qos", 0) in (0, 1, 2)
    assert config.get("entity_category", "diagnostic") in ("diagnostic", "config")
    assert isinstance(config.get("expire_after", 0), int)
    for one in config.get("availability", []):
        assert one.keys() <= {"topic", "payload_available", "payload_not_available"} | {
            "value_template"
        }
        assert one["topic"]
    kind = config.get("device_class")
    if config["platform"] == "binary_sensor":
        assert kind in BINARY_CLASSES
    else:
        assert kind is None or config["unit_of_measurement"] in UNITS[kind]
        assert config["state_class"] in STATE_CLASSES
    if "icon" in config:
        assert config["icon"].startswith("mdi:")
