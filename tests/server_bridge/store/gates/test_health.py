"""Test that the history of a gate's health has an entry per change and a bounded size."""

import pytest

from gate_contract.health import Health, ScanHealth
from server_bridge.store.database import Database
from server_bridge.store.gates import health
from server_bridge.store.gates.health import HealthChange, health_changes, store_health
from tests.builders.school import GATE, OTHER_GATE
from tests.fakes.clock import MORNING_MS

WELL = Health(state="online", scan=ScanHealth(camera="ok", storage="ok", clock_trusted=True))
BLIND = Health(state="online", scan=ScanHealth(camera="failed", storage="ok"))
GONE = Health(state="offline")
S = 1_000
# The tests of the inbox cover PostgreSQL.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def changes_after(database: Database, *healths: tuple[int, Health]) -> list[HealthChange]:
    with database.write() as connection:
        for at_ms, one in healths:
            store_health(connection, GATE, one, MORNING_MS + at_ms)
    with database.read() as connection:
        assert health_changes(connection, OTHER_GATE) == []
        return [
            HealthChange(change.at_ms - MORNING_MS, change.state, change.faults)
            for change in health_changes(connection, GATE)
        ]


def test_only_what_changed_is_written(database: Database) -> None:
    assert changes_after(
        database,
        *((0, WELL), (30 * S, WELL), (60 * S, BLIND), (90 * S, BLIND)),
        *((95 * S, GONE), (96 * S, GONE), (99 * S, BLIND), (120 * S, WELL)),
    ) == [
        HealthChange(120 * S, "online"),
        HealthChange(99 * S, "online", ("camera", "clock")),
        HealthChange(95 * S, "offline"),
        HealthChange(60 * S, "online", ("camera", "clock")),
        HealthChange(0, "online"),
    ]


def test_a_gate_that_fell_silent_says_so_when_it_is_heard_again(database: Database) -> None:
    assert changes_after(database, (0, WELL), (600 * S, WELL)) == [
        HealthChange(600 * S, "online"),
        HealthChange(0, "silent"),
        HealthChange(0, "online"),
    ]


def test_a_gate_that_comes_and_goes_does_not_fill_the_disk(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "KEPT_CHANGES", 5)
    kept = changes_after(database, *((n * S, GONE if n % 2 else WELL) for n in range(12)))
    assert [change.at_ms for change in kept] == [n * S for n in (11, 10, 9, 8, 7)]
