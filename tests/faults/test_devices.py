"""Broken devices interrupt for a moment and are reported; without a watchdog a hang is fatal."""

from pathlib import Path

import pytest

from tests.faults import devices
from tests.faults.devices import devices as broken_devices


@pytest.mark.timeout(200)
def test_broken_devices_cost_a_moment(tmp_path: Path) -> None:
    outcome = broken_devices(tmp_path, 3, ("camera_hangs", "decoder_dies", "pins_throw"))
    assert outcome.is_clean, outcome.line()


@pytest.mark.timeout(200)
def test_without_a_watchdog_a_hanging_camera_is_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "WATCHDOG_S", 1e9)
    monkeypatch.setattr(devices, "RECOVERY_S", 8)
    assert broken_devices(tmp_path, 1, ("camera_hangs",)).survived == 0
