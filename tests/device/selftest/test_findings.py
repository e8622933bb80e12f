"""The self-test: each fault is found, and reported in words and by light, once after a boot."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from device.cli import gate
from device.clock import SystemClock
from device.config import load
from device.provisioning.enrolment import write_gate_files
from device.scan.frames import contrast
from device.scan.self_test import LOOK_MS, PATIENCE_MS, SelfTest
from device.selftest.doctor import words
from device.selftest.findings import CHECKS, LEAST_FREE_BYTES, SLOWEST_SYNC_MS, Finding, findings
from device.selftest.storage import StorageTest, try_storage
from device.status_files import ScanStatus, UplinkStatus, read_uplink, write_file
from device.uplink.status_reporter import StatusReporter
from gate_contract import gate_files
from gate_contract.health import ScanHealth
from gate_contract.notices import SetupNotice
from tests.builders.orders import GATE_ID, settings
from tests.fakes.clock import BOOT, OTHER_BOOT, FakeClock

SCAN = ScanHealth(
    camera="ok",
    storage="ok",
    signals="ok",
    clock_trusted=True,
    roster_version=7,
    contrast=90,
)
UPLINK = UplinkStatus(boot_id=BOOT, up_ms=1, network="ok", broker="ok")
TRIAL = StorageTest(free_bytes=10**9, sync_ms=9)


def bad(
    scan: ScanHealth | None = SCAN, uplink: UplinkStatus | None = UPLINK, trial: StorageTest = TRIAL
) -> dict[str, str]:
    found = findings(scan, uplink, trial, knows_district=True)
    assert [one.check for one in found] == list(CHECKS)
    for language in ("vi", "en"):
        assert len(list(words(found, language))) >= len(found)
    return {str(one.check): one.state for one in found if one.state != "ok"}


def test_where_nothing_is_wrong_nothing_is_found() -> None:
    assert bad() == {}


@pytest.mark.parametrize(
    ("scan", "check"),
    [
        (replace(SCAN, camera="failed", detail="no frame"), "camera"),
        (replace(SCAN, contrast=4), "camera"),
        (replace(SCAN, signals="failed"), "signals"),
        (replace(SCAN, storage="failed"), "storage"),
        (replace(SCAN, clock_trusted=False), "clock"),
        (replace(SCAN, roster_version=0), "roster"),
        (replace(SCAN, roster_fault="another district's"), "roster"),
    ],
)
def test_each_fault_of_gate_scan_is_found_by_itself(scan: ScanHealth, check: str) -> None:
    assert bad(scan) == {check: "failed"}


@pytest.mark.parametrize(
    "trial",
    [
        StorageTest(LEAST_FREE_BYTES - 1, 9),
        StorageTest(10**9, SLOWEST_SYNC_MS + 1),
        StorageTest(fault="Read-only file system"),
    ],
)
def test_a_full_slow_or_broken_card_is_found(trial: StorageTest) -> None:
    assert bad(trial=trial) == {"storage": "failed"}


def test_network_and_broker_are_told_apart() -> None:
    away = replace(UPLINK, network="failed", broker="failed", fault="no route")
    assert bad(uplink=away) == {"network": "failed", "broker": "failed"}
    assert bad(uplink=replace(UPLINK, broker="failed")) == {"broker": "failed"}
    assert bad(uplink=None) == {"network": "unknown", "broker": "unknown"}
    assert bad(scan=None).keys() == {"camera", "signals", "clock", "roster"}


def test_a_covered_lens_has_no_contrast_and_a_scene_has() -> None:
    chance = np.random.default_rng(1)
    covered = chance.normal(12, 2, (720, 1280)).clip(0, 255).astype(np.uint8)
    scene = np.tile(np.linspace(20, 200, 1280), (720, 1)).astype(np.uint8)
    assert contrast(covered) < 10
    assert contrast(scene) > 100


def test_storage_is_written_read_back_and_left_clean(tmp_path: Path) -> None:
    trial = try_storage(tmp_path, lambda: 5)
    assert trial.free_bytes > 0
    assert (trial.fault, list(tmp_path.iterdir())) == ("", [])
    assert "No such file" in try_storage(tmp_path / "gone", lambda: 5).fault


class Boot:
    """A gate after a boot, whose findings are set by the test."""

    def __init__(self, folder: Path, clock: FakeClock) -> None:
        self.found: tuple[Finding, ...] = ()
        self.clock = clock
        self.test = SelfTest(folder / "run", lambda _: self.found)

    def wait(self, ms: int) -> list[SetupNotice]:
        said = []
        for _ in range(ms // 500):
            said += self.test.step(self.clock.read())
            self.clock.pass_ms(500)
        return said


def test_a_well_gate_plays_and_says_so_once_after_a_boot(tmp_path: Path) -> None:
    clock = FakeClock()
    assert Boot(tmp_path, clock).wait(60_000) == [SetupNotice.PLAYING, SetupNotice.ALL_WELL]
    assert Boot(tmp_path, clock).wait(60_000) == [], "a service that starts again is silent"
    clock.boot_id = OTHER_BOOT
    assert Boot(tmp_path, clock).wait(60_000) == [SetupNotice.PLAYING, SetupNotice.ALL_WELL]


def test_faults_are_waited_out_and_then_told_in_their_order(tmp_path: Path) -> None:
    boot = Boot(tmp_path, FakeClock())
    broker = Finding(SetupNotice.BROKER, "failed")
    boot.found = (broker, Finding("signals", "failed"), Finding(SetupNotice.CAMERA, "failed"))
    assert boot.wait(PATIENCE_MS - LOOK_MS) == [SetupNotice.PLAYING]
    assert boot.wait(3 * LOOK_MS) == [SetupNotice.CAMERA, SetupNotice.BROKER]
    late = Boot(tmp_path / "late", FakeClock())
    late.found = (broker,)
    assert late.wait(20_000) == [SetupNotice.PLAYING]
    late.found = ()
    assert late.wait(2 * LOOK_MS) == [SetupNotice.ALL_WELL]


def test_the_uplinks_status_is_written_on_change_and_before_it_is_stale(tmp_path: Path) -> None:
    path, clock = tmp_path / "run-uplink" / "uplink.json", FakeClock()
    report = StatusReporter(path)
    report(clock.read(), "failed", "failed", "no route")
    told = read_uplink(path, BOOT, clock.up_ms)
    assert told
    assert (told.network, told.fault) == ("failed", "no route")
    report(clock.pass_ms(1_000), "failed", "failed", "no route")
    again = read_uplink(path, BOOT, clock.up_ms)
    assert again == told, "nothing new, nothing written"
    report(clock.pass_ms(1_000), "ok", "ok", "connected")
    now = read_uplink(path, BOOT, clock.up_ms)
    assert now
    assert (now.broker, now.fault) == ("ok", "")
    assert read_uplink(path, OTHER_BOOT, clock.up_ms) is None
    assert read_uplink(path, BOOT, clock.up_ms + 100_000) is None


def test_gate_doctor_says_it_in_words_and_for_machines(tmp_path: Path) -> None:
    made = gate_files.from_settings(GATE_ID, settings(), cert_pem=b"", key_pem=b"", ca_pem=b"")
    where: gate_files.Tables = {"gate": {"state_dir": "state", "run_dir": "run"}}
    path = write_gate_files(tmp_path / "etc", made, where)
    config, reading = load(path), SystemClock().read()
    config.ledger_path.parent.mkdir()
    told = ScanStatus(
        boot_id=reading.boot_id, up_ms=reading.up_ms, health=replace(SCAN, camera="failed")
    )
    write_file(config.scan_status_path, told)
    write_file(
        config.uplink_status_path,
        replace(UPLINK, boot_id=reading.boot_id, up_ms=reading.up_ms),
    )
    typed = ["doctor", "--config", str(path)]
    done = CliRunner().invoke(gate, typed)
    assert done.exit_code == 1
    assert "✘ Camera: HỎNG" in done.output
    assert "Kiểm tra cáp" in done.output
    assert "✔ Network: well" in CliRunner().invoke(gate, [*typed, "--lang", "en"]).output
    found = json.loads(CliRunner().invoke(gate, [*typed, "--json"]).output)["findings"]
    assert {one["check"]: one["state"] for one in found}["camera"] == "failed"
