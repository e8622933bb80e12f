"""Decide what to do about the update that the orders want. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from device.updating.install_rules import UpdateState, Window, is_time
from gate_contract.health import UpdateFault, UpdateStage
from gate_contract.orders import Update

MAX_BYTES = 1 << 30
"""No slot is larger."""
MAX_WRONG_DOWNLOADS = 2
"""Complete downloads with a wrong hash: the first may be the network, the second is the file."""
MAX_WRITE_ATTEMPTS = 3
"""Attempts of RAUC to write a bundle; more would wear the SD card."""


class UpdateStep(StrEnum):
    """What to do. `WITHDRAW`: the pending update is no longer wanted."""

    NOTHING = "nothing"
    WITHDRAW = "withdraw"
    FETCH = "fetch"
    INSTALL = "install"


class Tried(msgspec.Struct, frozen=True):
    """Failed attempts at the orders' update `number`.

    `times` counts repeated faults; `stopped`: no further attempt without new orders.
    """

    number: int = 0
    fault: str = ""
    times: int = 0
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class UpdateKnowledge:
    """What is known for a decision.

    `running` is the version that runs, `held` the number of downloaded bytes, `whole` whether they
    are complete and right; `free` and `total` are the data partition's bytes. `now` is None while
    the clock is not set.
    """

    running: str
    on_trial: bool
    state: UpdateState
    tried: Tried
    held: int
    whole: bool
    free: int
    total: int
    has_key: bool
    now: datetime | None
    zone: str


@dataclass(frozen=True, slots=True)
class UpdateDecision:
    """What to do, and what to report."""

    step: UpdateStep
    stage: UpdateStage
    fault: str = ""

    @property
    def keeps(self) -> bool:
        """Whether downloaded bytes are kept."""
        return self.fault != UpdateFault.NO_SPACE and self.stage in (
            UpdateStage.WAITING,
            UpdateStage.FETCHING,
            UpdateStage.FETCHED,
        )


def reserve(total: int) -> int:
    """Return the bytes that stay free on a data partition, because the ledger comes first.

    It is more than the 700 MB at which the district's alert of a full card resolves (it is raised
    below 500 MB); on a partition that is too small for that, a quarter.
    """
    return min(1 << 30, total // 4)


def decide(wanted: Update | None, known: UpdateKnowledge) -> UpdateDecision:
    """Decide what to do next."""
    state = known.state
    if known.on_trial:
        return UpdateDecision(UpdateStep.NOTHING, UpdateStage.TRIAL)
    here = wanted is not None and state.pending is not None and state.version == wanted.version
    if state.pending is not None and state.window is not None and not here:
        return UpdateDecision(UpdateStep.WITHDRAW, UpdateStage.CURRENT)
    if wanted is None or wanted.version == known.running:
        return UpdateDecision(UpdateStep.NOTHING, UpdateStage.CURRENT)
    if here:
        return UpdateDecision(UpdateStep.NOTHING, UpdateStage.PENDING)
    return _stopped(wanted, known) or _waiting(wanted, known) or _fetch_or_install(wanted, known)


def failed(tried: Tried, number: int, fault: UpdateFault) -> Tried:
    """Return the attempts after one more failure of the update `number`."""
    times = tried.times + 1 if (tried.number, tried.fault) == (number, fault) else 1
    most = {
        UpdateFault.WRONG_BYTES: MAX_WRONG_DOWNLOADS,
        UpdateFault.STORAGE: MAX_WRITE_ATTEMPTS,
        UpdateFault.WRONG_SIZE: 1,
        UpdateFault.BAD_BUNDLE: 1,
        UpdateFault.OTHER_MACHINE: 1,
        UpdateFault.OTHER_VERSION: 1,
        UpdateFault.OLD: 1,
    }
    return Tried(number, fault, times, fault in most and times >= most[fault])


def _stopped(wanted: Update, known: UpdateKnowledge) -> UpdateDecision | None:
    fault = ""
    if wanted.version in known.state.given_up:
        fault = UpdateFault.GIVEN_UP
    elif wanted.version < known.running:
        fault = UpdateFault.OLD
    elif wanted.size > MAX_BYTES:
        fault = UpdateFault.TOO_LARGE
    elif known.tried.number == wanted.number and known.tried.stopped:
        fault = known.tried.fault
    return UpdateDecision(UpdateStep.NOTHING, UpdateStage.STOPPED, fault) if fault else None


def _waiting(wanted: Update, known: UpdateKnowledge) -> UpdateDecision | None:
    now, window = known.now, Window.of(wanted, known.zone)
    fault = ""
    if not known.has_key:
        fault = UpdateFault.NO_KEY
    elif now is None:
        fault = UpdateFault.CLOCK
    elif now.timestamp() * 1000 >= wanted.not_before_ms and is_time(now, window):
        needed = 0 if known.whole else wanted.size - known.held
        if known.free >= needed + reserve(known.total):
            return None
        fault = UpdateFault.NO_SPACE
    return UpdateDecision(
        UpdateStep.NOTHING, UpdateStage.WAITING, fault or _last_fault(wanted, known)
    )


def _fetch_or_install(wanted: Update, known: UpdateKnowledge) -> UpdateDecision:
    before = _last_fault(wanted, known)
    if known.whole:
        return UpdateDecision(UpdateStep.INSTALL, UpdateStage.FETCHED, before)
    return UpdateDecision(UpdateStep.FETCH, UpdateStage.FETCHING, before)


def _last_fault(wanted: Update, known: UpdateKnowledge) -> str:
    return known.tried.fault if known.tried.number == wanted.number else ""
