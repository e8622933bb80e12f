"""The rule of hours for installing and trying: those of the orders, or the fixed ones."""

from datetime import datetime

import pytest

from device.updating.boot_slot import BootSlot
from device.updating.install_rules import (
    SlotAction,
    UpdateRefusal,
    UpdateState,
    Window,
    after_boot,
    refusal,
)
from tests.fakes.updating import HANOI

ORDERED = Window(20 * 60, 4 * 60, "Asia/Ho_Chi_Minh")
AT_NOON = Window(12 * 60, 13 * 60, "Asia/Ho_Chi_Minh")


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 23, hour, minute, tzinfo=HANOI)


CASES = [
    (None, at(19), True),
    (None, at(12, 30), False),
    (ORDERED, at(19), False),
    (ORDERED, at(20), True),
    (ORDERED, at(3, 59), True),
    (ORDERED, at(4), False),
    (AT_NOON, at(12, 30), True),
    (AT_NOON, None, False),
    (None, None, False),
]


@pytest.mark.parametrize(("window", "now", "may"), CASES)
def test_installing_and_trying_keep_the_same_hours(
    window: Window | None, now: datetime | None, may: bool
) -> None:
    state = UpdateState(pending=BootSlot.B, tries_left=2, window=window)
    tried = after_boot(state, running=BootSlot.A, committed=BootSlot.A, healthy=True, now=now)
    assert tried is (SlotAction.TRY if may else SlotAction.WAIT)
    refused = refusal(
        bundle=("pi", "2"),
        installed=("pi", "1"),
        given_up=frozenset(),
        on_trial=False,
        now=now,
        window=window,
    )
    assert refused in ([None] if may else [UpdateRefusal.SCHOOL_HOURS, UpdateRefusal.CLOCK])


def test_a_slot_on_trial_proves_itself_at_any_hour() -> None:
    state = UpdateState(pending=BootSlot.B, tries_left=1, window=ORDERED)
    kept = after_boot(state, running=BootSlot.B, committed=BootSlot.A, healthy=True, now=at(12))
    assert kept is SlotAction.COMMIT
