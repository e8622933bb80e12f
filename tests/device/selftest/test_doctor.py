"""`gate doctor` reports in words and as JSON."""

import json
from pathlib import Path

from click.testing import CliRunner
from msgspec.structs import replace

from device.cli import gate
from device.clock import SystemClock
from device.config import load
from device.provisioning.enrolment import write_gate_files
from device.selftest.storage import StorageTest
from device.status_files import ScanStatus, UplinkStatus, write_file
from gate_contract import gate_files
from gate_contract.health import ScanHealth
from tests.builders.orders import GATE_ID, settings
from tests.fakes.clock import BOOT

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
