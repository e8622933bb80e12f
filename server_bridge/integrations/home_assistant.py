"""What Home Assistant is told of units and gates: its MQTT discovery, by device. Pure.

After https://www.home-assistant.io/integrations/mqtt/ (device discovery, since 2024.12). The values
themselves come from topics that are there anyway: a unit's counts, a gate's health, whose last will
says that it is offline, and the bridge's own state.
"""

from typing import Any, NamedTuple

from gate_contract import topics
from gate_contract.topics import GateChannel
from server_bridge.i18n.phrases import Lang
from server_bridge.store.units.tree import Unit

PREFIX = "homeassistant"
EVERY_DISCOVERY = f"{PREFIX}/device/+/+/config"
UNIT_DEVICE = "unit_counts"
"""The counts' place beside the gates of a school; no gate_id has an underscore."""
EXPIRES_S = 150
"""A gate tells its health every 30 s. What it has not said again for so long is not known."""


class _Words(NamedTuple):
    vi: str
    en: str


_NAMES = {
    "inside": _Words("Đang ở trong trường", "Inside now"),
    "in": _Words("Lượt vào", "Ways in"),
    "out": _Words("Lượt ra", "Ways out"),
    "refused": _Words("Lượt bị từ chối", "Refused scans"),
    "people": _Words("người", "people"),
    "scans": _Words("lượt", "scans"),
    "records": _Words("bản ghi", "records"),
    "connection": _Words("Kết nối", "Connection"),
    "temperature": _Words("Nhiệt độ", "Temperature"),
    "free": _Words("Bộ nhớ còn trống", "Free storage"),
    "backlog": _Words("Bản ghi chưa gửi", "Records not delivered"),
    "clock": _Words("Đồng hồ chưa đúng", "Clock not trusted"),
    "camera": _Words("Camera hỏng", "Camera failed"),
    "storage": _Words("Bộ nhớ hỏng", "Storage failed"),
    "gate": _Words("Cổng", "Gate"),
    "unit": _Words("Đơn vị", "Unit"),
}


def unit_topic(unit_id: str) -> str:
    """Where a unit's counts are announced."""
    return f"{PREFIX}/device/{unit_id}/{UNIT_DEVICE}/config"


def gate_topic(unit_id: str, gate_id: str) -> str:
    """Where a gate is announced."""
    return f"{PREFIX}/device/{unit_id}/{gate_id}/config"


def discoveries_of(unit_id: str) -> str:
    """The subscription to all that is announced of a unit: its counts and its gates."""
    return f"{PREFIX}/device/{unit_id}/+/config"


def unit_device(unit: Unit, language: Lang, version: str) -> dict[str, Any]:
    """A unit's counts as a device with four sensors."""
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
            "model": _say("unit", language),
        },
        "origin": {"name": "Schoolgate", "sw_version": version},
        "availability": [{"topic": topics.BRIDGE_STATE}],
        "state_topic": topics.counts(unit.unit_id),
        "qos": 1,
        "components": {
            key: {
                "platform": "sensor",
                "unique_id": f"{identity}_{key}",
                "name": _say(key, language),
                "value_template": f"{{{{ value_json['{key}'] }}}}",
                "icon": icon,
                "state_class": state_class,
                "unit_of_measurement": _say(of, language),
            }
            for key, (icon, state_class, of) in sensors.items()
        },
    }


def gate_device(unit: Unit, gate_id: str, language: Lang, version: str) -> dict[str, Any]:
    """A gate's health as a device, below its school's."""
    identity, topic = f"schoolgate_gate_{gate_id}", topics.gate(gate_id, GateChannel.HEALTH)
    # All but the connection are known only while the gate is there to say so.
    told = {
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
            **told,
        },
        "free": {
            "platform": "sensor",
            "device_class": "data_size",
            "unit_of_measurement": "B",
            "state_class": "measurement",
            "value_template": "{{ value_json.free_bytes }}",
            **told,
        },
        "backlog": {
            "platform": "sensor",
            "icon": "mdi:tray-full",
            "state_class": "measurement",
            "unit_of_measurement": _say("records", language),
            "value_template": "{{ value_json.backlog }}",
            **told,
        },
        "clock": _problem("not value_json.scan.clock_trusted", told),
        "camera": _problem("value_json.scan.camera == 'failed'", told),
        "storage": _problem("value_json.scan.storage == 'failed'", told),
    }
    return {
        "device": {
            "identifiers": [identity],
            "name": f"{_say('gate', language)} {gate_id}",
            "manufacturer": "Schoolgate",
            "model": _say("gate", language),
            "suggested_area": unit.name,
            "via_device": _unit_identity(unit.unit_id),
        },
        "origin": {"name": "Schoolgate", "sw_version": version},
        "state_topic": topic,
        "qos": 1,
        "components": {
            key: {"unique_id": f"{identity}_{key}", "name": _say(key, language), **component}
            for key, component in components.items()
        },
    }


def _problem(condition: str, told: dict[str, Any]) -> dict[str, Any]:
    """On when something is wrong; unknown while gate-scan says nothing."""
    template = f"{{{{ ('ON' if {condition} else 'OFF') if value_json.scan else none }}}}"
    problem = {"device_class": "problem", "value_template": template}
    return {"platform": "binary_sensor", **problem, **told}


def _unit_identity(unit_id: str) -> str:
    return f"schoolgate_unit_{unit_id}"


def _say(key: str, language: Lang) -> str:
    return str(getattr(_NAMES[key], language))
