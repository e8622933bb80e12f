"""One MQTT connection of a gate. The only module of the gate that imports paho.

A session lasts from one connect to its end and is then discarded, so that no message of an earlier
connection is left in a client's memory. paho's thread only puts events into a queue.
"""

import errno
import queue
import socket
import ssl
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from gate_contract import topics
from gate_contract.errors import ContractError, SchoolgateError
from gate_contract.health import OFFLINE, encode_health
from gate_contract.roster import MAX_PAYLOAD_BYTES
from gate_contract.topics import ROSTERS, GateChannel

CONNECT_S = 10
QUEUED_EVENTS = 1_000
MAX_PACKET_BYTES = MAX_PAYLOAD_BYTES + 4096
"""The largest packet from the broker: a roster with its MQTT header."""
LARGE_BYTES = 4_096
QUEUED_LARGE = 8
"""The most large messages (rosters) that may wait, which bounds this gate's memory."""
NO_WAY = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}
TAKEN_OVER = 0x8E
"""MQTT v5 reason code: another client has connected with this identity."""


class SessionError(SchoolgateError):
    """The broker cannot be reached or refuses this gate. `no_network`: there is no route at all."""

    no_network = False


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker accepted this gate and its subscriptions."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection has ended. `code` is the MQTT v5 reason code."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class PublishRefused:
    """The broker refused a publication, for example for lack of permission; `reason` says why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message for this gate."""

    channel: GateChannel
    payload: bytes


Event = Connected | Disconnected | PublishRefused | Arrived


@dataclass(frozen=True, slots=True)
class BrokerEndpoint:
    """The broker's address and the PEM files: authority, own certificate and key."""

    host: str
    port: int
    ca: Path
    cert: Path
    key: Path
    keepalive_s: int


class Session:
    """A connection, made at once. The first event of `wait` is Connected or Disconnected.

    Raises:
        SessionError: the certificate files cannot be used, or the broker does not answer.
    """

    def __init__(self, endpoint: BrokerEndpoint, gate_id: str) -> None:
        self._gate_id = gate_id
        self._events: queue.Queue[Event] = queue.Queue(QUEUED_EVENTS)
        self._room = threading.BoundedSemaphore(QUEUED_LARGE)
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.MaximumPacketSize = MAX_PACKET_BYTES
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=gate_id, protocol=mqtt.MQTTv5)
        client.tls_set_context(_tls_context(endpoint))
        client.connect_timeout = CONNECT_S
        client.will_set(
            topics.gate(gate_id, GateChannel.HEALTH), encode_health(OFFLINE), qos=1, retain=True
        )
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        self._client = client
        try:
            client.connect(
                endpoint.host,
                endpoint.port,
                endpoint.keepalive_s,
                clean_start=True,
                properties=properties,
            )
        except (OSError, ValueError) as error:
            failure = SessionError(
                f"{endpoint.host}:{endpoint.port} cannot be reached: {error}. Crossings are kept "
                "and sent later; check the network and [broker] in gate.toml."
            )
            failure.no_network = isinstance(error, socket.gaierror) or (
                isinstance(error, OSError) and error.errno in NO_WAY
            )
            raise failure from error
        client.loop_start()

    def wait(self, timeout_s: float) -> Event | None:
        """Return the next event, None if there is none within `timeout_s`."""
        try:
            event = self._events.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if _is_large(event):
            self._room.release()
        return event

    def publish(self, channel: GateChannel, payload: bytes, *, retain: bool = False) -> None:
        """Hand a message to the connection, QoS 1. Only a receipt proves that it arrived."""
        self._client.publish(topics.gate(self._gate_id, channel), payload, qos=1, retain=retain)

    def close(self) -> None:
        """Disconnect cleanly, so that the broker does not publish the last will."""
        self._client.disconnect()
        self._client.loop_stop()

    def _put(self, event: Event) -> None:
        # A full queue means that the loop has long stopped reading: the session is lost anyway. An
        # exception in a callback would end paho's thread silently.
        if _is_large(event) and not self._room.acquire(blocking=False):
            self._client.disconnect()
            return
        try:
            self._events.put_nowait(event)
        except queue.Full:
            self._client.disconnect()

    def _on_connect(self, client: mqtt.Client, _u: Any, _f: Any, code: Any, _p: Any) -> None:
        if code.is_failure:
            self._put(Disconnected(code.value, str(code)))
        else:
            channels = (GateChannel.RECEIPT, *ROSTERS, GateChannel.COMMAND)
            own = [topics.gate(self._gate_id, channel) for channel in channels]
            client.subscribe(
                [(topic, 1) for topic in (*own, *(topics.district(one) for one in ROSTERS))]
            )

    def _on_subscribe(self, _c: Any, _u: Any, _mid: int, codes: list[Any], _p: Any) -> None:
        refused = [str(code) for code in codes if code.is_failure]
        self._put(
            Disconnected(0x87, f"subscription refused: {refused[0]}") if refused else Connected()
        )

    def _on_disconnect(self, client: mqtt.Client, _u: Any, _f: Any, code: Any, _p: Any) -> None:
        client.disconnect()  # or paho would reconnect by itself
        self._put(Disconnected(code.value, str(code)))

    def _on_publish(self, _c: Any, _u: Any, _mid: int, code: Any, _p: Any) -> None:
        if code.is_failure:
            self._put(PublishRefused(str(code)))

    def _on_message(self, _c: Any, _u: Any, message: mqtt.MQTTMessage) -> None:
        try:
            topic = topics.parse(message.topic)
        except ContractError:
            return  # an exception here would end paho's thread silently
        if isinstance(topic, topics.GateTopic | topics.DistrictTopic):
            self._put(Arrived(topic.channel, bytes(message.payload)))


def _is_large(event: Event) -> bool:
    return isinstance(event, Arrived) and len(event.payload) > LARGE_BYTES


def _tls_context(endpoint: BrokerEndpoint) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=str(endpoint.ca))
        context.load_cert_chain(endpoint.cert, endpoint.key)
    except (OSError, ssl.SSLError) as error:
        raise SessionError(
            f"the certificate files {endpoint.ca}, {endpoint.cert}, {endpoint.key} cannot be used: "
            f"{error}. Copy the gate's files again (gate-bridge gate add)."
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
