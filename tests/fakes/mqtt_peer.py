"""One paho client over mutual TLS that keeps all messages and never reconnects by itself."""

import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from server_bridge.pki import Identity
from tests.fakes.broker import Broker
from tests.fakes.patience import PATIENCE_S

NO_SUBSCRIBERS = 0x10


def tls(folder: Path) -> ssl.SSLContext:
    """Return a party's TLS context, as strict as Python 3.13's."""
    context = ssl.create_default_context(cafile=folder / "ca.pem")
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


class Peer:
    """An MQTT client. Reason codes are numbers: 0 is success, 0x80 and above are refusals."""

    def __init__(self, broker: Broker, identity: Identity | Path) -> None:
        self.connect_reason: int | None = None
        self.disconnect_reason: int | None = None
        self.told_why = False
        """Whether the broker sent a DISCONNECT packet, rather than just closing."""
        self.messages: list[tuple[str, bytes, bool]] = []
        """Topic, payload, retained."""
        self._answers: dict[int, int] = {}
        self._changed = threading.Condition()
        folder = identity if isinstance(identity, Path) else broker.identity(identity)
        self._client = Client(
            CallbackAPIVersion.VERSION2, protocol=MQTTv5, reconnect_on_failure=False
        )
        self._client.tls_set_context(tls(folder))
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_publish = self._on_answer
        self._client.on_subscribe = self._on_answer
        self._broker = broker

    def __enter__(self) -> Self:
        """Connect. Raises ssl.SSLError or OSError where TLS is refused before MQTT begins."""
        self._client.connect(self._broker.host, self._broker.port)
        self._client.loop_start()
        self.wait(lambda: self.connect_reason is not None or self.gone)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def gone(self) -> bool:
        return self.disconnect_reason is not None

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int | None:
        """Publish; return the reason code of the PUBACK, None where the connection ended instead.

        0x10, accepted without a subscriber, is returned as 0.
        """
        mid = self._client.publish(topic, payload, qos=1, retain=retain).mid
        self.wait(lambda: mid in self._answers or self.gone)
        reason = self._answers.get(mid)
        return 0 if reason == NO_SUBSCRIBERS else reason

    def subscribe(self, topic_filter: str) -> int | None:
        """Subscribe; return the SUBACK's reason code, None where the connection ended instead."""
        _, mid = self._client.subscribe(topic_filter, qos=1)
        assert mid is not None
        self.wait(lambda: mid in self._answers or self.gone)
        return self._answers.get(mid)

    def subscribe_later(self, topic_filter: str) -> None:
        """Subscribe without waiting for the answer, for use in a callback."""
        self._client.subscribe(topic_filter, qos=1)

    def hear(self, topic: str) -> bytes:
        """Wait for the first message on `topic`; return its payload."""
        self.wait(lambda: any(message[0] == topic for message in self.messages))
        return next(payload for heard, payload, _ in self.messages if heard == topic)

    def wait(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, PATIENCE_S), f"waited in vain: {vars(self)}"

    def _on_connect(self, _c: Any, _u: Any, _f: Any, reason: ReasonCode, _p: Any) -> None:
        with self._changed:
            self.connect_reason = reason.value
            self._changed.notify_all()

    def _on_disconnect(self, _c: Any, _u: Any, flags: Any, reason: ReasonCode, _p: Any) -> None:
        with self._changed:
            self.told_why = flags.is_disconnect_packet_from_server
            self.disconnect_reason = reason.value
            self._changed.notify_all()

    def _on_message(self, _c: Any, _u: Any, message: MQTTMessage) -> None:
        with self._changed:
            self.messages.append((message.topic, bytes(message.payload), message.retain))
            self._changed.notify_all()

    def _on_answer(self, _c: Any, _u: Any, mid: int, reason: Any, _p: Any) -> None:
        with self._changed:
            self._answers[mid] = (reason[0] if isinstance(reason, list) else reason).value
            self._changed.notify_all()
