"""The uplink's status is written on change, and before it becomes stale."""

from pathlib import Path

from device.status_files import read_uplink
from device.uplink.status_reporter import StatusReporter
from tests.fakes.clock import BOOT, OTHER_BOOT, FakeClock


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
