"""Run the ingest loop: read queued messages, commit once, acknowledge, send receipts."""

import threading
import time
from collections.abc import Callable, Mapping

import structlog

from gate_contract import topics
from gate_contract.receipt import Receipt, encode_receipt
from gate_contract.topics import GateChannel
from server_bridge.ingest.inbox import Inbox, InboxResult
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
"""The wait before the broker or the database is tried again."""
MAX_MESSAGES = 64
"""The maximum number of messages in one transaction."""

log = structlog.get_logger()


class IngestLoop:
    """Handles a batch of events per `step`, or waits; retries if the broker or database fails."""

    def __init__(
        self,
        database: Database,
        inbox: Inbox,
        publishers: Mapping[str, RetainedPublisher],
        open_session: Callable[[], BridgeSession],
        now_ms: Callable[[], int],
        stopping: threading.Event,
        heartbeat: Callable[[], None] = lambda: None,
        on_commit: Callable[
            [InboxResult, int, float], None
        ] = lambda _result, _messages, _seconds: None,
    ) -> None:
        """Create a loop that runs `publishers`, which are named by what they publish.

        After every commit `on_commit` is called with the stored result, the number of messages, and
        the duration in seconds. `heartbeat` is called in every step.
        """
        self._database = database
        self._inbox = inbox
        self._publishers = publishers
        self._open_session = open_session
        self._now_ms = now_ms
        self._stopping = stopping
        self._heartbeat = heartbeat
        self._on_commit = on_commit
        self._session: BridgeSession | None = None
        self._events: list[Event] = []
        self._subscribed = self._receipts_sent = False
        self._logged_error = ""

    def run(self) -> None:
        """Run steps until `stopping` is set."""
        try:
            while not self._stopping.is_set():
                self.step(self._stopping.wait)
        finally:
            self.close()

    def step(self, sleep: Callable[[float], object]) -> None:
        """Store and acknowledge received messages and send receipts, or wait for messages."""
        self._heartbeat()
        session = self._ready_session()
        if session is None:
            sleep(PAUSE_S)
            return
        self._events = self._events or self._gather(session)
        messages = [event for event in self._events if isinstance(event, ReceivedMessage)]
        if messages and not self._store(session, messages):
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
            self._receipts_sent = self._receipts_sent or self._send_all_receipts(session)
            self._publish(session)

    def close(self) -> None:
        """Disconnect from the broker, which keeps unacknowledged messages."""
        if self._session:
            self._session.close()
        self._session = None

    def _ready_session(self) -> BridgeSession | None:
        if self._session is None:
            try:
                self._session = self._open_session()
            except BrokerError as error:
                self._log_once("no connection to the broker, retrying", str(error))
            else:
                self._logged_error = ""
                self._subscribed = self._receipts_sent = False
        return self._session

    def _end_session(self, reason: str) -> None:
        self.close()
        log.info("connection to the broker ended", reason=reason)

    def _gather(self, session: BridgeSession) -> list[Event]:
        events: list[Event] = []
        while len(events) < MAX_MESSAGES:
            event = session.wait(0 if events else IDLE_S)
            if event is None:
                break
            events.append(event)
        return events

    def _store(self, session: BridgeSession, messages: list[ReceivedMessage]) -> bool:
        """Store and acknowledge messages; return False if the database cannot be written now."""
        payloads = [(message.topic, message.payload) for message in messages]
        began = time.perf_counter()
        try:
            result = self._inbox.store(payloads, self._now_ms())
        except StoreError as error:
            self._log_once("messages not stored, retrying", str(error))
            return False
        self._logged_error = ""
        self._on_commit(result, len(payloads), time.perf_counter() - began)
        for message in messages:
            session.acknowledge(message)
        for gate_id, receipt in result.receipts.items():
            self._send_receipt(session, gate_id, receipt)
        return True

    def _log_once(self, what: str, error: str) -> None:
        """Log a failure once, not in every step."""
        if error != self._logged_error:
            self._logged_error = error
            log.error(what, error=error)

    def _send_all_receipts(self, session: BridgeSession) -> bool:
        # A bridge restored from a backup has fewer records than its gates assume, and a broker may
        # have lost what it retained: every gate gets its receipt again.
        try:
            with self._database.read() as connection:
                receipts = latest_receipts(connection)
        except StoreError as error:
            log.error("receipts not sent, retrying", error=str(error))  # noqa: TRY400
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
