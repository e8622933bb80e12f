"""Recovery of a camera that stays dead: one step after the other, and never without end."""

from pathlib import Path

import pytest

from device.scan.camera_recovery import (
    BLIND_MS,
    REBOOTS,
    STARTS,
    CameraOutage,
    RecoveryStep,
    decide_step,
)
from device.scan.frames import CameraError
from device.scan.loop import STALLED_MS
from device.scan.recovery_state import REBOOTS as REBOOTS_FILE
from device.scan.recovery_state import REQUEST, RecoveryState
from device.scan.run import _recover_camera
from tests.builders.scanning_gate import Gate
from tests.device.scan.test_loop import Post
from tests.fakes.camera import Camera
from tests.systemd.units import unit


@pytest.mark.parametrize(
    ("blindness", "step"),
    [
        (CameraOutage(0, 0, 1, 0), RecoveryStep.REOPEN),
        (CameraOutage(BLIND_MS - 1, 3, STARTS, 0), RecoveryStep.REOPEN),
        (
            CameraOutage(BLIND_MS, 0, STARTS, 0),
            RecoveryStep.REOPEN,
        ),  # opening it again was not tried yet
        (CameraOutage(BLIND_MS, 1, 1, 0), RecoveryStep.RESTART),
        (CameraOutage(BLIND_MS, 1, STARTS - 1, 0), RecoveryStep.RESTART),
        (CameraOutage(BLIND_MS, 1, STARTS, 0), RecoveryStep.REBOOT),
        (CameraOutage(BLIND_MS, 9, STARTS + 9, REBOOTS - 1), RecoveryStep.REBOOT),
        (CameraOutage(BLIND_MS, 1, STARTS, REBOOTS), RecoveryStep.RESTART),
    ],
)
def test_steps(blindness: CameraOutage, step: RecoveryStep) -> None:
    assert decide_step(blindness) is step


def test_each_step_comes_before_the_watchdog_that_would_cut_it_short() -> None:
    watchdog_ms = int(unit("gate-scan.service")["WatchdogSec"][0]) * 1000
    assert STALLED_MS < BLIND_MS < watchdog_ms


def life(folder: Path, camera_works: bool = False, failing: CameraError | None = None) -> str:
    """Run one process of gate-scan with a silent camera; return how it ends."""
    gate = Gate(folder / "state" / "ledger.db")
    camera = Camera(gate.clock, silent=not camera_works, failing=failing)
    post = Post(gate, camera)
    recovery = RecoveryState(folder / "run", folder / "state")
    end = gate.clock.up_ms + 60_000
    try:
        while gate.clock.up_ms < end:
            post.loop.step()
            _recover_camera(post.loop, recovery)
    except CameraError as error:
        return str(error)
    finally:
        gate.keeper.close()
    return "alive"


def boot(folder: Path) -> None:
    """Reboot: the run folder is deleted."""
    for file in (folder / "run").iterdir():
        file.unlink()


@pytest.mark.parametrize("failing", [None, CameraError("no camera")])
def test_a_dead_camera_climbs_the_ladder_and_stops_at_two_reboots(
    tmp_path: Path, failing: CameraError | None
) -> None:
    (tmp_path / "state").mkdir()
    for _ in range(REBOOTS):
        ends = [life(tmp_path, failing=failing) for _ in range(STARTS)]
        assert all("restart" in end for end in ends[:-1])
        assert "reboot" in ends[-1]
        assert (tmp_path / "run" / REQUEST).exists()
        boot(tmp_path)
    ends = [life(tmp_path, failing=failing) for _ in range(3 * STARTS)]
    assert all("restart" in end for end in ends)
    assert not (tmp_path / "run" / REQUEST).exists()


def test_a_frame_sets_everything_back(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    for _ in range(STARTS):
        life(tmp_path)
    boot(tmp_path)
    assert life(tmp_path, camera_works=True) == "alive"
    assert not (tmp_path / "state" / REBOOTS_FILE).exists()
    ends = [life(tmp_path) for _ in range(STARTS)]
    assert "reboot" in ends[-1]
    assert all("restart" in end for end in ends[:-1])


def test_a_reboot_that_cannot_be_counted_is_not_asked_for(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    for _ in range(STARTS):
        recovery = RecoveryState(tmp_path / "run", tmp_path / "state")
    (tmp_path / "state" / REBOOTS_FILE).mkdir()
    assert recovery.next_step(BLIND_MS, 1) is RecoveryStep.REBOOT
    assert not (tmp_path / "run" / REQUEST).exists()


def test_the_services_fit_together() -> None:
    request = unit("gate-reboot.path")["PathExists"][0]
    scan = unit("gate-scan.service")
    assert request == f"/run/{scan['RuntimeDirectory'][0]}/{REQUEST}"
    assert scan["RuntimeDirectoryPreserve"] == ["restart"]
    assert scan["Restart"] == ["always"]
    assert unit("gate-reboot.service")["SuccessAction"] == ["reboot"]
