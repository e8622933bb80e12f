"""Remote settings: tried, confirmed by a connection, and reverted without one."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from device.config import load
from device.ledger.file import create
from device.ledger.uplink_ledger import UplinkLedger
from device.orders.effective_config import load_effective
from device.orders.intake import OrdersIntake
from device.orders.settings_watch import LOOK_MS, SettingsWatch
from device.orders.store import ORDERS_NAME, read_stored
from device.orders.trial import MOST_STARTS, TRIAL_MS
from device.provisioning.enrolment import write_gate_files
from device.uplink.loop import UplinkLoop
from device.uplink.session import Arrived
from gate_contract import gate_files
from gate_contract.gate_log import GateLog
from gate_contract.orders import LogRequest, Orders
from gate_contract.topics import GateChannel
from tests.builders.orders import GATE_ID, orders, payload, settings
from tests.fakes.clock import FakeClock
from tests.fakes.line import District


@dataclass
class Gate:
    """A gate whose service manager restarts gate-uplink whenever it ends.

    The district answers at one host name only.
    """

    folder: Path
    clock: FakeClock = field(default_factory=FakeClock)
    district: District = field(default_factory=lambda: District(GATE_ID))
    starts: int = 0

    def __post_init__(self) -> None:
        made = gate_files.from_settings(GATE_ID, settings(), cert_pem=b"", key_pem=b"", ca_pem=b"")
        hardware: gate_files.Tables = {"gate": {"state_dir": "state", "run_dir": "run"}}
        self.config = write_gate_files(self.folder, made, hardware)
        create(load(self.config).ledger_path, GATE_ID)
        self.start()

    def start(self) -> None:
        self.starts += 1
        self.wants_restart = False
        config = load_effective(self.config).config
        self.district.reachable = config.broker.host == "broker.example.vn"
        self.orders = OrdersIntake(config, self.clock.read(), self.ask_for_restart)
        self.loop = UplinkLoop(
            open_ledger=lambda: UplinkLedger.open(config.ledger_path, GATE_ID),
            open_session=self.district.connect,
            clock=self.clock,
            read_scan=lambda _: None,
            keep_days=30,
            chance=random.Random(1),
            orders=self.orders,
            read_log=lambda wanted: GateLog(wanted.number, ["all well"] * wanted.lines),
        )

    def ask_for_restart(self) -> None:
        self.wants_restart = True

    def turn(self, times: int = 5, ms: int = 200) -> None:
        for _ in range(times):
            self.loop.step(lambda _: None)
            self.clock.pass_ms(ms)
            if self.wants_restart:
                self.loop.close()
                self.start()

    def order(self, made: Orders) -> None:
        self.hear(payload(made))

    def hear(self, data: bytes) -> None:
        self.district.sessions[-1].events.append(Arrived(GateChannel.COMMAND, data))
        self.turn()

    @property
    def direction(self) -> str:
        return load_effective(self.config).config.gate.direction

    @property
    def version(self) -> int:
        return self.district.healths[-1].settings_version

    @property
    def fault(self) -> str:
        return self.district.healths[-1].orders_fault


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    made = Gate(tmp_path / "etc")
    made.turn()
    yield made
    made.loop.close()


def test_other_settings_are_in_force_after_a_restart_and_confirmed(gate: Gate) -> None:
    gate.order(orders(10, settings(10, direction="in", repeat_window_s=3.0)))
    assert gate.starts == 2
    assert gate.direction == "in"
    assert (gate.version, gate.fault) == (10, "")
    kept = read_stored(gate.folder / "state")
    assert kept.confirmed
    assert not kept.trial


def test_settings_that_cut_the_gate_off_are_taken_back_within_five_minutes(gate: Gate) -> None:
    gate.order(orders(10, settings(10, broker_host="wrong.example.vn", direction="in")))
    assert gate.starts == 2
    assert gate.direction == "in", "it is being tried"
    gate.turn(times=TRIAL_MS // 1000 - 3, ms=1000)
    assert gate.starts == 2
    gate.turn(times=8, ms=1000)
    assert gate.starts == 3
    gate.turn()
    assert gate.direction == "auto"
    assert gate.version == 0
    assert "reverted" in gate.fault
    gate.order(orders(10, settings(10, broker_host="wrong.example.vn")))
    gate.order(orders(11, settings(10, broker_host="wrong.example.vn")))
    assert gate.starts == 3, "what failed is not tried again"
    gate.order(orders(12, settings(12, direction="out")))
    assert (gate.direction, gate.version, gate.fault) == ("out", 12, "")


def test_settings_under_which_the_gate_keeps_crashing_are_taken_back(gate: Gate) -> None:
    gate.order(orders(10, settings(10, broker_host="wrong.example.vn")))
    for boot in range(MOST_STARTS):
        assert load_effective(gate.config).settings_version == 10
        gate.clock.boot_id = f"{boot:032x}"
        gate.loop.close()
        gate.start()
    assert load_effective(gate.config).settings_version == 0


def test_a_power_cut_does_not_lengthen_a_trial_in_the_same_boot(gate: Gate) -> None:
    gate.order(orders(10, settings(10, broker_host="wrong.example.vn")))
    gate.turn(times=200, ms=1000)
    gate.loop.close()
    gate.start()
    gate.turn(times=TRIAL_MS // 1000 - 195, ms=1000)
    assert load_effective(gate.config).settings_version == 0


def test_old_orders_and_foreign_ones_change_nothing(gate: Gate) -> None:
    gate.order(orders(10, settings(10, direction="in")))
    gate.order(orders(9, settings(9, direction="out")))
    assert (gate.direction, gate.starts) == ("in", 2)
    for bad in (payload(orders(11, gate_id="vg-other-01")), b"nonsense", payload(orders(12))[:-4]):
        gate.hear(bad)
        assert "refused" in gate.fault
    gate.hear(payload(orders(13, settings(13, timezone="Mars/Olympus"))))
    assert "timezone" in gate.fault
    assert (gate.direction, gate.starts) == ("in", 2)


def test_a_damaged_file_of_orders_leaves_gate_toml(gate: Gate) -> None:
    gate.order(orders(10, settings(10, direction="in")))
    path = gate.folder / "state" / ORDERS_NAME
    for damage in (path.read_bytes()[:40], b"", b'{"confirmed":"AAAA"}'):
        path.write_bytes(damage)
        assert gate.direction == "auto"


def test_gate_scan_notices_that_others_are_in_force(gate: Gate) -> None:
    watch = SettingsWatch(gate.folder / "state")
    gate.clock.pass_ms(LOOK_MS)
    assert not watch.changed(gate.clock.read())
    gate.order(orders(10, settings(10, direction="in")))
    gate.clock.pass_ms(LOOK_MS)
    assert watch.changed(gate.clock.read())


def test_a_log_is_sent_once_for_each_request(gate: Gate) -> None:
    gate.order(orders(10, settings(10), logs=LogRequest(number=10, lines=2)))
    gate.turn()
    assert gate.district.logs == [GateLog(10, ["all well"] * 2)]
    gate.loop.close()
    gate.start()
    gate.turn()
    gate.order(orders(11, settings(10), logs=LogRequest(number=10, lines=2)))
    assert len(gate.district.logs) == 1
    gate.order(orders(12, settings(10), logs=LogRequest(number=12, lines=1)))
    assert gate.district.logs[1:] == [GateLog(12, ["all well"])]
