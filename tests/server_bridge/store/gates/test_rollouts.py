"""Roll-outs on both databases: kept as they were written, the newest alone counts."""

import pytest

from gate_contract.orders import Update
from server_bridge.store.database import Database
from server_bridge.store.gates.rollouts import (
    RolloutGate,
    begin,
    end,
    keep_told,
    newest,
    told_gates,
)
from tests.fakes.school import GATE, SCHOOL

WANTED = Update(number=1, version="2", url="https://a.vn/u", size=9, sha256=bytes(32))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_a_roll_out_is_kept_and_a_later_one_ends_it(database: Database) -> None:
    with database.write() as connection:
        assert newest(connection) is None
        first = begin(connection, WANTED, SCHOOL, [GATE], 5, 1)
        told = RolloutGate(GATE, 2, frozenset({"clock", "signals"}))
        keep_told(connection, first, [told])
        later = RolloutGate(GATE, 2, told.faults, 60_000, 3)
        keep_told(connection, first, [later])
        keep_told(connection, first, [])
        assert told_gates(connection, first) == [later]
        end(connection, first, "stopped", 9, GATE, "given_up")
        found = newest(connection)
        assert found
        assert (found.wanted, found.unit_id, found.first) == (WANTED, SCHOOL, (GATE,))
        assert (found.state, found.gate_id, found.fault) == ("stopped", GATE, "given_up")
        second = begin(connection, WANTED, None, [], 5, 10)
        found = newest(connection)
        assert found
        assert (found.rollout, found.state, found.first) == (second, "running", ())
        assert told_gates(connection, second) == []
