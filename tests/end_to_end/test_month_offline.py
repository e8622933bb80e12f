"""No network for a month, then a drain: everything arrives, and memory stays where it was."""

from pathlib import Path

import psutil
import pytest

from device.clock import up_ms
from device.ledger.file import create
from device.ledger.scan_ledger import NewRecord, ScanLedger
from device.timekeeping import Stamp
from gate_contract.card import Card, CardKind
from gate_contract.crossing import ClockTrust, Direction
from gate_contract.verdicts import Verdict
from server_bridge.clock import now_ms
from tests.builders.issuer import FIRST_DAY, LAST_DAY
from tests.end_to_end.district_harness import DistrictHarness, until
from tests.fakes.clock import BOOT

GATE = "gate-a1"
DAYS, CROSSINGS = 30, 60_000


def month(ledger: ScanLedger) -> None:
    """2,000 crossings a day: 500 people, in and out twice."""
    begin_ms, step_ms = now_ms() - DAYS * 86_400_000, DAYS * 86_400_000 // CROSSINGS
    entries = []
    for number in range(CROSSINGS):
        is_in = (number // 500) % 2 == 0
        entries.append(
            NewRecord(
                Stamp(BOOT, up_ms() + number, begin_ms + number * step_ms, ClockTrust.TRUSTED),
                Verdict.ADMITTED_IN if is_in else Verdict.ADMITTED_OUT,
                Card(f"{number % 500:016x}", CardKind.PUPIL, FIRST_DAY, LAST_DAY),
                Direction.IN if is_in else Direction.OUT,
            )
        )
    for first in range(0, CROSSINGS, 5_000):
        ledger.append(entries[first : first + 5_000])


@pytest.mark.timeout(400)
def test_a_month_is_drained_with_constant_memory(tmp_path: Path) -> None:
    with DistrictHarness(tmp_path) as district:
        path = district.config(GATE).ledger_path
        create(path, GATE)
        month(ScanLedger.open(path, GATE))
        for name in ("broker", "bridge"):
            district.start(name)
        district.await_bridge()
        district.start(f"uplink {GATE}")
        processes = {
            name: psutil.Process(district.running[name].pid)
            for name in (f"uplink {GATE}", "bridge")
        }
        until(lambda: district.stored_and_receipted(GATE)[1] > 5_000, within_s=120)
        early = {name: process.memory_info().rss for name, process in processes.items()}
        until(district.drained, within_s=240)
        for name, process in processes.items():
            grown = process.memory_info().rss - early[name]
            # 55,000 records more went through; held in memory they would be some 30 MB.
            assert grown < 12_000_000, f"{name} grew by {grown} bytes"
        verified = district.command("ledger", "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr
        assert f"{CROSSINGS} records" in verified.stdout
