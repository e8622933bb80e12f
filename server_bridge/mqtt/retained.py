"""Publish retained messages from the database, each only when it has changed."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

Send = Callable[[str, bytes], None]
"""Publishes a payload on a topic, retained, QoS 1."""


@dataclass(frozen=True, slots=True)
class Retained:
    """A retained message. `state` decides whether it has changed; without it, the payload does."""

    topic: str
    payload: bytes
    state: object = None


class RetainedPublisher(ABC):
    """Collect messages once in `period_ms`, and publish those that this connection has not had.

    `publish` is called often, from one thread, and returns at once when nothing is due.
    """

    period_ms: ClassVar[int] = 1_000

    def __init__(self) -> None:
        self._sent: dict[str, object] = {}
        self._everything = True
        self._collected_ms: int | None = None

    def forget(self) -> None:
        """Publish everything again: a broker may have lost what it retained."""
        self._sent.clear()
        self._everything = True
        self._collected_ms = None

    def publish(self, send: Send, now_ms: int) -> None:
        """Publish what has changed. `now_ms`: UTC.

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
        """Return the messages that may have changed, all of them if `everything`.

        None: nothing can have changed, and the next call may ask again at once.

        Raises:
            StoreError: the database cannot be read now.
        """
