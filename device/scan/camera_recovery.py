"""What to do about a camera that stays dead, one step after the other. Pure.

1. Open it again (`loop`): a camera that gives no frame for 10 s, or cannot be opened.
2. End the process and let the service manager start it again: a driver's state in our own memory.
3. Ask for a reboot: a driver's or the camera's state outside it. At most twice in a row, because a
   camera that is simply gone must not keep a gate from delivering what it has recorded.
4. The hardware watchdog: when the kernel itself hangs.

A `read` that never returns is beyond the first step: nothing in this process runs on then. The
service manager's watchdog, fed by fresh frames only, ends the process. A process that the kernel
holds in a driver (state D) does not end either; the next one cannot open the camera, climbs on, and
the reboot, or else the hardware watchdog, is what is left.
"""

from dataclasses import dataclass
from enum import StrEnum

BLIND_MS = 20_000
"""So long without a frame, after opening it again was tried: the next step. Sooner than the service
manager's watchdog, so that the step is taken in good order and said in the log."""
STARTS = 5
"""Starts of the process in a row, within one boot, that brought no frame."""
REBOOTS = 2
"""Reboots in a row that brought no frame. After them the gate only goes on trying."""


class RecoveryStep(StrEnum):
    """What comes next."""

    REOPEN = "reopen"
    RESTART = "restart"
    REBOOT = "reboot"


@dataclass(frozen=True, slots=True)
class CameraOutage:
    """`blind_ms`: since the last frame, or since this process began. `failures` of the camera since
    then. `starts`: of the process in this boot, this one included, and `reboots` asked for, both
    without a frame since."""

    blind_ms: int
    failures: int
    starts: int
    reboots: int


def next_step(blindness: CameraOutage) -> RecoveryStep:
    """The step that `blindness` calls for."""
    if blindness.blind_ms < BLIND_MS or not blindness.failures:
        return RecoveryStep.REOPEN
    if blindness.starts >= STARTS and blindness.reboots < REBOOTS:
        return RecoveryStep.REBOOT
    return RecoveryStep.RESTART
