"""Decide when a bundle is installed, and what to do with the slots after a boot. Pure.

One rule of hours: a bundle that was installed by orders is installed and tried in the orders'
hours; one that was installed by hand, outside of any school's hours.
"""

from collections.abc import Set
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

from device.updating.boot_slot import BootSlot
from gate_contract.orders import Update, is_within

TRIES = 2
NIGHT = (time(18, 30), time(5, 0))  # local time: begins, ends
SUNDAY = 6


class Window(msgspec.Struct, frozen=True):
    """The hours of orders: minutes of the local day in a time zone; they may span midnight."""

    from_minute: int
    until_minute: int
    zone: str

    @classmethod
    def of(cls, wanted: Update, zone: str) -> "Window":
        """Return the window of an ordered update."""
        return cls(wanted.from_minute, wanted.until_minute, zone)


class UpdateState(msgspec.Struct, frozen=True):
    """A gate's stored state of updates, on its data partition."""

    pending: BootSlot | None = None
    """Written completely, and not yet proven by a boot."""
    tries_left: int = 0
    bad: frozenset[BootSlot] = frozenset()
    given_up: frozenset[str] = frozenset()
    """Versions that failed their trial; they are not installed again."""
    version: str = ""
    """The version that was installed last."""
    window: Window | None = None
    """When that may be tried; None: it was installed by hand."""


class UpdateRefusal(StrEnum):
    """Why a bundle is not installed; stable codes, reported to the district."""

    OTHER_MACHINE = "other_machine"
    OTHER_VERSION = "other_version"
    OLD = "old"
    GIVEN_UP = "given_up"
    SCHOOL_HOURS = "school_hours"
    CLOCK = "clock"
    ON_TRIAL = "on_trial"


class SlotAction(StrEnum):
    """What to do with the slots after a boot."""

    NOTHING = "nothing"
    WAIT = "wait"
    COMMIT = "commit"
    TRY = "try"
    GO_BACK = "go_back"
    GIVE_UP = "give_up"


def quiet(now: datetime | None) -> bool:
    """Whether the school is closed; `now` is local, None if the clock is not trusted."""
    if now is None:
        return False
    begins, ends = NIGHT
    return now.weekday() == SUNDAY or now.time() >= begins or now.time() < ends


def is_time(now: datetime | None, window: Window | None) -> bool:
    """Whether an update may be installed or tried.

    `now` is an aware time, None if the clock is not trusted.
    """
    if window is None or now is None:
        return quiet(now)
    local = now.astimezone(ZoneInfo(window.zone))
    return is_within(local.hour * 60 + local.minute, window.from_minute, window.until_minute)


def refusal(
    *,
    bundle: tuple[str, str],
    installed: tuple[str, str],
    given_up: Set[str],
    on_trial: bool,
    now: datetime | None,
    window: Window | None = None,
    ordered: str | None = None,
) -> UpdateRefusal | None:
    """Return why a genuine bundle is not installed now, or None.

    Pairs are (machine, version); `ordered` is the version in the orders, None for an installation
    by hand.
    """
    if bundle[0] != installed[0]:
        return UpdateRefusal.OTHER_MACHINE
    if ordered is not None and bundle[1] != ordered:
        return UpdateRefusal.OTHER_VERSION
    if bundle[1] <= installed[1]:
        return UpdateRefusal.OLD
    if bundle[1] in given_up:
        return UpdateRefusal.GIVEN_UP
    if on_trial:  # the other slot is still needed to fall back on
        return UpdateRefusal.ON_TRIAL
    if now is None:
        return UpdateRefusal.CLOCK
    return None if is_time(now, window) else UpdateRefusal.SCHOOL_HOURS


def after_boot(
    state: UpdateState,
    *,
    running: BootSlot,
    committed: BootSlot,
    healthy: bool | None,
    now: datetime | None,
) -> SlotAction:
    """Decide what to do after a boot. `healthy` is None while it is unknown."""
    if running is not committed:  # a trial
        if healthy is None:
            return SlotAction.WAIT
        return SlotAction.COMMIT if healthy else SlotAction.GO_BACK
    if state.pending is None or state.pending is running:
        return SlotAction.NOTHING
    if state.tries_left <= 0:
        return SlotAction.GIVE_UP
    return SlotAction.TRY if is_time(now, state.window) else SlotAction.WAIT
