"""A roll-out takes a version from one gate to ten to all, waits for those that are not well, and
stops at the first that gives it up: over a real database, by a clock of its own.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace

from gate_contract.errors import SchoolgateError
from gate_contract.health import Health, ScanHealth, UpdateHealth
from gate_contract.orders import Update
from server_bridge.alert_kinds import AlertKind
from server_bridge.fleet.drafting import DistrictParameters
from server_bridge.fleet.rolling import RolloutWatch, in_reach, troubles, withdraw
from server_bridge.fleet.rollout import MINUTE_MS, RolloutDecision, decide
from server_bridge.fleet.staging import choose
from server_bridge.home import Home
from server_bridge.store.database import Database
from server_bridge.store.gates.gate_orders import Choice, standings, want
from server_bridge.store.gates.gate_sheets import sheets_below
from server_bridge.store.gates.health import take_health
from server_bridge.store.gates.rollouts import begin, end, newest, told_gates
from server_bridge.store.units.tree import add_gate, shut_out
from tests.fakes.enrolment import SCHOOL, settle

OLD, NEW = "20260101", "20260528"
WANTED = Update(number=7, version=NEW, url="https://a.vn/u", size=9, sha256=bytes(32))
WELL = ScanHealth(camera="ok", storage="ok", signals="ok", clock_trusted=True)
HOUR = 60


@dataclass
class Fleet:
    """Gates that do as they are told; `away` are silent, `breaks` have a fault with the new
    version, `gives_up` go back from it, `tries` have not proven it yet.
    """

    home: Home
    database: Database
    names: list[str]
    now_ms: int = 1_790_000_000_000
    away: set[str] = field(default_factory=set)
    breaks: set[str] = field(default_factory=set)
    gives_up: set[str] = field(default_factory=set)
    tries: set[str] = field(default_factory=set)
    last: RolloutDecision | None = None

    def __post_init__(self) -> None:
        self.watch = RolloutWatch(self.database, lambda: DistrictParameters.of(self.home))
        with self.database.write() as connection:
            for gate_id in self.names:
                add_gate(connection, gate_id, SCHOOL, self.now_ms)
                want(
                    connection,
                    DistrictParameters.of(self.home),
                    gate_id,
                    self.now_ms,
                    choice=Choice(),
                )
        self.tell()

    def begin(self, need_ms: int = HOUR * MINUTE_MS, first: tuple[str, ...] = ()) -> None:
        with self.database.write() as connection:
            begin(connection, WANTED, None, first, need_ms, self.now_ms)

    def tell(self) -> None:
        """All gates that are there tell how they are, after doing as they were told."""
        with self.database.write() as connection:
            wants = {one.gate_id: one.wish.update for one in standings(connection)}
            for gate_id in self.names:
                if gate_id in self.away:
                    take_health(connection, gate_id, Health(state="offline"), self.now_ms)
                    continue
                ordered = wants[gate_id] is not None
                up = NEW if ordered and gate_id not in self.gives_up else OLD
                sick = ordered and gate_id in self.breaks
                health = Health(
                    state="online",
                    scan=replace(WELL, camera="failed") if sick else WELL,
                    update=UpdateHealth(
                        version=up,
                        wanted=NEW if ordered else "",
                        stage="trial" if ordered and gate_id in self.tries else "current",
                        given_up=[NEW] if ordered and gate_id in self.gives_up else [],
                    ),
                )
                take_health(connection, gate_id, health, self.now_ms)

    def pass_minutes(self, minutes: int) -> int:
        """Time passes; how many gates are told now."""
        for _ in range(0, minutes, 5):
            self.now_ms += 5 * MINUTE_MS
            self.tell()
            self.last = self.watch.step(self.now_ms) or self.last
        return len(self.told())

    def told(self) -> set[str]:
        with self.database.read() as connection:
            return {one.gate_id for one in standings(connection) if one.wish.update}

    @property
    def state(self) -> str:
        with self.database.read() as connection:
            found = newest(connection)
        return found.state if found else ""


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    home = settle(tmp_path / "bridge")
    with closing(home.database()) as database:
        yield Fleet(home, database, [f"gate-{number:02}" for number in range(13)])


def test_one_then_ten_then_all(fleet: Fleet) -> None:
    assert fleet.pass_minutes(10) == 0, "nothing was begun"
    fleet.begin(first=("gate-07",))
    assert fleet.pass_minutes(5) == 1
    assert fleet.told() == {"gate-07"}
    assert fleet.pass_minutes(HOUR) == 1
    assert fleet.pass_minutes(10) == 10
    assert fleet.pass_minutes(HOUR - 10) == 10
    assert fleet.pass_minutes(20) == 13
    assert fleet.state == "done"
    with fleet.database.read() as connection:
        assert troubles(connection) == []


def test_one_that_gives_it_up_stops_it_and_those_that_wait_are_not_to_have_it(
    fleet: Fleet,
) -> None:
    fleet.gives_up = {"gate-03"}
    fleet.begin()
    fleet.pass_minutes(HOUR + 5)
    fleet.away = {"gate-09"}
    fleet.pass_minutes(20)
    assert fleet.state == "stopped"
    with fleet.database.read() as connection:
        (trouble,) = troubles(connection)
        rollout = newest(connection)
    assert (trouble.kind, trouble.subject) == (AlertKind.ROLLOUT, NEW)
    assert trouble.detail == "gate-03: given_up"
    assert not fleet.told() & {"gate-03", "gate-09", "gate-12"}
    assert "gate-00" in fleet.told(), "it runs it, and keeps it"
    assert fleet.pass_minutes(20) == len(fleet.told())
    assert rollout
    with fleet.database.write() as connection:
        end(connection, rollout.rollout, "ended", fleet.now_ms)
        assert troubles(connection) == []


@pytest.mark.parametrize(("fault", "why"), [("breaks", "faults"), ("away", "away")])
def test_one_that_is_not_well_keeps_the_others_waiting(fleet: Fleet, fault: str, why: str) -> None:
    fleet.begin()
    fleet.pass_minutes(10)
    getattr(fleet, fault).add("gate-00")
    assert fleet.pass_minutes(HOUR + 10) == 1
    assert fleet.last
    assert [(one.gate_id, one.why) for one in fleet.last.waits] == [("gate-00", why)]
    assert fleet.state == "running"
    getattr(fleet, fault).clear()
    assert fleet.pass_minutes(HOUR - 20) == 1
    assert fleet.pass_minutes(40) == 10


def test_a_try_is_not_counted_on_and_may_still_stop_the_last_stage(fleet: Fleet) -> None:
    fleet.begin(need_ms=0)
    fleet.tries = {"gate-00"}
    assert fleet.pass_minutes(30) == 1
    assert fleet.last
    assert [(one.gate_id, one.why) for one in fleet.last.waits] == [("gate-00", "not_yet")]
    fleet.tries = {"gate-11"}
    assert fleet.pass_minutes(30) == 13
    assert fleet.state == "running"
    fleet.gives_up, fleet.tries = fleet.tries, set()
    fleet.pass_minutes(5)
    assert fleet.state == "stopped"


def test_by_hand_no_stage_follows_a_try(fleet: Fleet) -> None:
    trial = UpdateHealth(version=NEW, wanted=NEW, stage="trial")
    with fleet.database.write() as connection:
        health = Health(state="online", scan=WELL, update=trial)
        take_health(connection, "gate-00", health, fleet.now_ms)
        sheets = sheets_below(connection, fleet.now_ms)
    with pytest.raises(SchoolgateError, match="gate-00 do not run it yet"):
        choose(sheets, {"gate-00": WANTED}, WANTED, stage="ten")


def test_only_being_online_counts_and_a_night_off_loses_nothing(fleet: Fleet) -> None:
    fleet.begin()
    fleet.pass_minutes(40)
    fleet.away.add("gate-00")
    fleet.pass_minutes(5)
    fleet.now_ms += 10 * HOUR * MINUTE_MS
    fleet.away.clear()
    assert fleet.pass_minutes(15) == 1
    assert fleet.pass_minutes(20) == 10


def test_a_bridge_that_was_off_has_not_seen_anything(fleet: Fleet) -> None:
    fleet.begin()
    fleet.pass_minutes(10)
    fleet.now_ms += 24 * HOUR * MINUTE_MS
    fleet.tell()
    assert fleet.pass_minutes(10) == 1
    assert fleet.last
    assert fleet.last.waits[0].why == "proving"


def test_a_gate_that_is_lost_is_not_waited_for(fleet: Fleet) -> None:
    fleet.begin()
    fleet.pass_minutes(5)
    fleet.away.add("gate-00")
    with fleet.database.write() as connection:
        shut_out(connection, "gate-00")
    assert fleet.pass_minutes(5) == 10


def test_what_a_gate_said_of_an_order_before_stops_nothing(fleet: Fleet) -> None:
    fleet.begin(first=("gate-05",))
    fleet.pass_minutes(5)
    health = Health(
        state="online",
        scan=WELL,
        update=UpdateHealth(version=OLD, wanted=NEW, stage="stopped", fault="wrong_bytes"),
    )
    for minutes, stopped in ((30, ""), (20, "wrong_bytes")):
        fleet.now_ms += minutes * MINUTE_MS
        with fleet.database.write() as connection:
            take_health(connection, "gate-05", health, fleet.now_ms)
            rollout = newest(connection)
            assert rollout
            sheets = in_reach(connection, rollout, fleet.now_ms)
            told = told_gates(connection, rollout.rollout)
        assert decide(rollout, told, sheets).fault == stopped


def test_withdrawing_leaves_other_updates_alone(fleet: Fleet) -> None:
    fleet.begin()
    other = replace(WANTED, version="20260601")
    with fleet.database.write() as connection:
        before = {one.gate_id: one.wish for one in standings(connection)}
        wish = replace(before["gate-11"], update=other)
        want(connection, DistrictParameters.of(fleet.home), "gate-11", fleet.now_ms, wish=wish)
        rollout = newest(connection)
        assert rollout
        assert withdraw(connection, DistrictParameters.of(fleet.home), rollout, fleet.now_ms) == []
    assert fleet.told() == {"gate-11"}


def test_by_hand_a_gate_that_has_stopped_is_told_once_more(fleet: Fleet) -> None:
    stopped = UpdateHealth(version=OLD, wanted=NEW, stage="stopped", fault="wrong_size")
    with fleet.database.write() as connection:
        take_health(
            connection, "gate-01", Health(state="online", scan=WELL, update=stopped), fleet.now_ms
        )
        sheets = sheets_below(connection, fleet.now_ms)
    told = dict.fromkeys(fleet.names[:10], WANTED)
    chosen = choose(sheets, told, WANTED, stage="ten", force=True)
    assert chosen == ["gate-01"]
