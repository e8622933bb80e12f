"""What to do about the update that the orders want, decided from values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from device.updating.install_rules import UpdateState, Window, is_time
from gate_contract.health import UpdateFault, UpdateStage
from gate_contract.orders import Update

MOST_BYTES = 1 << 30
"""No slot is larger."""
WRONG_TWICE = 2
"""Bytes that came whole and were others: once may be the network or the card, twice is the file."""
WRITTEN_THRICE = 3
"""A bundle that RAUC cannot write so often is not written again by itself: cards wear out."""


class UpdateStep(StrEnum):
    """`WITHDRAW`: what is pending by orders is not wanted any more."""

    NOTHING = "nothing"
    WITHDRAW = "withdraw"
    FETCH = "fetch"
    INSTALL = "install"


class Tried(msgspec.Struct, frozen=True):
    """What has failed of the orders' update `number`. `times` counts what may be tried again only
    so often; `stopped`: not before there are other orders."""

    number: int = 0
    fault: str = ""
    times: int = 0
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class UpdateKnowledge:
    """What a gate knows. `running` is the version that runs, `held` how many bytes of the wanted
    bundle are there, `whole`: all, and the right ones; `free` and `total` are the data partition's.
    `now` None: the clock was not set."""

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
    """What is to be done, and what is told of it."""

    step: UpdateStep
    stage: UpdateStage
    fault: str = ""

    @property
    def keeps(self) -> bool:
        """Whether what has been fetched is still of use."""
        return self.fault != UpdateFault.NO_SPACE and self.stage in (
            UpdateStage.WAITING,
            UpdateStage.FETCHING,
            UpdateStage.FETCHED,
        )


def reserve(total: int) -> int:
    """The bytes that stay free on a data partition, whatever is wanted: the ledger comes first. It
    is more than the 700 MB below which the district is told of a card that fills up; on a partition
    that is too small for that, a quarter."""
    return min(1 << 30, total // 4)


def decide(wanted: Update | None, known: UpdateKnowledge) -> UpdateDecision:
    """What to do next."""
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
    return _stopped(wanted, known) or _waiting(wanted, known) or _getting(wanted, known)


def failed(tried: Tried, number: int, fault: UpdateFault) -> Tried:
    """After one more failure with the update `number`."""
    times = tried.times + 1 if (tried.number, tried.fault) == (number, fault) else 1
    most = {
        UpdateFault.WRONG_BYTES: WRONG_TWICE,
        UpdateFault.STORAGE: WRITTEN_THRICE,
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
    elif wanted.size > MOST_BYTES:
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
    return UpdateDecision(UpdateStep.NOTHING, UpdateStage.WAITING, fault or _before(wanted, known))


def _getting(wanted: Update, known: UpdateKnowledge) -> UpdateDecision:
    before = _before(wanted, known)
    if known.whole:
        return UpdateDecision(UpdateStep.INSTALL, UpdateStage.FETCHED, before)
    return UpdateDecision(UpdateStep.FETCH, UpdateStage.FETCHING, before)


def _before(wanted: Update, known: UpdateKnowledge) -> str:
    return known.tried.fault if known.tried.number == wanted.number else ""
