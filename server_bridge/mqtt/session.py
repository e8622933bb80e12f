"""Connect the bridge to the MQTT broker. This is the only module of the bridge that imports paho.

Messages are acknowledged explicitly, after COMMIT. The broker holds back messages when more than
`RECEIVE_MAXIMUM` are unacknowledged, which bounds the bridge's memory. Messages with QoS 0 are not
subject to that limit and are ignored. paho's thread only fills a queue.
"""

import queue
import ssl
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as mqtt
import paho.mqtt.properties
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.exception import MalformedPacket
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from gate_contract import topics
from gate_contract.crossing import MAX_PAYLOAD_BYTES
from gate_contract.errors import SchoolgateError
from gate_contract.topics import GateChannel
from server_bridge.mqtt.endpoint import BrokerEndpoint

CLIENT_ID = "bridge"
RECEIVE_MAXIMUM = 256
MAX_PACKET_BYTES = MAX_PAYLOAD_BYTES + 4096
"""The broker drops larger packets.

No message from a gate is larger; rosters are only sent to gates.
"""
SESSION_EXPIRY_S = 86_400
"""How long the broker keeps messages for a disconnected bridge; gates resend what it discards."""
CONNECT_S = 10
KEEPALIVE_S = 20
"""A half-open connection is detected, without data until then, after 1.5 times this."""
MAX_UNPRODUCTIVE_SESSIONS = 3
"""After so many consecutive sessions without any acknowledged message, the next starts clean."""


def _read_utf(buffer: bytes, maxlen: int) -> tuple[str, int]:
    """Return a string of a packet, and its length in the packet.

    paho's own function treats U+FEFF as malformed and disconnects, although MQTT allows it
    (1.5.4-3) and the broker forwards it: with it, a gate could keep the bridge from connecting.
    """
    length = int.from_bytes(buffer[:2], "big")
    if maxlen < 2 or length > maxlen - 2:
        raise MalformedPacket("a string is longer than its packet")
    return buffer[2 : 2 + length].decode("utf-8", "replace"), length + 2


paho.mqtt.properties.readUTF = _read_utf


class BrokerError(SchoolgateError):
    """The broker cannot be reached or refuses the bridge."""


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """A received message that is not yet acknowledged."""

    topic: str
    payload: bytes
    mid: int
    qos: int


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The connection is open, and every subscription was granted."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection has ended; messages that were not acknowledged will be delivered again."""

    reason: str


Event = ReceivedMessage | Subscribed | Disconnected


class BridgeSession:
    """One connection, discarded when it ends: a mid is only acknowledged on its own connection.

    `clean_start`: let the broker discard what it kept for the bridge; gates send it again.

    Raises:
        BrokerError: the certificate files cannot be used, or the broker does not answer.
    """

    def __init__(self, endpoint: BrokerEndpoint, *, clean_start: bool = False) -> None:
        self.has_acknowledged = False
        self._clean_start = clean_start
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=CLIENT_ID,
            protocol=mqtt.MQTTv5,
            manual_ack=True,
        )
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.connect_timeout = CONNECT_S
        client.will_set(topics.BRIDGE_STATE, b"offline", qos=1, retain=True)
        self._client = client
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.ReceiveMaximum = RECEIVE_MAXIMUM
        properties.MaximumPacketSize = MAX_PACKET_BYTES
        properties.SessionExpiryInterval = SESSION_EXPIRY_S
        try:
            context = ssl.create_default_context(cafile=str(endpoint.ca))
            context.load_cert_chain(endpoint.cert, endpoint.key)
            client.tls_set_context(context)
            client.connect(
                endpoint.host,
                endpoint.port,
                KEEPALIVE_S,
                clean_start=clean_start,
                properties=properties,
            )
        except (OSError, ValueError) as error:
            raise BrokerError(
                f"the broker {endpoint.host}:{endpoint.port} cannot be reached: {error}. Is "
                "mosquitto running with the files of: gate-bridge broker-config?"
            ) from error
        client.loop_start()

    def wait(self, timeout_s: float) -> Event | None:
        """Return the next event, or None if there is none within `timeout_s`."""
        try:
            return self._events.get(timeout=timeout_s) if timeout_s else self._events.get_nowait()
        except queue.Empty:
            return None

    def acknowledge(self, message: ReceivedMessage) -> None:
        """Acknowledge `message`, so that the broker discards it. Call this only after COMMIT."""
        self.has_acknowledged = True
        self._client.ack(message.mid, message.qos)

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish a retained message with QoS 1."""
        self._client.publish(topic, payload, qos=1, retain=True)

    def close(self) -> None:
        """Disconnect; the broker then publishes the last will."""
        reason = ReasonCode(PacketTypes.DISCONNECT, "Disconnect with will message")
        self._client.disconnect(reasoncode=reason)
        self._client.loop_stop()

    def _on_connect(self, client: mqtt.Client, _u: Any, _f: Any, code: Any, _p: Any) -> None:
        if code.is_failure:
            self._events.put(Disconnected(str(code)))
        else:
            # Retained messages come with every subscription; one may have ended the last session.
            handling = SubscribeOptions.RETAIN_DO_NOT_SEND if self._clean_start else 0
            options = SubscribeOptions(qos=1, retainHandling=handling)
            channels = (GateChannel.CROSSINGS, GateChannel.HEALTH, GateChannel.LOG)
            client.subscribe([(topics.every_gate(channel), options) for channel in channels])

    def _on_subscribe(self, _c: Any, _u: Any, _mid: int, codes: list[Any], _p: Any) -> None:
        refused = [str(code) for code in codes if code.is_failure]
        if not refused:
            self.publish(topics.BRIDGE_STATE, b"online")
        self._events.put(
            Disconnected(f"subscription refused: {refused[0]}") if refused else Subscribed()
        )

    def _on_disconnect(self, client: mqtt.Client, _u: Any, _f: Any, code: Any, _p: Any) -> None:
        client.disconnect()  # otherwise paho reconnects by itself
        self._events.put(Disconnected(str(code)))

    def _on_message(self, _c: Any, _u: Any, message: mqtt.MQTTMessage) -> None:
        if message.qos == 0:
            return
        self._events.put(
            ReceivedMessage(message.topic, bytes(message.payload), message.mid, message.qos)
        )


class SessionOpener:
    """Opens sessions one after the other, with a clean start after several unsuccessful ones.

    A message that paho cannot read ends its session, and the broker would deliver it again without
    end. Therefore, after `MAX_UNPRODUCTIVE_SESSIONS` sessions that acknowledged nothing, the next
    one starts clean.
    """

    def __init__(self, endpoint: BrokerEndpoint) -> None:
        self._endpoint = endpoint
        self._last: BridgeSession | None = None
        self._unproductive = 0

    def __call__(self) -> BridgeSession:
        """Open a session. Raises BrokerError."""
        if self._last is not None:
            self._unproductive = 0 if self._last.has_acknowledged else self._unproductive + 1
            self._last = None
        self._last = BridgeSession(
            self._endpoint, clean_start=self._unproductive >= MAX_UNPRODUCTIVE_SESSIONS
        )
        return self._last
