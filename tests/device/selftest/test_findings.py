"""The self-test: each fault is found, and reported in words and by light, once after a boot."""

import numpy as np
import pytest
from msgspec.structs import replace

from device.scan.frames import contrast
from device.selftest.doctor import words
from device.selftest.findings import CHECKS, MAX_SYNC_MS, MIN_FREE_BYTES, findings
from device.selftest.storage import StorageTest
from device.status_files import UplinkStatus
from gate_contract.health import ScanHealth
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
        StorageTest(MIN_FREE_BYTES - 1, 9),
        StorageTest(10**9, MAX_SYNC_MS + 1),
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
