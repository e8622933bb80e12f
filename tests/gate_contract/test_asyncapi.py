"""`docs/reference/asyncapi.yaml` agrees with the code: schemas, topics, bindings, limits.

The structure of AsyncAPI 3 is checked here as far as the document uses it; the official schema is
not a dependency.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from jsonschema import Draft7Validator  # type: ignore[import-untyped]  # ships no types

from device.config import BrokerSettings
from device.uplink import session as gate_session
from gate_contract import crossing, gate_log, health, orders, roster, topics
from gate_contract.counts import UnitCounts, encode_counts
from gate_contract.crossing import Batch, encode_batch
from gate_contract.gate_log import GateLog
from gate_contract.health import OFFLINE, Health, encode_health
from gate_contract.orders import Orders
from gate_contract.receipt import Receipt, encode_receipt
from gate_contract.roster import Roster
from gate_contract.topics import GateChannel
from server_bridge.broker.access import EVERY_COUNTS, FROM_GATE, TO_EVERY_GATE, TO_GATE
from server_bridge.integrations.home_assistant import EVERY_DISCOVERY
from server_bridge.mqtt import session
from tests.gate_contract.examples import batches, healths, receipts, unit_counts
from tests.gate_contract.vectors import FOLDER

DOCUMENT = Path(__file__).parents[2] / "docs" / "reference" / "asyncapi.yaml"
SCHEMA_OF = {"batch": "Batch", "receipt": "Receipt", "health": "Health", "counts": "UnitCounts"}
NOT_RETAINED = {GateChannel.CROSSINGS, GateChannel.LOG}
OTHERS = {
    "counts": EVERY_COUNTS,
    "bridge-state": topics.BRIDGE_STATE,
    "home-assistant": EVERY_DISCOVERY,
}
DISTRICT = {f"district-{channel}": topics.district(channel) for channel in topics.ROSTERS}
BINDINGS = {
    "servers": {
        "clientId": str,
        "cleanSession": bool,
        "lastWill": dict,
        "keepAlive": int,
        "sessionExpiryInterval": int,
        "maximumPacketSize": int,
        "bindingVersion": str,
    },
    "operations": {"qos": int, "retain": bool, "bindingVersion": str},
}


@cache
def document() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text("utf-8"))
    return told


def resolve(reference: str) -> Any:
    """Return the target of a local `$ref`. Raises KeyError."""
    node: Any = document()
    for key in reference.removeprefix("#/").split("/"):
        node = node[key]
    return node


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def plain(schema: Any) -> Any:
    """Return a schema without its prose, and with unordered lists sorted."""
    if isinstance(schema, dict):
        return {
            key: sorted(value) if key in ("enum", "required") else plain(value)
            for key, value in schema.items()
            if key not in ("title", "description")
        }
    return [plain(item) for item in schema] if isinstance(schema, list) else schema


def validator(name: str) -> Draft7Validator:
    return Draft7Validator(
        {"$ref": f"#/components/schemas/{name}", "components": document()["components"]}
    )


def test_every_reference_leads_somewhere() -> None:
    found = list(references(document()))
    assert len(found) > 40
    for reference in found:
        assert reference.startswith("#/")
        assert resolve(reference)


def test_the_root_is_an_asyncapi_3_document() -> None:
    told = document()
    assert told["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= told["info"].keys()
    known = {"asyncapi", "id", "info", "defaultContentType", "servers", "channels"}
    assert told.keys() == known | {"operations", "components"}
    assert told["defaultContentType"] == "application/json"
    for key in [*told["servers"], *told["channels"], *told["operations"]]:
        assert re.fullmatch(r"[\w.-]+", key)


def test_servers_demand_certificates() -> None:
    for server in document()["servers"].values():
        assert server["host"].endswith(f":{BrokerSettings(host='').port}")
        assert server["protocol"] == "secure-mqtt"
        assert server["protocolVersion"] == "5"
        schemes = [resolve(scheme["$ref"]) for scheme in server["security"]]
        assert [scheme["type"] for scheme in schemes] == ["X509"]


@pytest.mark.parametrize("part", BINDINGS)
def test_bindings_are_of_mqtt_0_2_0(part: str) -> None:
    for thing in document()[part].values():
        for protocol, binding in thing.get("bindings", {}).items():
            assert protocol == "mqtt"
            assert binding["bindingVersion"] == "0.2.0"
            for key, value in binding.items():
                assert type(value) is BINDINGS[part][key]


def test_connections_are_as_the_sessions_make_them() -> None:
    gate = document()["servers"]["forGates"]["bindings"]["mqtt"]
    assert gate["keepAlive"] == BrokerSettings(host="").keepalive_s
    assert gate["lastWill"] == {
        "topic": "gate/v1/{gate_id}/health",
        "message": encode_health(OFFLINE).decode(),
        "qos": 1,
        "retain": True,
    }
    bridge = document()["servers"]["forBridge"]["bindings"]["mqtt"]
    assert bridge["clientId"] == session.CLIENT_ID
    assert bridge["sessionExpiryInterval"] == session.SESSION_EXPIRY_S
    assert bridge["lastWill"]["topic"] == topics.BRIDGE_STATE
    described = document()["servers"]["forBridge"]["description"]
    assert f"{session.RECEIVE_MAXIMUM} messages in flight" in described


def test_channels_are_the_topics() -> None:
    channels = document()["channels"]
    assert channels.keys() == {*GateChannel, *DISTRICT, *OTHERS}
    assert {name: channels[name]["address"] for name in DISTRICT} == DISTRICT
    assert set(DISTRICT.values()) == set(TO_EVERY_GATE)
    for channel in GateChannel:
        address = channels[channel]["address"]
        assert address.replace("{gate_id}", "+") == topics.every_gate(channel)
    for name, every in OTHERS.items():
        assert re.sub(r"{\w+}", "+", channels[name]["address"]) == every
    for channel in channels.values():
        assert set(re.findall(r"{(\w+)}", channel["address"])) == channel["parameters"].keys()
        assert set(references(channel["servers"])) <= {
            f"#/servers/{name}" for name in document()["servers"]
        }


def test_every_channel_carries_something() -> None:
    for channel in document()["channels"].values():
        assert channel["messages"]


def test_operations_are_what_the_access_list_grants() -> None:
    found = set()
    for name, operation in document()["operations"].items():
        assert operation["action"] in ("send", "receive")
        channel = operation["channel"]["$ref"].removeprefix("#/channels/")
        binding = operation["bindings"]["mqtt"]
        assert binding["qos"] == 1
        if operation["action"] == "send":
            assert binding["retain"] == (channel not in NOT_RETAINED)
        found.add((name.split(".")[0], operation["action"], channel))
    from_gate, to_gate = set(FROM_GATE), set(TO_GATE)
    assert found == (
        {("gate", "send", channel) for channel in from_gate}
        | {("gate", "receive", channel) for channel in to_gate}
        | {("bridge", "receive", channel) for channel in from_gate}
        | {("bridge", "send", channel) for channel in to_gate}
        | {("gate", "receive", channel) for channel in DISTRICT}
        | {("bridge", "send", channel) for channel in DISTRICT}
        | {("bridge", "send", name) for name in OTHERS}
        | {("viewer", "receive", name) for name in (*OTHERS, GateChannel.HEALTH)}
    )


def test_limits_in_the_prose_are_those_of_the_code() -> None:
    channels = document()["channels"]
    assert f"{crossing.MAX_PAYLOAD_BYTES:,} bytes" in channels["crossings"]["description"]
    assert f"{health.MAX_PAYLOAD_BYTES:,} bytes" in channels["health"]["description"]
    assert f"{roster.MAX_PAYLOAD_BYTES:,} bytes" in channels["roster"]["description"]
    assert f"{orders.MAX_PAYLOAD_BYTES:,} bytes" in channels["command"]["description"]
    assert f"{gate_log.MAX_PAYLOAD_BYTES:,} bytes" in channels["log"]["description"]
    servers = document()["servers"]
    assert f"{gate_session.MAX_PACKET_BYTES:,} bytes" in servers["forGates"]["description"]
    assert f"{session.MAX_PACKET_BYTES:,} bytes" in servers["forBridge"]["description"]


def test_schemas_are_those_of_the_code() -> None:
    _, schemas = msgspec.json.schema_components(
        (Batch, Health, Receipt, UnitCounts, Roster, Orders, GateLog),
        ref_template="#/components/schemas/{name}",
    )
    assert plain(document()["components"]["schemas"]) == plain(schemas)


@pytest.mark.parametrize("name", SCHEMA_OF.values())
def test_schemas_are_json_schemas(name: str) -> None:
    Draft7Validator.check_schema(validator(name).schema)


@pytest.mark.parametrize("file", SCHEMA_OF)
def test_golden_payloads_are_valid_by_the_document(file: str) -> None:
    checked = validator(SCHEMA_OF[file])
    told = json.loads((FOLDER / f"{file}.json").read_bytes())
    for sample in told["accepted"]:
        checked.validate(json.loads(sample["payload"]))


def test_golden_refusals_are_invalid_where_a_schema_can_tell() -> None:
    beyond = {"records out of order", "no JSON"}
    refused = 0
    for file, schema in SCHEMA_OF.items():
        told = json.loads((FOLDER / f"{file}.json").read_bytes())
        for sample in told.get("refused", []):
            if sample["reason"] == "malformed" and sample["name"] not in beyond:
                assert not validator(schema).is_valid(json.loads(sample["payload"])), sample
                refused += 1
    assert refused >= 6


@settings(max_examples=30)
@given(batches(), healths, receipts, unit_counts)
def test_what_the_code_writes_is_valid_by_the_document(
    batch: Batch, told: Health, receipt: Receipt, counts: UnitCounts
) -> None:
    validator("Batch").validate(json.loads(encode_batch(batch)))
    validator("Health").validate(json.loads(encode_health(told)))
    validator("Receipt").validate(json.loads(encode_receipt(receipt)))
    validator("UnitCounts").validate(json.loads(encode_counts(counts)))
