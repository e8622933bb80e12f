"""Test stored roll-outs in both databases: only the newest one counts."""

import pytest

from gate_contract.orders import Update
from server_bridge.store.database import Database
from server_bridge.store.gates.rollouts import (
    RolloutGate,
    begin_rollout,
    end_rollout,
    newest_rollout,
    rollout_gates_of,
    store_progress,
)
from tests.builders.school import GATE, SCHOOL

WANTED = Update(number=1, version="2", url="https://a.vn/u", size=9, sha256=bytes(32))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_a_roll_out_is_kept_and_a_later_one_ends_it(database: Database) -> None:
    with database.write() as connection:
        assert newest_rollout(connection) is None
        first = begin_rollout(connection, WANTED, SCHOOL, [GATE], 5, 1)
        told = RolloutGate(GATE, 2, frozenset({"clock", "signals"}))
        store_progress(connection, first, [told])
        later = RolloutGate(GATE, 2, told.faults, 60_000, 3)
        store_progress(connection, first, [later])
        store_progress(connection, first, [])
        assert rollout_gates_of(connection, first) == [later]
        end_rollout(connection, first, "stopped", 9, GATE, "given_up")
        found = newest_rollout(connection)
        assert found
        assert (found.wanted, found.unit_id, found.first) == (WANTED, SCHOOL, (GATE,))
        assert (found.state, found.gate_id, found.fault) == ("stopped", GATE, "given_up")
        second = begin_rollout(connection, WANTED, None, [], 5, 10)
        found = newest_rollout(connection)
        assert found
        assert (found.rollout, found.state, found.first) == (second, "running", ())
        assert rollout_gates_of(connection, second) == []
