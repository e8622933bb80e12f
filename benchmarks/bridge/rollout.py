"""Measure automatic roll-outs: from one gate to ten to all, and one that a gate stops.

The time is simulated; what is measured is the bridge's work.
"""

import time
from collections.abc import Sequence
from hashlib import sha256

from gate_contract.health import Health, ScanHealth, UpdateHealth, UpdateStage
from gate_contract.orders import Update
from server_bridge.fleet.drafting import DistrictParameters
from server_bridge.fleet.rolling import RolloutWatch
from server_bridge.fleet.rollout import MINUTE_MS
from server_bridge.store.database import Database
from server_bridge.store.gates.health import take_health
from server_bridge.store.gates.rollouts import begin, newest, told_gates
from server_bridge.store.schema.base import gate_health

WELL = ScanHealth(camera="ok", storage="ok", signals="ok", clock_trusted=True)
PROVING_MS = 60 * MINUTE_MS
LOOK_MS = 5 * MINUTE_MS
MOST_LOOKS = 60


class RolloutFleet:
    """Gates that run the ordered version the next time that they report their health."""

    def __init__(self, database: Database, district: DistrictParameters, now_ms: int) -> None:
        self._database = database
        self._watch = RolloutWatch(database, lambda: district)
        self._now_ms = now_ms
        self.longest_s = 0.0

    def roll_out(self, version: str, gives_up: Sequence[str] = ()) -> tuple[str, list[int]]:
        """Return how the roll-out ended, and how many gates had the order at each stage."""
        wanted = Update(
            number=self._now_ms,
            version=version,
            url=f"https://bridge.example.vn/updates/{version}.raucb",
            size=300_000_000,
            sha256=sha256(version.encode()).digest(),
        )
        with self._database.write() as connection:
            number = begin(connection, wanted, None, (), PROVING_MS, self._now_ms)
        stages: list[int] = []
        done = set[str]()
        for _ in range(MOST_LOOKS):
            self._look()
            with self._database.write() as connection:
                told = {one.gate_id for one in told_gates(connection, number)}
                for gate_id in told - done:
                    health = _after(version, gave_up=gate_id in gives_up)
                    take_health(connection, gate_id, health, self._now_ms)
                found = newest(connection)
            done = told
            if len(told) > (stages[-1] if stages else 0):
                stages.append(len(told))
            if found and found.state != "running":
                return found.state, stages
        return "running", stages

    def _look(self) -> None:
        self._now_ms += LOOK_MS
        with self._database.write() as connection:
            connection.execute(gate_health.update().values(heard_ms=self._now_ms))
        begun = time.perf_counter()
        self._watch.step(self._now_ms)
        self.longest_s = max(self.longest_s, time.perf_counter() - begun)


def measure_rollouts(
    database: Database, district: DistrictParameters, names: Sequence[str], now_ms: int
) -> dict[str, float]:
    """Return the figures by name. Raises RuntimeError if a roll-out ends wrongly."""
    fleet = RolloutFleet(database, district, now_ms)
    begun = time.perf_counter()
    state, stages = fleet.roll_out("20260528")
    took_s = time.perf_counter() - begun
    if state != "done" or stages[-1] != len(names):
        raise RuntimeError(f"the roll-out is {state} after {stages}")
    unfit = names[min(5, len(names) - 1)]
    stopped, told = fleet.roll_out("20260601", [unfit])
    if stopped != "stopped":
        raise RuntimeError(f"a gate gave the update up, and it is {stopped} after {told}")
    return {
        "rollout_stages": len(stages),
        "rollout_told": stages[-1],
        "rollout_s": took_s,
        "rollout_longest_look_s": fleet.longest_s,
        "rollout_given_up_told": told[-1],
    }


def _after(version: str, *, gave_up: bool) -> Health:
    update = UpdateHealth(
        version="" if gave_up else version,
        wanted=version,
        stage=UpdateStage.STOPPED if gave_up else UpdateStage.CURRENT,
        given_up=[version] if gave_up else [],
    )
    return Health(state="online", version="1", scan=WELL, update=update)
