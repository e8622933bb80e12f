"""Publish retained messages from the database, each only when it has changed."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

Send = Callable[[str, bytes], None]
"""Publishes a payload on a topic: retained, QoS 1."""


@dataclass(frozen=True, slots=True)
class Retained:
    """A retained message; `state` decides whether it has changed, or the payload if it is None."""

    topic: str
    payload: bytes
    state: object = None


class RetainedPublisher(ABC):
    """Collects messages once per `period_ms` and publishes those not yet sent on this connection.

    `publish` is called often, from one thread, and returns at once when nothing is due.
    """

    period_ms: ClassVar[int] = 1_000

    def __init__(self) -> None:
        self._sent: dict[str, object] = {}
        self._everything = True
        self._collected_ms: int | None = None

    def forget(self) -> None:
        """Forget what was sent, so that everything is published again.

        A broker may have lost its retained messages.
        """
        self._sent.clear()
        self._everything = True
        self._collected_ms = None

    def publish(self, send: Send, now_ms: int) -> None:
        """Publish what has changed. `now_ms` is UTC.

        Raises:
            StoreError: the database cannot be read now; the next call tries again.
        """
        # abs: the server's own clock may be set back.
        last_ms = self._collected_ms
        if last_ms is not None and abs(now_ms - last_ms) < self.period_ms:
            return
        messages = self.collect(now_ms, self._everything)
        if messages is None:
            return
        self._collected_ms, self._everything = now_ms, False
        for message in messages:
            state = message.payload if message.state is None else message.state
            if self._sent.get(message.topic) != state:
                send(message.topic, message.payload)
                self._sent[message.topic] = state

    @abstractmethod
    def collect(self, now_ms: int, everything: bool, /) -> Iterable[Retained] | None:
        """Return the messages that may have changed, or all of them if `everything`.

        None means that nothing can have changed; the next call to `publish` then collects again at
        once.

        Raises:
            StoreError: the database cannot be read now.
        """
