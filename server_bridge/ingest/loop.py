"""The bridge's ingest loop: take what has queued up, commit once, acknowledge, send receipts."""

import threading
from collections.abc import Callable

import structlog

from gate_contract import topics
from gate_contract.receipt import Receipt, encode_receipt
from gate_contract.topics import Channel
from server_bridge.ingest.inbox import Inbox
from server_bridge.ingest.publisher import Publisher
from server_bridge.ingest.session import (
    BridgeSession,
    BrokerError,
    Ended,
    Event,
    Message,
    Subscribed,
)
from server_bridge.store.database import Database, StoreError
from server_bridge.store.intake import latest_receipts

IDLE_S = 0.2
PAUSE_S = 1.0
"""Before the broker or the database is tried again."""
FOLDED = 64
"""Messages in one transaction, at the most."""

log = structlog.get_logger()


class IngestLoop:
    """Runs until `stopping` is set. Failures of broker or database are waited out."""

    def __init__(
        self,
        database: Database,
        inbox: Inbox,
        publisher: Publisher,
        open_session: Callable[[], BridgeSession],
        now_ms: Callable[[], int],
        stopping: threading.Event,
        alive: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._inbox = inbox
        self._publisher = publisher
        self._open_session = open_session
        self._now_ms = now_ms
        self._stopping = stopping
        self._alive = alive

    def run(self) -> None:
        """Connect, and again whenever the connection ends, until told to stop."""
        said = ""
        while not self._stopping.is_set():
            try:
                session = self._open_session()
            except BrokerError as error:
                if str(error) != said:
                    said = str(error)
                    log.error("broker", error=said)  # noqa: TRY400 (expected; no traceback)
                self._alive()
                self._stopping.wait(PAUSE_S)
                continue
            said = ""
            try:
                reason = self._serve(session)
            finally:
                session.close()
            log.info("broker", ended=reason)
            self._stopping.wait(PAUSE_S)

    def _serve(self, session: BridgeSession) -> str:
        """Work on one connection until it ends; returns why."""
        subscribed = told = False
        while not self._stopping.is_set():
            self._alive()
            events = self._gather(session)
            messages = [event for event in events if isinstance(event, Message)]
            if messages and not self._take(session, messages):
                return "the database was not writable"
            for event in events:
                if isinstance(event, Ended):
                    return event.reason
                if isinstance(event, Subscribed):
                    log.info("ingesting")
                    self._publisher.forget()
                    subscribed = True
            if subscribed:
                told = told or self._tell_where_all_stand(session)
                self._publish(session)
        return "stopping"

    def _gather(self, session: BridgeSession) -> list[Event]:
        events: list[Event] = []
        while len(events) < FOLDED:
            event = session.wait(0 if events else IDLE_S)
            if event is None:
                break
            events.append(event)
        return events

    def _take(self, session: BridgeSession, messages: list[Message]) -> bool:
        """Store and acknowledge; tried until it works. False if told to stop before it did."""
        said = ""
        while True:
            try:
                letters = [(message.topic, message.payload) for message in messages]
                taken = self._inbox.take(letters, self._now_ms())
                break
            except StoreError as error:
                if str(error) != said:
                    said = str(error)
                    log.error("nothing stored, trying again", error=said)  # noqa: TRY400
            self._alive()
            if self._stopping.wait(PAUSE_S):
                return False
        for message in messages:
            session.acknowledge(message)
        for gate_id, receipt in taken.receipts.items():
            self._send_receipt(session, gate_id, receipt)
        return True

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
        session.publish(topics.gate(gate_id, Channel.RECEIPT), encode_receipt(receipt))

    def _publish(self, session: BridgeSession) -> None:
        try:
            self._publisher.publish(session.publish, self._now_ms())
        except StoreError as error:
            log.error("counts not published", error=str(error))  # noqa: TRY400
