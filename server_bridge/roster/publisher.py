"""Detect changes that concern rosters, make the rosters in a thread, and publish them.

Retained messages are not relied on: a gate that reports another version than the newest gets its
roster again.
"""

import queue
import threading
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog

from gate_contract.school_day import local_day
from gate_contract.topics import GateChannel
from server_bridge.mqtt.retained import Retained, RetainedPublisher, Send
from server_bridge.roster.maker import RosterMaker, RosterSigner, roster_topic
from server_bridge.store.areas.levels import next_change
from server_bridge.store.changes.revisions import roster_revision_number
from server_bridge.store.database import Database, StoreError
from server_bridge.store.gates.gate_rosters import (
    EVERY_GATE,
    MAX_AHEAD_MS,
    find_issued,
    published_versions,
    reported_versions,
)

CHECK_MS = 10_000
"""How often the versions reported by gates are compared with the published ones."""
RESEND_AFTER_MS = 60_000
"""How long to wait before a roster is sent again to a gate that reports another version."""
RESEND_REFUSED_AFTER_MS = 3_600_000
"""The same for a gate that reports a fault in its roster."""
RETRY_AFTER_MS = 10_000
"""How long to wait before rosters are made again after a failure."""
SLICE_BYTES = 1_048_576
"""The approximate maximum that one call publishes."""

log = structlog.get_logger()


class RosterPublisher(RetainedPublisher):
    """Makes rosters in a thread; publishes about `SLICE_BYTES` per call."""

    def __init__(self, database: Database, zone: ZoneInfo, signer: RosterSigner) -> None:
        super().__init__()
        self._database = database
        self._zone = zone
        self._stopping = threading.Event()
        self._outgoing: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
        self._maker = RosterMaker(database, signer, self._enqueue, self._stopping)
        self._thread = ThreadPoolExecutor(1, "rosters")
        self._work: Future[None] | None = None
        self._making: tuple[int, int] = (0, 0)
        self._revision = -1
        self._due_ms = 0
        self._checked_ms = 0
        self._failed_ms = 0
        self._resend_all = False
        self._resend: deque[str] = deque()
        self._resent_ms: dict[str, int] = {}

    def forget(self) -> None:
        """Publish again to every gate that does not report the newest roster."""
        super().forget()
        self._resent_ms.clear()
        self._checked_ms = 0
        self._resend_all = True

    def publish(self, send: Send, now_ms: int) -> None:
        """Publish a slice of the waiting rosters, and check for changes. Raises StoreError."""
        self._send_slice(send)
        super().publish(send, now_ms)

    def collect(self, now_ms: int, _everything: bool, /) -> Iterable[Retained]:
        """Start making rosters if something has changed; `publish` sends them in later slices."""
        self._finish(now_ms)
        if self._work is None and abs(now_ms - self._failed_ms) >= RETRY_AFTER_MS:
            self._begin(now_ms)
        if abs(now_ms - self._checked_ms) >= CHECK_MS:
            self._checked_ms = now_ms
            self._compare(now_ms)
        return ()

    def close(self) -> None:
        """Stop the thread after the school in progress."""
        self._stopping.set()
        self._thread.shutdown()

    def _enqueue(self, name: str, payload: bytes) -> None:
        self._outgoing.put((name, payload))

    def _begin(self, now_ms: int) -> None:
        with self._database.read() as connection:
            revision = roster_revision_number(connection)
            if revision == self._revision and now_ms < self._due_ms:
                return
            next_ms = next_change(connection, now_ms)
        day = local_day(now_ms, self._zone)
        midnight = datetime.combine(day + timedelta(days=1), time(), self._zone)
        midnight_ms = round(midnight.timestamp() * 1000)
        self._making = (revision, min(midnight_ms, next_ms or midnight_ms))
        self._work = self._thread.submit(self._maker.make, now_ms, day)

    def _finish(self, now_ms: int) -> None:
        if self._work is None or not self._work.done():
            return
        error, self._work = self._work.exception(), None
        if error is None:
            self._revision, self._due_ms = self._making
            return
        self._failed_ms = now_ms
        if isinstance(error, StoreError):
            log.error("rosters not made, retrying", error=str(error))
        else:  # a bug: ingest in the same process must continue
            log.error("rosters not made", exc_info=error)

    def _compare(self, now_ms: int) -> None:
        with self._database.read() as connection:
            published = {one.scope: one.version for one in published_versions(connection)}
            reported = reported_versions(connection)
        resend_all, self._resend_all = self._resend_all, False
        district = published.pop(EVERY_GATE, 0)
        for gate_id, version in published.items():
            health = reported.get(gate_id)
            if health and version < health.roster_version <= now_ms + MAX_AHEAD_MS:
                self._due_ms = 0  # makes a version newer than the gate's
            if health and health.roster_version == version:
                continue
            pause_ms = (
                RESEND_REFUSED_AFTER_MS if health and health.roster_fault else RESEND_AFTER_MS
            )
            waited = abs(now_ms - max(version, self._resent_ms.get(gate_id, 0))) >= pause_ms
            if resend_all or (waited and health and health.is_reachable):
                self._resend.append(gate_id)
                self._resent_ms[gate_id] = now_ms
        reported_district = {one.district_version for one in reported.values()}
        if (
            resend_all
            and district
            and (reported_district != {district} or published.keys() - reported.keys())
        ):
            self._resend.append(EVERY_GATE)

    def _send_slice(self, send: Send) -> None:
        budget = SLICE_BYTES
        while budget > 0 and not self._outgoing.empty():
            name, payload = self._outgoing.get_nowait()
            send(name, payload)
            budget -= len(payload)
        while budget > 0 and self._resend:
            scope = self._resend[0]
            with self._database.read() as connection:
                row = find_issued(connection, scope)
            self._resend.popleft()
            if row:
                send(roster_topic(scope, GateChannel.ROSTER), row.full_payload)
                if row.changes_payload:
                    send(roster_topic(scope, GateChannel.ROSTER_CHANGES), row.changes_payload)
                budget -= len(row.full_payload) + len(row.changes_payload)
