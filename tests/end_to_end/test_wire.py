"""Hostile messages over a real broker to a real bridge."""

import random
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from device.ledger.uplink_ledger import UplinkLedger
from device.uplink.session import (
    Arrived,
    BrokerEndpoint,
    Connected,
    PublishRefused,
    Session,
)
from gate_contract.crossing import MAX_PAYLOAD_BYTES, encode_batch
from gate_contract.receipt import decode_receipt
from gate_contract.topics import GateChannel
from tests.end_to_end.district_harness import SCHOOL, DistrictHarness, until
from tests.end_to_end.passing import card_codes, passing

GATE, OTHER = "gate-a1", "gate-a2"


def endpoint(district: DistrictHarness, gate_id: str) -> BrokerEndpoint:
    config = district.config(gate_id)
    broker = config.broker
    return BrokerEndpoint(
        broker.host,
        broker.port,
        config.path(broker.ca),
        config.path(broker.cert),
        config.path(broker.key),
        broker.keepalive_s,
    )


def connected(district: DistrictHarness, gate_id: str) -> Session:
    session = Session(endpoint(district, gate_id), gate_id)
    until(lambda: session.wait(0.1) == Connected())
    return session


@pytest.fixture
def district(tmp_path: Path) -> DistrictHarness:
    return DistrictHarness(tmp_path, (GATE, OTHER))


def test_a_flood_of_garbage_stops_nobody(district: DistrictHarness) -> None:
    chance = random.Random(3)
    flood = 3_000
    with district, district.gatekeeper(GATE) as keeper:
        for name in ("broker", "bridge", f"uplink {GATE}"):
            district.start(name)
        district.await_bridge()
        hostile = connected(district, OTHER)
        for number in range(flood):
            garbage = chance.randbytes(chance.randrange(0, 400))
            hostile.publish(GateChannel.CROSSINGS, garbage if number % 50 else b"[" * 60_000)
        green = list(islice(passing(keeper, card_codes(district, 10)), 10))
        hostile.publish(GateChannel.CROSSINGS, b"x" * (MAX_PAYLOAD_BYTES + 100))
        hostile.publish(GateChannel.CROSSINGS, b"x" * 1_000_000)  # more than the bridge asks for
        until(lambda: district.counts()[SCHOOL]["in"] == len(green))
        # The broker's queue is bounded, so not all of a flood arrives; what does is set aside.
        until(lambda: district.set_aside().get("malformed", 0) >= flood // 4)
        assert district.running["bridge"].poll() is None
        assert district.command("ledger", "verify").returncode == 0
        hostile.close()


def poison(session: Session, topic: str, payload: bytes, *, retain: bool) -> None:
    """Publish with a user property that MQTT allows and the client library once refused."""
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.UserProperty = ("note", "a\ufeffb")
    session._client.publish(topic, payload, qos=1, retain=retain, properties=properties)


def test_a_strange_property_keeps_nobody_away(district: DistrictHarness) -> None:
    with district, district.gatekeeper(GATE) as keeper:
        for name in ("broker", "bridge", f"uplink {GATE}"):
            district.start(name)
        district.await_bridge()
        hostile = connected(district, OTHER)
        poison(hostile, f"gate/v1/{OTHER}/crossings", b"{}", retain=False)
        poison(hostile, f"gate/v1/{OTHER}/health", b"{}", retain=True)
        green = list(islice(passing(keeper, card_codes(district, 5)), 5))
        until(lambda: district.counts()[SCHOOL]["in"] == len(green))
        until(lambda: district.set_aside() == {"malformed": 2})
        assert "Protocol error" not in district.log("bridge")
        hostile.close()


def test_a_gate_cannot_publish_as_another(district: DistrictHarness) -> None:
    with district, district.gatekeeper(OTHER) as keeper:
        district.start("broker")
        district.start("bridge")
        district.await_bridge()
        green = list(islice(passing(keeper, card_codes(district, 3)), 3))
        assert green
        with closing(UplinkLedger.open(district.config(OTHER).ledger_path, OTHER)) as ledger:
            stolen = encode_batch(ledger.batch(1, 4))
        session = connected(district, GATE)
        session.publish(GateChannel.CROSSINGS, stolen)  # another's records on its own topic
        until(lambda: district.set_aside() == {"wrong_gate": 1})
        # On the other's topic the broker itself refuses, and says so.
        session._client.publish(f"gate/v1/{OTHER}/crossings", stolen, qos=1)
        until(lambda: isinstance(session.wait(0.1), PublishRefused))
        assert district.counts()[SCHOOL]["in"] == 0
        session.close()


def test_two_devices_with_one_identity_lose_nothing(district: DistrictHarness) -> None:
    with district, district.gatekeeper(GATE) as keeper:
        district.start("broker")
        district.start("bridge")
        other = district.config(GATE).ledger_path.parent
        first = list(islice(passing(keeper, card_codes(district, 5)), 5))
        district.start(f"uplink {GATE}")
        until(district.drained_of(GATE))
        # The same bundle on a second device, which has a ledger of its own.
        keeper.close()
        other.rename(other.with_name("state-of-first"))
        with district.gatekeeper(GATE) as twin:
            second = list(islice(passing(twin, card_codes(district, 4)), 4))
            district.stop(f"uplink {GATE}")
            district.start(f"uplink {GATE}")
            until(district.drained_of(GATE))
        counts = district.counts()[SCHOOL]
        assert counts["in"] == len(first) + len(second) == 9
        assert district.command("ledger", "verify").returncode == 0


def test_a_gate_hears_where_it_stands_as_soon_as_it_connects(district: DistrictHarness) -> None:
    with district, district.gatekeeper(GATE) as keeper:
        for name in ("broker", "bridge", f"uplink {GATE}"):
            district.start(name)
        list(islice(passing(keeper, card_codes(district, 5)), 5))
        until(district.drained_of(GATE))
        district.stop(f"uplink {GATE}")
        session = connected(district, GATE)
        told = session.wait(10)
        assert isinstance(told, Arrived)
        assert decode_receipt(told.payload).stored_through == 6
        session.close()
