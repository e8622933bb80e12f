"""Retained counts topics: every unit once a second at the most, and only what has changed."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import msgspec

from gate_contract import topics
from gate_contract.counts import UnitCounts, encode_counts
from server_bridge.store.database import Database
from server_bridge.store.live import revision_number, snapshot, unit_counts

PERIOD_MS = 1_000
REFRESH_MS = 60_000
"""Midnight changes counts without any crossing: looked at this often."""


class CountsPublisher:
    """Publishes through `send(topic, payload)`. `forget` after a new connection."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._database = database
        self._zone = zone
        self._said: dict[str, UnitCounts] = {}
        self._revision = -1
        self._looked_ms = 0

    def forget(self) -> None:
        """The broker may have lost what was retained: say everything again."""
        self._said.clear()
        self._revision = -1

    def publish(self, send: Callable[[str, bytes], None], now_ms: int) -> None:
        """Publish what has changed, unless that was done within the last second.

        Raises:
            StoreError: the database cannot be read now.
        """
        # abs: the server's own clock may be set back.
        if abs(now_ms - self._looked_ms) < PERIOD_MS:
            return
        with self._database.read() as connection:
            unchanged = revision_number(connection) == self._revision
            if unchanged and abs(now_ms - self._looked_ms) < REFRESH_MS:
                return
            shown = snapshot(connection, now_ms, self._zone)
        self._revision, self._looked_ms = shown.revision, now_ms
        for state in shown.units:
            counts = unit_counts(state, shown)
            before = self._said.get(state.unit_id)
            if before is None or msgspec.structs.replace(before, as_of=counts.as_of) != counts:
                send(topics.counts(state.unit_id), encode_counts(counts))
                self._said[state.unit_id] = counts
