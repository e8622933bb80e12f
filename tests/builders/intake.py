"""Store messages in a district's database, and read the result."""

from collections.abc import Iterable

from server_bridge.ingest.inbox import Inbox, InboxResult
from server_bridge.reports.recount import find_wrong_tallies
from server_bridge.store.crossings.audit import count_faults, prove_ledgers
from server_bridge.store.database import Database
from server_bridge.store.live import Snapshot, UnitState, snapshot
from tests.builders.school import ZONE
from tests.fakes.clock import MORNING_MS

NOW_MS = MORNING_MS + 3_600_000
MINUTE_MS = 60_000


def take(
    database: Database, letters: Iterable[tuple[str, bytes]], now_ms: int = NOW_MS
) -> InboxResult:
    return Inbox(database, ZONE).store(list(letters), now_ms)


def look(database: Database, now_ms: int = NOW_MS) -> Snapshot:
    with database.read() as connection:
        return snapshot(connection, now_ms, ZONE)


def unit(shown: Snapshot, unit_id: str) -> UnitState:
    return next(state for state in shown.units if state.unit_id == unit_id)


def figures(database: Database, unit_id: str, now_ms: int = NOW_MS) -> tuple[int, int, int, int]:
    """Inside, in, out, people."""
    state = unit(look(database, now_ms), unit_id)
    return (state.inside, state.entered, state.left, state.people)


def assert_sound(database: Database) -> None:
    with database.read() as connection:
        assert [proof.fault for proof in prove_ledgers(connection) if proof.fault] == []
        assert count_faults(connection) == []
        assert find_wrong_tallies(connection, ZONE) == []
