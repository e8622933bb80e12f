"""Build the Home Assistant device discovery of units and gates over MQTT. Pure functions.

Source: https://www.home-assistant.io/integrations/mqtt/ (device discovery, since 2024.12). The
values come from existing topics: a unit's counts, a gate's health, whose last will reports it as
offline, and the bridge's own state.
"""

from typing import Any, NamedTuple

from gate_contract import topics
from gate_contract.topics import GateChannel
from server_bridge.i18n.phrases import Lang
from server_bridge.store.units.tree import Unit

PREFIX = "homeassistant"
ALL_DISCOVERY_TOPICS = f"{PREFIX}/device/+/+/config"
UNIT_DEVICE = "unit_counts"
"""The object id of a unit's counts, beside the gates of a school; no gate_id has an underscore."""
EXPIRES_S = 150
"""A gate reports its health every 30 s; a value that is older than this is unknown."""


class _Text(NamedTuple):
    vi: str
    en: str


_NAMES = {
    "inside": _Text("Đang ở trong trường", "Inside now"),
    "in": _Text("Lượt vào", "Ways in"),
    "out": _Text("Lượt ra", "Ways out"),
    "refused": _Text("Lượt bị từ chối", "Refused scans"),
    "people": _Text("người", "people"),
    "scans": _Text("lượt", "scans"),
    "records": _Text("bản ghi", "records"),
    "connection": _Text("Kết nối", "Connection"),
    "temperature": _Text("Nhiệt độ", "Temperature"),
    "free": _Text("Bộ nhớ còn trống", "Free storage"),
    "backlog": _Text("Bản ghi chưa gửi", "Records not delivered"),
    "clock": _Text("Đồng hồ chưa đúng", "Clock not trusted"),
    "camera": _Text("Camera hỏng", "Camera failed"),
    "storage": _Text("Bộ nhớ hỏng", "Storage failed"),
    "gate": _Text("Cổng", "Gate"),
    "unit": _Text("Đơn vị", "Unit"),
}


def unit_topic(unit_id: str) -> str:
    """Return the discovery topic of a unit's counts."""
    return f"{PREFIX}/device/{unit_id}/{UNIT_DEVICE}/config"


def gate_topic(unit_id: str, gate_id: str) -> str:
    """Return the discovery topic of a gate."""
    return f"{PREFIX}/device/{unit_id}/{gate_id}/config"


def discovery_subscription(unit_id: str) -> str:
    """Return the subscription to all discovery topics of a unit: its counts and its gates."""
    return f"{PREFIX}/device/{unit_id}/+/config"


def unit_device(unit: Unit, language: Lang, version: str) -> dict[str, Any]:
    """Return a unit's counts as a device with four sensors."""
    sensors = {
        "inside": ("mdi:account-group", "measurement", "people"),
        "in": ("mdi:login", "total_increasing", "scans"),
        "out": ("mdi:logout", "total_increasing", "scans"),
        "refused": ("mdi:account-cancel", "total_increasing", "scans"),
    }
    identity = _unit_identity(unit.unit_id)
    return {
        "device": {
            "identifiers": [identity],
            "name": unit.name,
            "manufacturer": "Schoolgate",
            "model": _name("unit", language),
        },
        "origin": {"name": "Schoolgate", "sw_version": version},
        "availability": [{"topic": topics.BRIDGE_STATE}],
        "state_topic": topics.counts(unit.unit_id),
        "qos": 1,
        "components": {
            key: {
                "platform": "sensor",
                "unique_id": f"{identity}_{key}",
                "name": _name(key, language),
                "value_template": f"{{{{ value_json['{key}'] }}}}",
                "icon": icon,
                "state_class": state_class,
                "unit_of_measurement": _name(of, language),
            }
            for key, (icon, state_class, of) in sensors.items()
        },
    }


def gate_device(unit: Unit, gate_id: str, language: Lang, version: str) -> dict[str, Any]:
    """Return a gate's health as a device below its school's device."""
    identity, topic = f"schoolgate_gate_{gate_id}", topics.gate(gate_id, GateChannel.HEALTH)
    # Except for the connection, values are available only while the gate is online.
    diagnostic = {
        "availability": [{"topic": topic, "value_template": "{{ value_json.state }}"}],
        "expire_after": EXPIRES_S,
        "entity_category": "diagnostic",
    }
    components: dict[str, dict[str, Any]] = {
        "connection": {
            "platform": "binary_sensor",
            "device_class": "connectivity",
            "value_template": "{{ value_json.state }}",
            "payload_on": "online",
            "payload_off": "offline",
        },
        "temperature": {
            "platform": "sensor",
            "device_class": "temperature",
            "unit_of_measurement": "°C",
            "state_class": "measurement",
            "suggested_display_precision": 0,
            "value_template": "{{ value_json.temperature_c }}",
            **diagnostic,
        },
        "free": {
            "platform": "sensor",
            "device_class": "data_size",
            "unit_of_measurement": "B",
            "state_class": "measurement",
            "value_template": "{{ value_json.free_bytes }}",
            **diagnostic,
        },
        "backlog": {
            "platform": "sensor",
            "icon": "mdi:tray-full",
            "state_class": "measurement",
            "unit_of_measurement": _name("records", language),
            "value_template": "{{ value_json.backlog }}",
            **diagnostic,
        },
        "clock": _problem("not value_json.scan.clock_trusted", diagnostic),
        "camera": _problem("value_json.scan.camera == 'failed'", diagnostic),
        "storage": _problem("value_json.scan.storage == 'failed'", diagnostic),
    }
    return {
        "device": {
            "identifiers": [identity],
            "name": f"{_name('gate', language)} {gate_id}",
            "manufacturer": "Schoolgate",
            "model": _name("gate", language),
            "suggested_area": unit.name,
            "via_device": _unit_identity(unit.unit_id),
        },
        "origin": {"name": "Schoolgate", "sw_version": version},
        "state_topic": topic,
        "qos": 1,
        "components": {
            key: {"unique_id": f"{identity}_{key}", "name": _name(key, language), **component}
            for key, component in components.items()
        },
    }


def _problem(condition: str, diagnostic: dict[str, Any]) -> dict[str, Any]:
    """Return a sensor that is on if the condition holds; unknown without gate-scan's health."""
    template = f"{{{{ ('ON' if {condition} else 'OFF') if value_json.scan else none }}}}"
    problem = {"device_class": "problem", "value_template": template}
    return {"platform": "binary_sensor", **problem, **diagnostic}


def _unit_identity(unit_id: str) -> str:
    return f"schoolgate_unit_{unit_id}"


def _name(key: str, language: Lang) -> str:
    return str(getattr(_NAMES[key], language))
