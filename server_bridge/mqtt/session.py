"""The bridge's MQTT connection. The only module of the district that knows paho.

Messages are acknowledged by hand, after COMMIT. The broker holds back more than `RECEIVE_MAXIMUM`
unacknowledged ones, which bounds the bridge's memory; of QoS 0, which nothing holds back, none are
taken. paho's thread only fills a queue.
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
"""The broker drops what is larger: rosters go the other way, and no gate has more to say."""
SESSION_EXPIRY_S = 86_400
"""The broker keeps messages for an absent bridge this long; gates resend what it loses."""
CONNECT_S = 10
KEEPALIVE_S = 20
"""A half-open connection is noticed after one and a half of it: the district is blind so long."""
FRUITLESS = 3
"""Sessions in a row that ended before any message was taken: the next begins without the past."""


def _read_utf(buffer: bytes, maxlen: int) -> tuple[str, int]:
    """Reads a string of a packet. paho's own takes U+FEFF for malformed and hangs up, although
    MQTT allows it (1.5.4-3) and the broker forwards it: a gate could so keep the bridge away."""
    length = int.from_bytes(buffer[:2], "big")
    if maxlen < 2 or length > maxlen - 2:
        raise MalformedPacket("a string longer than its packet")
    return buffer[2 : 2 + length].decode("utf-8", "replace"), length + 2


paho.mqtt.properties.readUTF = _read_utf


class BrokerError(SchoolgateError):
    """The broker cannot be reached or refuses the bridge."""


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """One publication, not yet acknowledged."""

    topic: str
    payload: bytes
    mid: int
    qos: int


@dataclass(frozen=True, slots=True)
class Subscribed:
    """Connected, and every subscription granted."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection is over; what was not acknowledged will come again."""

    reason: str


Event = ReceivedMessage | Subscribed | Disconnected


class BridgeSession:
    """One connection, thrown away when it ends: a mid is acknowledged where it came from or never.

    `afresh`: have the broker forget what it kept for the bridge; gates send it again.

    Raises:
        BrokerError: the certificate files cannot be used, or the broker does not answer.
    """

    def __init__(self, endpoint: BrokerEndpoint, *, afresh: bool = False) -> None:
        self.fruitful = False
        self._afresh = afresh
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
                clean_start=afresh,
                properties=properties,
            )
        except (OSError, ValueError) as error:
            raise BrokerError(
                f"the broker {endpoint.host}:{endpoint.port} cannot be reached: {error}. Is "
                "mosquitto running with the files of: gate-bridge broker-config?"
            ) from error
        client.loop_start()

    def wait(self, timeout_s: float) -> Event | None:
        """The next event, None if there is none within `timeout_s`."""
        try:
            return self._events.get(timeout=timeout_s) if timeout_s else self._events.get_nowait()
        except queue.Empty:
            return None

    def acknowledge(self, message: ReceivedMessage) -> None:
        """Tell the broker that it may forget `message`. Only after COMMIT."""
        self.fruitful = True
        self._client.ack(message.mid, message.qos)

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish retained, QoS 1."""
        self._client.publish(topic, payload, qos=1, retain=True)

    def close(self) -> None:
        """Leave the broker, which then tells our last will."""
        reason = ReasonCode(PacketTypes.DISCONNECT, "Disconnect with will message")
        self._client.disconnect(reasoncode=reason)
        self._client.loop_stop()

    def _on_connect(self, client: mqtt.Client, _u: Any, _f: Any, code: Any, _p: Any) -> None:
        if code.is_failure:
            self._events.put(Disconnected(str(code)))
        else:
            # What is retained comes with every subscription, and may be what ended the last one.
            handling = SubscribeOptions.RETAIN_DO_NOT_SEND if self._afresh else 0
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
        client.disconnect()  # or paho would connect again by itself
        self._events.put(Disconnected(str(code)))

    def _on_message(self, _c: Any, _u: Any, message: mqtt.MQTTMessage) -> None:
        if message.qos == 0:
            return
        self._events.put(
            ReceivedMessage(message.topic, bytes(message.payload), message.mid, message.qos)
        )


class SessionOpener:
    """Opens one session after the other. A message that paho cannot read ends its session, and the
    broker would deliver it again for ever: after some sessions that took nothing, begin afresh."""

    def __init__(self, endpoint: BrokerEndpoint) -> None:
        self._endpoint = endpoint
        self._last: BridgeSession | None = None
        self._fruitless = 0

    def __call__(self) -> BridgeSession:
        """Connect. Raises BrokerError."""
        if self._last is not None:
            self._fruitless = 0 if self._last.fruitful else self._fruitless + 1
            self._last = None
        self._last = BridgeSession(self._endpoint, afresh=self._fruitless >= FRUITLESS)
        return self._last
