"""A real broker run from our files: who gets in, and what each may do."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gate_contract import topics
from gate_contract.crossing import MAX_PAYLOAD_BYTES
from gate_contract.topics import GateChannel
from server_bridge import pki
from server_bridge.broker.config import MAX_PACKET_BYTES
from server_bridge.pki import Identity
from tests.fakes.broker import Broker
from tests.fakes.mqtt_peer import Peer, tls
from tests.fakes.patience import PATIENCE_S

NOT_AUTHORISED = 0x87
SESSION_TAKEN_OVER = 0x8E
PACKET_TOO_LARGE = 0x95

GATE = Identity.gate("vg-01")
OTHER = Identity.gate("vg-02")
BRIDGE = Identity.bridge()
VIEWER = Identity.viewer("hall")


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with Broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


def own(channel: GateChannel, identity: Identity = GATE) -> str:
    return topics.gate(identity.common_name, channel)


@pytest.mark.parametrize("channel", [GateChannel.CROSSINGS, GateChannel.HEALTH])
def test_what_a_gate_says_reaches_the_bridge(broker: Broker, channel: GateChannel) -> None:
    with Peer(broker, BRIDGE) as bridge, Peer(broker, GATE) as gate:
        assert bridge.subscribe(topics.every_gate(channel)) == 1
        assert gate.publish(own(channel), b"said") == 0
        assert bridge.hear(own(channel)) == b"said"


@pytest.mark.parametrize("channel", [GateChannel.RECEIPT, GateChannel.ROSTER, GateChannel.COMMAND])
def test_what_the_bridge_says_reaches_the_gate(broker: Broker, channel: GateChannel) -> None:
    with Peer(broker, BRIDGE) as bridge, Peer(broker, GATE) as gate:
        assert gate.subscribe(own(channel)) == 1
        assert bridge.publish(own(channel), b"said") == 0
        assert gate.hear(own(channel)) == b"said"


@pytest.mark.parametrize("channel", GateChannel)
def test_a_gate_cannot_publish_as_another(broker: Broker, channel: GateChannel) -> None:
    with Peer(broker, GATE) as gate:
        assert gate.publish(own(channel, OTHER), b"forged") == NOT_AUTHORISED


@pytest.mark.parametrize(
    "topic", [own(GateChannel.RECEIPT), topics.counts("a"), "gate/v1/vg-01/else", "$SYS/a", "a"]
)
def test_a_gate_writes_its_crossings_and_health_only(broker: Broker, topic: str) -> None:
    with Peer(broker, GATE) as gate:
        assert gate.publish(topic, b"x") == NOT_AUTHORISED


@pytest.mark.parametrize(
    "topic_filter", ["#", "gate/v1/+/receipt", own(GateChannel.RECEIPT, OTHER)]
)
def test_a_gate_hears_nothing_that_is_for_another(broker: Broker, topic_filter: str) -> None:
    """The broker grants any SUBSCRIBE under an access list and filters what it delivers."""
    with Peer(broker, BRIDGE) as bridge, Peer(broker, GATE) as gate, Peer(broker, OTHER) as other:
        assert bridge.publish(own(GateChannel.RECEIPT, OTHER), b"kept", retain=True) == 0
        gate.subscribe(topic_filter)
        gate.subscribe(own(GateChannel.RECEIPT))
        other.subscribe(own(GateChannel.RECEIPT, OTHER))
        assert other.hear(own(GateChannel.RECEIPT, OTHER)) == b"kept"
        assert bridge.publish(own(GateChannel.RECEIPT, OTHER), b"for the other") == 0
        assert other.publish(own(GateChannel.CROSSINGS, OTHER), b"from the other") == 0
        assert bridge.publish(own(GateChannel.RECEIPT), b"the last word") == 0
        assert gate.hear(own(GateChannel.RECEIPT)) == b"the last word"
        assert {topic for topic, _, _ in gate.messages} == {own(GateChannel.RECEIPT)}


def test_what_is_for_every_gate_comes_from_the_bridge_and_is_read_by_gates(broker: Broker) -> None:
    topic = topics.district(GateChannel.ROSTER)
    with Peer(broker, BRIDGE) as bridge, Peer(broker, GATE) as gate, Peer(broker, VIEWER) as viewer:
        assert gate.publish(topic, b"x") == viewer.publish(topic, b"x") == NOT_AUTHORISED
        viewer.subscribe("#")
        gate.subscribe(topic)
        assert bridge.publish(topic, b"for all", retain=True) == 0
        assert gate.hear(topic) == b"for all"
        viewer.subscribe("#")  # its answer comes after anything the first one brought
        assert viewer.messages == []
        assert bridge.publish(topic, b"", retain=True) == 0


def test_a_viewer_reads_counts_and_nothing_else(broker: Broker) -> None:
    with Peer(broker, BRIDGE) as bridge, Peer(broker, GATE) as gate, Peer(broker, VIEWER) as viewer:
        viewer.subscribe("#")
        assert viewer.subscribe("unit/v1/+/counts") == 1
        assert gate.publish(own(GateChannel.CROSSINGS), b"private") == 0
        assert bridge.publish(own(GateChannel.RECEIPT), b"private") == 0
        assert bridge.publish(topics.counts("thcs-a"), b"12 inside", retain=True) == 0
        assert viewer.hear(topics.counts("thcs-a")) == b"12 inside"
        assert {topic for topic, _, _ in viewer.messages} == {topics.counts("thcs-a")}


@pytest.mark.parametrize(
    "topic",
    [
        topics.counts("thcs-a"),
        own(GateChannel.CROSSINGS),
        "gate/v1/viewer.hall/crossings",  # what the gates' pattern would allow
        "gate/v1/viewer.hall/health",
    ],
)
def test_a_viewer_writes_nothing(broker: Broker, topic: str) -> None:
    with Peer(broker, VIEWER) as viewer:
        assert viewer.publish(topic, b"x") == NOT_AUTHORISED


def test_a_viewer_that_is_not_on_the_list_reads_nothing(broker: Broker) -> None:
    with Peer(broker, BRIDGE) as bridge, Peer(broker, Identity.viewer("unknown")) as viewer:
        viewer.subscribe("#")
        assert bridge.publish(topics.counts("thcs-a"), b"1") == 0
        viewer.subscribe("#")  # its answer comes after anything the first one brought
        assert viewer.messages == []


def test_without_a_certificate_there_is_no_conversation(broker: Broker) -> None:
    context = ssl.create_default_context(cafile=broker.identity(GATE) / "ca.pem")
    assert refused(broker, context)


def test_a_foreign_authority_is_refused(broker: Broker, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    pki.create_authority(tmp_path / "pki", "Test authority", now=now)  # even of the same name
    pki.issue(tmp_path / "pki", GATE, now=now).write(tmp_path / "gate")
    context = tls(tmp_path / "gate")
    context.load_verify_locations(broker.identity(GATE) / "ca.pem")
    assert refused(broker, context)


def test_the_brokers_own_certificate_opens_no_connection(broker: Broker) -> None:
    assert refused(broker, tls(broker.configuration.parent))


def test_a_good_certificate_is_not_refused(broker: Broker) -> None:
    """The control of the three tests above."""
    assert not refused(broker, tls(broker.identity(GATE)))


def refused(broker: Broker, context: ssl.SSLContext) -> bool:
    """Whether the broker ends TLS. In TLS 1.3 a client learns of it when it next reads."""
    connect = bytes.fromhex("100d00044d5154540502003c000000")
    try:
        with (
            socket.create_connection((broker.host, broker.port), timeout=PATIENCE_S) as plain,
            context.wrap_socket(plain, server_hostname=broker.host) as secure,
        ):
            secure.sendall(connect)
            return secure.recv(1) == b""
    except (ssl.SSLError, ConnectionResetError, BrokenPipeError):
        return True


def test_the_second_of_one_name_takes_over(broker: Broker) -> None:
    """Mosquitto 2.0.11 closes the first without a word, where MQTT has the reason 0x8E for it."""
    with Peer(broker, GATE) as first, Peer(broker, GATE) as second:
        first.wait(lambda: first.gone)
        assert second.publish(own(GateChannel.HEALTH), b"x") == 0
    assert first.disconnect_reason == SESSION_TAKEN_OVER or not first.told_why
    assert "Client vg-01 already connected, closing old connection" in broker.log


def test_the_largest_payload_passes(broker: Broker) -> None:
    payload = b"x" * MAX_PAYLOAD_BYTES
    with Peer(broker, BRIDGE) as bridge, Peer(broker, GATE) as gate:
        bridge.subscribe(topics.every_gate(GateChannel.CROSSINGS))
        assert gate.publish(own(GateChannel.CROSSINGS), payload) == 0
        assert bridge.hear(own(GateChannel.CROSSINGS)) == payload


def test_a_larger_packet_ends_that_connection_and_no_other(broker: Broker) -> None:
    """The reason is lost where the client is still writing when the broker closes."""
    with Peer(broker, OTHER) as other, Peer(broker, GATE) as gate:
        assert gate.publish(own(GateChannel.CROSSINGS), b"x" * MAX_PACKET_BYTES) is None
        assert gate.disconnect_reason == PACKET_TOO_LARGE or not gate.told_why
        assert "Client vg-01 disconnected due to oversize packet" in broker.log
        assert other.publish(own(GateChannel.CROSSINGS, OTHER), b"x") == 0
