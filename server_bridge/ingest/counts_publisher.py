"""Publish the counts of every unit, retained, at most once a second and only when they changed."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

import msgspec

from gate_contract import topics
from gate_contract.counts import encode_counts
from server_bridge.mqtt.retained import Retained, RetainedPublisher
from server_bridge.store.changes.revisions import revision_number
from server_bridge.store.database import Database
from server_bridge.store.live import snapshot, unit_counts

REFRESH_MS = 60_000
"""Midnight changes counts without any crossing, so they are computed this often."""


class CountsPublisher(RetainedPublisher):
    """Publishes counts when the database's revision has grown, and each minute."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        super().__init__()
        self._database = database
        self._zone = zone
        self._revision = -1
        self._computed_ms = 0

    def collect(self, now_ms: int, everything: bool, /) -> Iterable[Retained] | None:
        """Return the counts of every unit; a new time alone does not make them new."""
        with self._database.read() as connection:
            unchanged = not everything and revision_number(connection) == self._revision
            # abs: the server's own clock may be set back.
            if unchanged and abs(now_ms - self._computed_ms) < REFRESH_MS:
                return None
            shown = snapshot(connection, now_ms, self._zone)
        self._revision, self._computed_ms = shown.revision, now_ms
        counted = [(state.unit_id, unit_counts(state, shown)) for state in shown.units]
        return [
            Retained(
                topics.counts(unit_id),
                encode_counts(counts),
                state=msgspec.structs.replace(counts, as_of=0),
            )
            for unit_id, counts in counted
        ]
