"""What to do about an update, decided from values: no clock, no file, no process.

One rule of hours: what was installed by orders is installed and tried when the orders say; what was
installed by hand, outside of any school's hours.
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
    """The hours of orders: minutes of the local day in a time zone, maybe over midnight."""

    from_minute: int
    until_minute: int
    zone: str

    @classmethod
    def of(cls, wanted: Update, zone: str) -> "Window":
        """Those of an update that is ordered."""
        return cls(wanted.from_minute, wanted.until_minute, zone)


class UpdateState(msgspec.Struct, frozen=True):
    """What a gate remembers about updates, on its data partition."""

    pending: BootSlot | None = None
    """Written completely, and not yet proven by a boot."""
    tries_left: int = 0
    bad: frozenset[BootSlot] = frozenset()
    given_up: frozenset[str] = frozenset()
    """Versions that did not prove themselves; they are not installed again."""
    version: str = ""
    """Of what was installed last."""
    window: Window | None = None
    """When that may be tried; None: it was installed by hand."""


class UpdateRefusal(StrEnum):
    """Why a bundle is not installed; stable, and told to the district."""

    OTHER_MACHINE = "other_machine"
    OTHER_VERSION = "other_version"
    OLD = "old"
    GIVEN_UP = "given_up"
    SCHOOL_HOURS = "school_hours"
    CLOCK = "clock"
    ON_TRIAL = "on_trial"


class SlotAction(StrEnum):
    """What a gate does about its slots after a boot."""

    NOTHING = "nothing"
    WAIT = "wait"
    COMMIT = "commit"
    TRY = "try"
    GO_BACK = "go_back"
    GIVE_UP = "give_up"


def quiet(now: datetime | None) -> bool:
    """Whether nobody is at the gate; `now` is local, None if the clock is not to be trusted."""
    if now is None:
        return False
    begins, ends = NIGHT
    return now.weekday() == SUNDAY or now.time() >= begins or now.time() < ends


def is_time(now: datetime | None, window: Window | None) -> bool:
    """Whether an update may be installed or tried; `now` knows its offset, None if the clock is not
    to be trusted."""
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
    """Why a genuine bundle is not installed now, or None. Pairs are (machine, version); `ordered`
    is the version that the orders name, None: it is installed by hand."""
    if bundle[0] != installed[0]:
        return UpdateRefusal.OTHER_MACHINE
    if ordered is not None and bundle[1] != ordered:
        return UpdateRefusal.OTHER_VERSION
    if bundle[1] <= installed[1]:
        return UpdateRefusal.OLD
    if bundle[1] in given_up:
        return UpdateRefusal.GIVEN_UP
    if on_trial:  # the slot to write to is the one that still has to be fallen back on
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
    """What to do next. `healthy` is None while it cannot be told yet."""
    if running is not committed:  # a try
        if healthy is None:
            return SlotAction.WAIT
        return SlotAction.COMMIT if healthy else SlotAction.GO_BACK
    if state.pending is None or state.pending is running:
        return SlotAction.NOTHING
    if state.tries_left <= 0:
        return SlotAction.GIVE_UP
    return SlotAction.TRY if is_time(now, state.window) else SlotAction.WAIT
