"""Failing storage is signalled as a fault, never as green, and the gate recovers afterwards."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.ledger.file import create
from device.ledger.scan_ledger import ScanLedger
from device.ledger.verification import verify
from device.scan.gatekeeper import Gatekeeper
from gate_contract.verdicts import Verdict
from tests.crash.storage import (
    CODES,
    EFFECTS,
    SCAN_MS,
    CarelessLedger,
    Failing,
    gatekeeper,
    morning,
    reading_at,
)
from tests.crash.vfs import FULL
from tests.crash.work import GATE_ID
from tests.simulation.cards import Sample, genuine

SIZE_KB = 400


@pytest.mark.parametrize("code", CODES.values(), ids=CODES)
@pytest.mark.parametrize("length", [1, 3, 12])
def test_every_single_write_and_fsync_may_fail(code: int, length: int) -> None:
    refused = faults = 0
    for first in range(1, EFFECTS):
        watcher = Failing(code, first, first + length - 1)
        told = morning(watcher)
        assert list(told.lies()) == [], f"effects {first} to {first + length - 1}"
        assert told.well_at_the_end
        refused += watcher.refused > 0
        faults += told.faults_said > 0
    assert refused > EFFECTS // 3
    assert faults > EFFECTS // 10


def test_a_ledger_that_passes_over_failures_is_caught() -> None:
    told = [morning(Failing(FULL, first, first + 2), on=CarelessLedger) for first in range(1, 40)]
    assert any(list(one.lies()) for one in told)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of a few hundred kB that really runs full."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_KB}k", "gate-ledger", str(tmp_path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let root mount")
    yield tmp_path
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def verdicts(keeper: Gatekeeper, sample: Sample, up_ms: int) -> list[Verdict]:
    return [answer.verdict for answer in keeper.see([sample.code], up_ms, reading_at(up_ms))]


def test_a_disk_that_runs_full_and_is_freed_again(small_disk: Path) -> None:
    path = small_disk / "ledger.db"
    create(path, GATE_ID)
    keeper = gatekeeper(path)
    filler = small_disk / "filler"
    greens = up_ms = 0
    for _round in range(20):
        filler.write_bytes(b"")
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
        answers: list[Verdict] = []
        while Verdict.STORAGE_FAILED not in answers:
            up_ms += SCAN_MS
            sample = genuine()[up_ms // SCAN_MS % len(genuine())]
            answers = verdicts(keeper, sample, up_ms)
            greens += answers == [Verdict.ADMITTED_IN]
        assert answers == [Verdict.STORAGE_FAILED]
        assert keeper.storage_fault is not None
        filler.write_bytes(b"")
        up_ms += SCAN_MS
        answers = verdicts(keeper, genuine()[0], up_ms)
        greens += 1
        assert answers == [Verdict.ADMITTED_IN]
        assert keeper.storage_fault is None
    keeper.close()
    ledger = ScanLedger.open(path, GATE_ID)
    assert verify(ledger).tally == {Verdict.ADMITTED_IN: greens}
    ledger.close()
