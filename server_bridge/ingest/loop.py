"""The bridge's ingest loop: take what has queued up, commit once, acknowledge, send receipts."""

import threading
from collections.abc import Callable

import structlog

from gate_contract import topics
from gate_contract.receipt import Receipt, encode_receipt
from gate_contract.topics import Channel
from server_bridge.fleet.office import OrdersOffice
from server_bridge.ingest.inbox import Inbox
from server_bridge.ingest.intake import latest_receipts
from server_bridge.ingest.publisher import Publisher
from server_bridge.ingest.session import (
    BridgeSession,
    BrokerError,
    Ended,
    Event,
    Message,
    Subscribed,
)
from server_bridge.roster.office import RosterOffice
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
        publisher: Publisher,
        open_session: Callable[[], BridgeSession],
        now_ms: Callable[[], int],
        stopping: threading.Event,
        alive: Callable[[], None] = lambda: None,
        rosters: RosterOffice | None = None,
        orders: OrdersOffice | None = None,
    ) -> None:
        self._database = database
        self._inbox = inbox
        self._publisher = publisher
        self._open_session = open_session
        self._now_ms = now_ms
        self._stopping = stopping
        self._alive = alive
        self._rosters = rosters
        self._orders = orders
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
            if self._rosters:
                self._rosters.close()

    def step(self, sleep: Callable[[float], object]) -> None:
        """Store, acknowledge and answer what has come, or wait for it."""
        self._alive()
        session = self._ready_session()
        if session is None:
            sleep(PAUSE_S)
            return
        self._events = self._events or self._gather(session)
        messages = [event for event in self._events if isinstance(event, Message)]
        if messages and not self._take(session, messages):
            sleep(PAUSE_S)
            return
        events, self._events = self._events, []
        for event in events:
            if isinstance(event, Ended):
                self._end_session(event.reason)
                sleep(PAUSE_S)
                return
            if isinstance(event, Subscribed):
                log.info("ingesting")
                self._publisher.forget()
                if self._rosters:
                    self._rosters.forget()
                if self._orders:
                    self._orders.forget()
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

    def _take(self, session: BridgeSession, messages: list[Message]) -> bool:
        """Store and acknowledge. False if the database cannot be written: to be tried again."""
        letters = [(message.topic, message.payload) for message in messages]
        try:
            taken = self._inbox.take(letters, self._now_ms())
        except StoreError as error:
            self._say("nothing stored, trying again", str(error))
            return False
        self._said = ""
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
        session.publish(topics.gate(gate_id, Channel.RECEIPT), encode_receipt(receipt))

    def _publish(self, session: BridgeSession) -> None:
        try:
            self._publisher.publish(session.publish, self._now_ms())
        except StoreError as error:
            log.error("counts not published", error=str(error))  # noqa: TRY400
        try:
            if self._rosters:
                self._rosters.publish(session.publish, self._now_ms())
        except StoreError as error:
            log.error("rosters not published", error=str(error))  # noqa: TRY400
        try:
            if self._orders:
                self._orders.publish(session.publish, self._now_ms())
        except StoreError as error:
            log.error("orders not published", error=str(error))  # noqa: TRY400
