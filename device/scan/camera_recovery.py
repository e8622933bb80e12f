"""Decide what to do about a camera that gives no frames. Pure.

1. Open it again (`loop`): a camera that gives no frame for 10 s, or cannot be opened.
2. End the process, so that the service manager restarts it: clears a driver's state in our memory.
3. Request a reboot: clears the state of driver and camera outside it. At most twice in a row,
   because a camera that is missing must not keep a gate from delivering its records.
4. The hardware watchdog: resets a kernel that hangs.

The first step does not help with a `read` that never returns: nothing in this process runs then.
The service manager's watchdog, which only fresh frames feed, ends the process. A process that the
kernel blocks in a driver (state D) does not end either; the next one cannot open the camera, takes
the further steps, and the reboot or the hardware watchdog remains.
"""

from dataclasses import dataclass
from enum import StrEnum

BLIND_MS = 20_000
"""The time without a frame, after reopening was tried, until the next step.

It is shorter than the service manager's watchdog, so that the step is taken in an orderly way and
logged.
"""
STARTS = 5
"""Starts of the process in a row, within one boot, without a frame."""
REBOOTS = 2
"""Reboots in a row without a frame; after them the gate only keeps trying."""


class RecoveryStep(StrEnum):
    """The next step."""

    REOPEN = "reopen"
    RESTART = "restart"
    REBOOT = "reboot"


@dataclass(frozen=True, slots=True)
class CameraOutage:
    """The state of an outage.

    `blind_ms` is the time since the last frame, or since this process started, `failures` the
    number of failures since then. `starts` counts starts of the process in this boot, including
    this one, and `reboots` the requested reboots, both without a frame since.
    """

    blind_ms: int
    failures: int
    starts: int
    reboots: int


def decide_step(outage: CameraOutage) -> RecoveryStep:
    """Return the next step for `outage`."""
    if outage.blind_ms < BLIND_MS or not outage.failures:
        return RecoveryStep.REOPEN
    if outage.starts >= STARTS and outage.reboots < REBOOTS:
        return RecoveryStep.REBOOT
    return RecoveryStep.RESTART
