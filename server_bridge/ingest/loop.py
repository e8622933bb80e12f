"""The bridge's ingest loop: take what has queued up, commit once, acknowledge, send receipts."""

import threading
import time
from collections.abc import Callable, Mapping

import structlog

from gate_contract import topics
from gate_contract.receipt import Receipt, encode_receipt
from gate_contract.topics import GateChannel
from server_bridge.ingest.inbox import Inbox, Taken
from server_bridge.ingest.intake import latest_receipts
from server_bridge.mqtt.retained import RetainedPublisher
from server_bridge.mqtt.session import (
    BridgeSession,
    BrokerError,
    Disconnected,
    Event,
    ReceivedMessage,
    Subscribed,
)
from server_bridge.store.database import Database, StoreError

IDLE_S = 0.2
PAUSE_S = 1.0
"""Before the broker or the database is tried again."""
FOLDED = 64
"""Messages in one transaction, at the most."""

log = structlog.get_logger()


class IngestLoop:
    """One `step` is a handful of events or one short wait. Failures of broker or database are
    waited out."""

    def __init__(
        self,
        database: Database,
        inbox: Inbox,
        publishers: Mapping[str, RetainedPublisher],
        open_session: Callable[[], BridgeSession],
        now_ms: Callable[[], int],
        stopping: threading.Event,
        alive: Callable[[], None] = lambda: None,
        took: Callable[[Taken, int, float], None] = lambda _taken, _messages, _seconds: None,
    ) -> None:
        """Take `publishers` by the name of what they publish.

        `took` is called after every commit with what it stored, the number of messages, and the
        seconds that it took.
        """
        self._database = database
        self._inbox = inbox
        self._publishers = publishers
        self._open_session = open_session
        self._now_ms = now_ms
        self._stopping = stopping
        self._alive = alive
        self._took = took
        self._session: BridgeSession | None = None
        self._events: list[Event] = []
        self._subscribed = self._told = False
        self._said = ""

    def run(self) -> None:
        """Step until told to stop."""
        try:
            while not self._stopping.is_set():
                self.step(self._stopping.wait)
        finally:
            self.close()

    def step(self, sleep: Callable[[float], object]) -> None:
        """Store, acknowledge and answer what has come, or wait for it."""
        self._alive()
        session = self._ready_session()
        if session is None:
            sleep(PAUSE_S)
            return
        self._events = self._events or self._gather(session)
        messages = [event for event in self._events if isinstance(event, ReceivedMessage)]
        if messages and not self._take(session, messages):
            sleep(PAUSE_S)
            return
        events, self._events = self._events, []
        for event in events:
            if isinstance(event, Disconnected):
                self._end_session(event.reason)
                sleep(PAUSE_S)
                return
            if isinstance(event, Subscribed):
                log.info("ingesting")
                for publisher in self._publishers.values():
                    publisher.forget()
                self._subscribed = True
        if self._subscribed:
            self._told = self._told or self._tell_where_all_stand(session)
            self._publish(session)

    def close(self) -> None:
        """Leave the broker; it keeps what was not acknowledged."""
        if self._session:
            self._session.close()
        self._session = None

    def _ready_session(self) -> BridgeSession | None:
        if self._session is None:
            try:
                self._session = self._open_session()
            except BrokerError as error:
                self._say("broker", str(error))
            else:
                self._said = ""
                self._subscribed = self._told = False
        return self._session

    def _end_session(self, reason: str) -> None:
        self.close()
        log.info("broker", ended=reason)

    def _gather(self, session: BridgeSession) -> list[Event]:
        events: list[Event] = []
        while len(events) < FOLDED:
            event = session.wait(0 if events else IDLE_S)
            if event is None:
                break
            events.append(event)
        return events

    def _take(self, session: BridgeSession, messages: list[ReceivedMessage]) -> bool:
        """Store and acknowledge. False if the database cannot be written: to be tried again."""
        letters = [(message.topic, message.payload) for message in messages]
        began = time.perf_counter()
        try:
            taken = self._inbox.take(letters, self._now_ms())
        except StoreError as error:
            self._say("nothing stored, trying again", str(error))
            return False
        self._said = ""
        self._took(taken, len(letters), time.perf_counter() - began)
        for message in messages:
            session.acknowledge(message)
        for gate_id, receipt in taken.receipts.items():
            self._send_receipt(session, gate_id, receipt)
        return True

    def _say(self, what: str, error: str) -> None:
        """Log a failure once, not every time round."""
        if error != self._said:
            self._said = error
            log.error(what, error=error)

    def _tell_where_all_stand(self, session: BridgeSession) -> bool:
        # A bridge restored from a backup stands further back than its gates believe, and a broker
        # may have lost what it retained: every gate is told.
        try:
            with self._database.read() as connection:
                receipts = latest_receipts(connection)
        except StoreError as error:
            log.error("receipts", error=str(error))  # noqa: TRY400
            return False
        for gate_id, receipt in receipts.items():
            self._send_receipt(session, gate_id, receipt)
        return True

    def _send_receipt(self, session: BridgeSession, gate_id: str, receipt: Receipt) -> None:
        session.publish(topics.gate(gate_id, GateChannel.RECEIPT), encode_receipt(receipt))

    def _publish(self, session: BridgeSession) -> None:
        for what, publisher in self._publishers.items():
            try:
                publisher.publish(session.publish, self._now_ms())
            except StoreError as error:
                log.error("not published", what=what, error=str(error))  # noqa: TRY400
