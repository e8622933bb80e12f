"""The self-test is shown by light, once after a boot."""

from pathlib import Path

from device.scan.self_test import PATIENCE_MS, POLL_MS, SelfTest
from device.selftest.doctor import words
from device.selftest.findings import CHECKS, Finding, findings
from device.selftest.storage import StorageTest
from device.status_files import UplinkStatus
from gate_contract.health import ScanHealth
from gate_contract.notices import SetupNotice
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
    assert boot.wait(PATIENCE_MS - POLL_MS) == [SetupNotice.PLAYING]
    assert boot.wait(3 * POLL_MS) == [SetupNotice.CAMERA, SetupNotice.BROKER]
    late = Boot(tmp_path / "late", FakeClock())
    late.found = (broker,)
    assert late.wait(20_000) == [SetupNotice.PLAYING]
    late.found = ()
    assert late.wait(2 * POLL_MS) == [SetupNotice.ALL_WELL]
