"""Test Home Assistant's discovery of a school with a real broker and our files."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gate_contract import topics
from gate_contract.health import OFFLINE, Health, ScanHealth, encode_health
from gate_contract.topics import GateChannel
from server_bridge.i18n.phrases import Lang
from server_bridge.ingest.counts_publisher import CountsPublisher
from server_bridge.integrations.discovery import Discovery
from server_bridge.integrations.home_assistant import gate_topic, unit_topic
from server_bridge.mqtt.endpoint import BrokerEndpoint
from server_bridge.mqtt.session import BridgeSession, Subscribed
from server_bridge.pki import Identity
from server_bridge.store.database import Database
from server_bridge.store.units.tree import add_viewer, shut_out, unit_viewers, viewer_names
from tests.builders.intake import NOW_MS, take
from tests.builders.school import (
    COMMUNE,
    GATE,
    OTHER_GATE,
    OTHER_SCHOOL,
    SCHOOL,
    ZONE,
    Scribe,
    add_units_and_gates,
)
from tests.fakes.broker import Broker
from tests.fakes.home_assistant import UNAVAILABLE, UNKNOWN, HomeAssistant, entities
from tests.fakes.mqtt_peer import Peer
from tests.fakes.patience import PATIENCE_S
from tests.server_bridge.web.conftest import WELL

INSIDE = f"schoolgate_unit_{SCHOOL}_inside"
SECOND = f"schoolgate_gate_{GATE}"


@pytest.fixture
def district(tmp_path: Path) -> Iterator[Database]:
    with closing(add_units_and_gates(Database(f"sqlite:///{tmp_path}/bridge.db"))) as database:
        with database.write() as connection:
            add_viewer(connection, "hall", NOW_MS)
            add_viewer(connection, "school", NOW_MS, SCHOOL)
            add_viewer(connection, "commune", NOW_MS, COMMUNE)
        yield database


@pytest.fixture
def broker(tmp_path: Path, district: Database) -> Iterator[Broker]:
    with district.read() as connection:
        names, bound = viewer_names(connection), unit_viewers(connection)
    assert names == ["hall"]
    with Broker(tmp_path / "broker", viewers=names, unit_viewers=bound) as made:
        yield made


def connected(broker: Broker) -> BridgeSession:
    """Return the bridge's own connection, subscribed."""
    folder = broker.identity(Identity.bridge())
    files = (folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
    session = BridgeSession(BrokerEndpoint(broker.host, broker.port, *files))
    assert isinstance(session.wait(PATIENCE_S), Subscribed)
    return session


def test_a_school_and_its_gates_are_there_with_their_values(
    broker: Broker, district: Database
) -> None:
    discovery, publisher = (
        Discovery(district, Lang.VI, enabled=True),
        CountsPublisher(district, ZONE),
    )
    with HomeAssistant(broker, "school") as home, Peer(broker, Identity.gate(GATE)) as gate:
        session = connected(broker)
        take(district, [Scribe().enter(1, 2).leave(2).letter()])
        discovery.publish(session.publish, NOW_MS)
        publisher.publish(session.publish, NOW_MS)
        home.until(INSIDE, "1")
        assert home.state(f"schoolgate_unit_{SCHOOL}_in") == "2"
        assert home.state(f"schoolgate_unit_{SCHOOL}_out") == "1"
        assert home.state(f"schoolgate_unit_{SCHOOL}_refused") == "0"
        home.until(f"{SECOND}_backlog", UNAVAILABLE)
        health = topics.gate(GATE, GateChannel.HEALTH)
        gate.publish(health, encode_health(WELL), retain=True)
        home.until(f"{SECOND}_connection", "on")
        shown = {key: home.state(f"{SECOND}_{key}") for key in ("temperature", "free", "backlog")}
        assert shown == {"temperature": "51.5", "free": "9000000000", "backlog": "7"}
        assert [home.state(f"{SECOND}_{key}") for key in ("clock", "camera", "storage")] == [
            "off"
        ] * 3
        gate.publish(health, encode_health(Health(state="online")), retain=True)
        home.until(f"{SECOND}_clock", UNKNOWN)
        assert home.state(f"{SECOND}_temperature") == UNKNOWN
        failed = ScanHealth(storage="failed", clock_trusted=False)
        gate.publish(health, encode_health(Health(state="online", scan=failed)), retain=True)
        home.until(f"{SECOND}_storage", "on")
        assert home.state(f"{SECOND}_clock") == "on"
        gate.publish(health, encode_health(OFFLINE), retain=True)
        home.until(f"{SECOND}_connection", "off")
        assert home.state(f"{SECOND}_storage") == UNAVAILABLE
        assert home.devices() == {"Trường THCS A", "Cổng gate-a1", "Cổng gate-a2"}
        heard = {topic for topic, _, _ in home.peer.messages}
        assert not [topic for topic in heard if OTHER_SCHOOL in topic or OTHER_GATE in topic]
        session.close()
        home.until(INSIDE, UNAVAILABLE)


def test_a_gate_that_is_shut_out_goes_and_all_goes_when_told_no_more(
    broker: Broker, district: Database
) -> None:
    with HomeAssistant(broker, "commune") as home:
        session, sent = connected(broker), Sent()
        discovery = Discovery(district, Lang.EN, enabled=True)
        discovery.publish(sent.through(session.publish), NOW_MS)
        home.until(f"{SECOND}_connection", UNKNOWN)
        home.peer.wait(lambda: len(home.devices()) == 6)  # two schools, their commune, three gates
        sent.clear()
        discovery.publish(sent.through(session.publish), NOW_MS + Discovery.period_ms)
        assert sent == {}  # nothing is published twice
        with district.write() as connection:
            shut_out(connection, GATE)
        discovery.publish(sent.through(session.publish), NOW_MS + 2 * Discovery.period_ms)
        assert sent == {gate_topic(SCHOOL, GATE): b""}
        home.until(f"{SECOND}_connection", None)
        assert len(home.devices()) == 5
        # Disabled in the settings, and the bridge was restarted.
        off = Discovery(district, Lang.EN, enabled=False)
        off.publish(session.publish, NOW_MS)
        home.until(INSIDE, None)
        home.peer.wait(lambda: home.devices() == set())
        session.close()


def test_told_to_nobody_by_default(district: Database) -> None:
    sent = Sent()
    Discovery(district, Lang.VI, enabled=False).publish(sent.through(lambda _t, _p: None), NOW_MS)
    assert sent == {}


def test_a_new_connection_hears_it_all_again(district: Database) -> None:
    sent = Sent()
    discovery = Discovery(district, Lang.VI, enabled=True)
    discovery.publish(sent.through(lambda _t, _p: None), NOW_MS)
    first = dict(sent)
    assert unit_topic(SCHOOL) in first
    sent.clear()
    discovery.forget()
    discovery.publish(sent.through(lambda _t, _p: None), NOW_MS)
    assert sent == first


@pytest.mark.parametrize(
    ("what", "wrong"),
    [
        ({"device": {"name": "x"}}, KeyError),
        ({"colour": "red"}, AssertionError),
        ({"components": {"a": {"platform": "sensor", "name": "x"}}}, KeyError),
    ],
)
def test_the_fake_refuses_what_is_not_documented(
    district: Database, what: dict[str, object], wrong: type[Exception]
) -> None:
    """A control of the fake Home Assistant."""
    sent = Sent()
    Discovery(district, Lang.VI, enabled=True).publish(sent.through(lambda _t, _p: None), NOW_MS)
    told = json.loads(sent[unit_topic(SCHOOL)])
    assert entities(told)
    with pytest.raises(wrong):
        entities(told | what)


def test_a_viewer_of_one_unit_writes_nothing_and_the_others_read_counts_only(
    broker: Broker, district: Database
) -> None:
    with (
        Peer(broker, Identity.bridge()) as bridge,
        Peer(broker, Identity.viewer("school")) as school,
        Peer(broker, Identity.viewer("hall")) as hall,
    ):
        for reader in (school, hall):
            reader.subscribe("#")
        for topic in (
            unit_topic(SCHOOL),
            gate_topic(OTHER_SCHOOL, OTHER_GATE),
            topics.counts(SCHOOL),
            topics.counts(OTHER_SCHOOL),
            topics.gate(GATE, GateChannel.RECEIPT),
            topics.district(GateChannel.ROSTER),
            topics.BRIDGE_STATE,
        ):
            assert bridge.publish(topic, b"x") == 0
            assert school.publish(topic, b"x") == hall.publish(topic, b"x") == 0x87
        for reader in (school, hall):
            reader.hear(topics.BRIDGE_STATE)
        assert {topic for topic, _, _ in school.messages} == {
            *(unit_topic(SCHOOL), topics.counts(SCHOOL), topics.BRIDGE_STATE),
        }
        assert {topic for topic, _, _ in hall.messages} == {
            *(topics.counts(SCHOOL), topics.counts(OTHER_SCHOOL), topics.BRIDGE_STATE),
        }
        assert school.publish("gate/v1/viewer.school/health", b"x") == 0x87


class Sent(dict[str, bytes]):
    """The last message published on each topic."""

    def through(self, send: Callable[[str, bytes], None]) -> Callable[[str, bytes], None]:
        def noted(topic: str, payload: bytes) -> None:
            self[topic] = payload
            send(topic, payload)

        return noted
