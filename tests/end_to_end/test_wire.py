"""Real broker, real bridge: what comes over the wire that should not."""

import random
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from device.ledger.delivering import UplinkLedger
from device.uplink.session import Arrived, Connected, Endpoint, Refused, Session
from gate_contract.crossing import MAX_PAYLOAD_BYTES, encode_batch
from gate_contract.receipt import decode_receipt
from gate_contract.topics import Channel
from tests.end_to_end.passing import card_codes, passing
from tests.end_to_end.town import SCHOOL, Town, until

GATE, OTHER = "gate-a1", "gate-a2"


def endpoint(town: Town, gate_id: str) -> Endpoint:
    config = town.config(gate_id)
    broker = config.broker
    return Endpoint(
        broker.host,
        broker.port,
        config.path(broker.ca),
        config.path(broker.cert),
        config.path(broker.key),
        broker.keepalive_s,
    )


def connected(town: Town, gate_id: str) -> Session:
    session = Session(endpoint(town, gate_id), gate_id)
    until(lambda: session.wait(0.1) == Connected())
    return session


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path, (GATE, OTHER))


def test_a_flood_of_garbage_stops_nobody(town: Town) -> None:
    chance = random.Random(3)
    flood = 3_000
    with town, town.gatekeeper(GATE) as keeper:
        for name in ("broker", "bridge", f"uplink {GATE}"):
            town.start(name)
        town.await_bridge()
        hostile = connected(town, OTHER)
        for number in range(flood):
            garbage = chance.randbytes(chance.randrange(0, 400))
            hostile.publish(Channel.CROSSINGS, garbage if number % 50 else b"[" * 60_000)
        green = list(islice(passing(keeper, card_codes(town, 10)), 10))
        hostile.publish(Channel.CROSSINGS, b"x" * (MAX_PAYLOAD_BYTES + 100))
        hostile.publish(Channel.CROSSINGS, b"x" * 1_000_000)  # more than the bridge asks for
        until(lambda: town.counts()[SCHOOL]["in"] == len(green))
        # The broker's queue is bounded, so not all of a flood arrives; what does is set aside.
        until(lambda: town.set_aside().get("malformed", 0) >= flood // 4)
        assert town.running["bridge"].poll() is None
        assert town.command("ledger", "verify").returncode == 0
        hostile.close()


def poison(session: Session, topic: str, payload: bytes, *, retain: bool) -> None:
    """A user property that MQTT allows and the client library once took for malformed."""
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.UserProperty = ("note", "a\ufeffb")
    session._client.publish(topic, payload, qos=1, retain=retain, properties=properties)


def test_a_strange_property_keeps_nobody_away(town: Town) -> None:
    with town, town.gatekeeper(GATE) as keeper:
        for name in ("broker", "bridge", f"uplink {GATE}"):
            town.start(name)
        town.await_bridge()
        hostile = connected(town, OTHER)
        poison(hostile, f"gate/v1/{OTHER}/crossings", b"{}", retain=False)
        poison(hostile, f"gate/v1/{OTHER}/health", b"{}", retain=True)
        green = list(islice(passing(keeper, card_codes(town, 5)), 5))
        until(lambda: town.counts()[SCHOOL]["in"] == len(green))
        until(lambda: town.set_aside() == {"malformed": 2})
        assert "Protocol error" not in town.log("bridge")
        hostile.close()


def test_a_gate_cannot_publish_as_another(town: Town) -> None:
    with town, town.gatekeeper(OTHER) as keeper:
        town.start("broker")
        town.start("bridge")
        town.await_bridge()
        green = list(islice(passing(keeper, card_codes(town, 3)), 3))
        assert green
        with closing(UplinkLedger.open(town.config(OTHER).ledger_path, OTHER)) as ledger:
            stolen = encode_batch(ledger.batch(1, 4))
        session = connected(town, GATE)
        session.publish(Channel.CROSSINGS, stolen)  # another's records on its own topic
        until(lambda: town.set_aside() == {"wrong_gate": 1})
        # On the other's topic the broker itself refuses, and says so.
        session._client.publish(f"gate/v1/{OTHER}/crossings", stolen, qos=1)
        until(lambda: isinstance(session.wait(0.1), Refused))
        assert town.counts()[SCHOOL]["in"] == 0
        session.close()


def test_two_devices_with_one_identity_lose_nothing(town: Town) -> None:
    with town, town.gatekeeper(GATE) as keeper:
        town.start("broker")
        town.start("bridge")
        other = town.config(GATE).ledger_path.parent
        first = list(islice(passing(keeper, card_codes(town, 5)), 5))
        town.start(f"uplink {GATE}")
        until(town.drained_of(GATE))
        # The same bundle on a second device, which has a ledger of its own.
        keeper.close()
        other.rename(other.with_name("state-of-first"))
        with town.gatekeeper(GATE) as twin:
            second = list(islice(passing(twin, card_codes(town, 4)), 4))
            town.stop(f"uplink {GATE}")
            town.start(f"uplink {GATE}")
            until(town.drained_of(GATE))
        counts = town.counts()[SCHOOL]
        assert counts["in"] == len(first) + len(second) == 9
        assert town.command("ledger", "verify").returncode == 0


def test_a_gate_hears_where_it_stands_as_soon_as_it_connects(town: Town) -> None:
    with town, town.gatekeeper(GATE) as keeper:
        for name in ("broker", "bridge", f"uplink {GATE}"):
            town.start(name)
        list(islice(passing(keeper, card_codes(town, 5)), 5))
        until(town.drained_of(GATE))
        town.stop(f"uplink {GATE}")
        session = connected(town, GATE)
        told = session.wait(10)
        assert isinstance(told, Arrived)
        assert decode_receipt(told.payload).stored_through == 6
        session.close()
