"""The state of camera recovery, kept in small files from one process to the next."""

import contextlib
from pathlib import Path

import structlog

from device.scan.camera_recovery import CameraOutage, RecoveryStep, decide_step
from gate_contract.durable_file import replace_file

STARTS = "camera-starts"
"""In the run folder: deleted by a reboot."""
REBOOTS = "camera-reboots"
"""In the state folder: survives a reboot."""
REQUEST = "reboot"
"""In the run folder; `gate-reboot.path` waits for it."""

log = structlog.get_logger()


class RecoveryState:
    """Made once at the start of gate-scan.

    What cannot be written is not counted: a full disk is no reason to reboot.
    """

    def __init__(self, run_folder: Path, state_folder: Path) -> None:
        self._starts_file = run_folder / STARTS
        self._reboots_file = state_folder / REBOOTS
        self._request_file = run_folder / REQUEST
        self._seen_frame = False
        self._reboots = _read(self._reboots_file)
        self._starts = _read(self._starts_file) + 1
        _write(self._starts_file, self._starts)

    def reset(self) -> None:
        """Forget starts and reboots: the camera works."""
        if not self._seen_frame:
            self._seen_frame = True
            for file in (self._starts_file, self._reboots_file):
                with contextlib.suppress(OSError):  # deleted the next time
                    file.unlink(missing_ok=True)
            self._starts = 1
            self._reboots = 0

    def next_step(self, blind_ms: int, failures: int) -> RecoveryStep:
        """Return the next step.

        If it is a reboot, the request is written here; the process has to end after it.
        """
        step = decide_step(CameraOutage(blind_ms, failures, self._starts, self._reboots))
        if step is not RecoveryStep.REOPEN:
            log.error(
                "camera gives no frames", step=step, starts=self._starts, reboots=self._reboots
            )
        if step is RecoveryStep.REBOOT and _write(self._reboots_file, self._reboots + 1):
            # Counted first: a reboot that is not counted could repeat for ever.
            _write(self._request_file, 1)
        return step


def _read(path: Path) -> int:
    try:
        return max(0, int(path.read_text("ascii")))
    except (OSError, ValueError):
        return 0


def _write(path: Path, number: int) -> bool:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, str(number).encode(), 0o660)
    except OSError as error:
        log.error("not counted", file=path.name, error=str(error))  # noqa: TRY400
        return False
    return True
