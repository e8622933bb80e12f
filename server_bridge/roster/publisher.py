"""Notices that gates are to be told something new, has it made in a thread, and publishes it.

What is retained is a convenience. What counts is the version that a gate says it goes by: one that
goes by another than the last is told again.
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
from server_bridge.roster.making import Maker, Signer, topic
from server_bridge.store.areas.levels import next_change
from server_bridge.store.changes.revisions import roster_revision_number
from server_bridge.store.database import Database, StoreError
from server_bridge.store.gates.gate_rosters import (
    BELIEVED_MS,
    EVERY_GATE,
    issued,
    stands,
    told_versions,
)

CHECK_MS = 10_000
"""How often what gates say they go by is compared with what was published."""
AGAIN_MS = 60_000
REFUSED_MS = 3_600_000
"""A gate that goes by another roster is told again after the first; one that says why, after the
second."""
FAILED_MS = 10_000
"""Before making is tried again after it failed."""
SLICE_BYTES = 1_048_576
"""What one call publishes, about."""

log = structlog.get_logger()


class RosterPublisher(RetainedPublisher):
    """Makes rosters in a thread of its own; publishes at most `SLICE_BYTES` in one call."""

    def __init__(self, database: Database, zone: ZoneInfo, signer: Signer) -> None:
        super().__init__()
        self._database = database
        self._zone = zone
        self._stopping = threading.Event()
        self._made: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
        self._maker = Maker(database, signer, self._put, self._stopping)
        self._thread = ThreadPoolExecutor(1, "rosters")
        self._work: Future[None] | None = None
        self._making: tuple[int, int] = (0, 0)
        self._revision = -1
        self._due_ms = 0
        self._checked_ms = 0
        self._failed_ms = 0
        self._afresh = False
        self._again: deque[str] = deque()
        self._said_ms: dict[str, int] = {}

    def forget(self) -> None:
        """Publish again to every gate that does not report the newest roster."""
        super().forget()
        self._said_ms.clear()
        self._checked_ms = 0
        self._afresh = True

    def publish(self, send: Send, now_ms: int) -> None:
        """Publish a slice of what is waiting, and look for changes. Raises StoreError."""
        self._send_slice(send)
        super().publish(send, now_ms)

    def collect(self, now_ms: int, _everything: bool, /) -> Iterable[Retained]:
        """Start making rosters if something changed; what is made waits for the next slices."""
        self._finish(now_ms)
        if self._work is None and abs(now_ms - self._failed_ms) >= FAILED_MS:
            self._begin(now_ms)
        if abs(now_ms - self._checked_ms) >= CHECK_MS:
            self._checked_ms = now_ms
            self._compare(now_ms)
        return ()

    def close(self) -> None:
        """Let the thread end with the school that it is at."""
        self._stopping.set()
        self._thread.shutdown()

    def _put(self, name: str, payload: bytes) -> None:
        self._made.put((name, payload))

    def _begin(self, now_ms: int) -> None:
        with self._database.read() as connection:
            revision = roster_revision_number(connection)
            if revision == self._revision and now_ms < self._due_ms:
                return
            coming = next_change(connection, now_ms)
        day = local_day(now_ms, self._zone)
        midnight = datetime.combine(day + timedelta(days=1), time(), self._zone)
        midnight_ms = round(midnight.timestamp() * 1000)
        self._making = (revision, min(midnight_ms, coming or midnight_ms))
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
            log.error("rosters not made, trying again", error=str(error))
        else:  # a fault of ours: crossings must be taken in nonetheless
            log.error("rosters not made", exc_info=error)

    def _compare(self, now_ms: int) -> None:
        with self._database.read() as connection:
            ours = {stand.scope: stand.version for stand in stands(connection)}
            told = told_versions(connection)
        afresh, self._afresh = self._afresh, False
        district = ours.pop(EVERY_GATE, 0)
        for gate_id, version in ours.items():
            health = told.get(gate_id)
            if health and version < health.roster_version <= now_ms + BELIEVED_MS:
                self._due_ms = 0  # it is ahead of us: a newer one is made
            if health and health.roster_version == version:
                continue
            pause_ms = REFUSED_MS if health and health.roster_fault else AGAIN_MS
            waited = abs(now_ms - max(version, self._said_ms.get(gate_id, 0))) >= pause_ms
            if afresh or (waited and health and health.hears):
                self._again.append(gate_id)
                self._said_ms[gate_id] = now_ms
        held = {one.district_version for one in told.values()}
        if afresh and district and (held != {district} or ours.keys() - told.keys()):
            self._again.append(EVERY_GATE)

    def _send_slice(self, send: Send) -> None:
        room = SLICE_BYTES
        while room > 0 and not self._made.empty():
            name, payload = self._made.get_nowait()
            send(name, payload)
            room -= len(payload)
        while room > 0 and self._again:
            scope = self._again[0]
            with self._database.read() as connection:
                row = issued(connection, scope)
            self._again.popleft()
            if row:
                send(topic(scope, GateChannel.ROSTER), row.full_payload)
                if row.changes_payload:
                    send(topic(scope, GateChannel.ROSTER_CHANGES), row.changes_payload)
                room -= len(row.full_payload) + len(row.changes_payload)
