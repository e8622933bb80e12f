"""An update, with the power cut after every single write, and what the gate does afterwards."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from device.updating import boot_choice, state_file
from device.updating.boot_choice import SECTOR, boots
from device.updating.boot_slot import BootSlot
from device.updating.install_rules import (
    TRIES,
    SlotAction,
    UpdateRefusal,
    UpdateState,
    after_boot,
    quiet,
    refusal,
)
from device.updating.rauc_backend import running_slot
from gate_contract.errors import SchoolgateError
from tests.firmware_config.image.card import Card, Release

OLD, NEW = Release("1"), Release("2")
NIGHT = datetime(2026, 11, 23, 22, 0)  # noqa: DTZ001 (a Monday; the school's own time)
MORNING = datetime(2026, 11, 23, 7, 0)  # noqa: DTZ001
SUNDAY = datetime(2026, 11, 22, 9, 0)  # noqa: DTZ001


def update(card: Card) -> Iterator[Callable[[], None]]:
    """Write everything from the bundle's verification to the slot's proof, in RAUC's order."""
    running, target = BootSlot.A, BootSlot.B
    slots = card.backend(running)
    yield partial(slots.set_bad, target)
    yield from card.writing(target, NEW)
    yield partial(slots.set_good, target)
    yield partial(slots.set_primary, target)
    yield lambda: state_file.keep(
        slots.kept,
        UpdateState(pending=target, tries_left=state_file.recall(slots.kept).tries_left - 1),
    )
    # The reboot with a try; from here on the new slot runs.
    yield partial(card.backend(target).set_good, target)


def steps(tmp_path: Path) -> int:
    (tmp_path / "counted").mkdir()
    return sum(1 for _ in update(Card(tmp_path / "counted", OLD)))


def test_a_power_cut_after_any_write_leaves_a_gate_that_boots_with_its_ledger(
    tmp_path: Path,
) -> None:
    total, booted = steps(tmp_path), []
    for cut in range(total + 1):
        folder = tmp_path / str(cut)
        folder.mkdir()
        card = Card(folder, OLD)
        for number, step in enumerate(update(card)):
            if number == cut:
                break
            step()
        slot = card.boots(trying=False)  # after a power cut the firmware has forgotten any try
        assert slot is not None, f"does not boot after write {cut}"
        assert card.ledger.read_bytes() == b"every crossing"
        pending = state_file.recall(card.backend(slot).kept).pending
        if pending and pending is not slot:
            assert card.boots(trying=True) is pending, f"would try a torn slot after write {cut}"
        booted.append(slot)
    assert booted == [BootSlot.A] * total + [BootSlot.B]
    assert total > 4 * 6


def test_a_boot_choice_is_one_sector_and_the_file_that_a_pi_reads() -> None:
    for slot in BootSlot:
        assert len(boot_choice.sector(slot)) == SECTOR
        assert boots(boot_choice.sector(slot), trying=False) == slot.boot_partition
        assert boots(boot_choice.sector(slot), trying=True) == slot.other.boot_partition


def test_a_commit_changes_that_sector_only(tmp_path: Path) -> None:
    card = Card(tmp_path, OLD)
    before = card.gate.read_bytes()
    boot_choice.commit(card.gate, BootSlot.B)
    after = card.gate.read_bytes()
    assert boot_choice.committed(card.gate) is BootSlot.B
    changed = {at // SECTOR for at, (a, b) in enumerate(zip(before, after, strict=True)) if a != b}
    assert changed == {3}


@pytest.mark.parametrize(
    "content", [b"", boot_choice.sector(BootSlot.A) * 2, b"boot_partition=2\n" * 99]
)
def test_a_boot_choice_that_is_not_ours_is_left_alone(tmp_path: Path, content: bytes) -> None:
    gate = tmp_path / "gate"
    gate.write_bytes(content)
    with pytest.raises(SchoolgateError, match="write the SD card again"):
        boot_choice.commit(gate, BootSlot.B)
    assert gate.read_bytes() == content


def decided(
    state: UpdateState, running: BootSlot = BootSlot.A, healthy: bool | None = True
) -> SlotAction:
    return after_boot(state, running=running, committed=BootSlot.A, healthy=healthy, now=NIGHT)


def test_a_try_is_kept_when_it_works_and_left_when_it_does_not() -> None:
    pending = UpdateState(pending=BootSlot.B, tries_left=1)
    assert decided(pending, BootSlot.B, None) is SlotAction.WAIT
    assert decided(pending, BootSlot.B, True) is SlotAction.COMMIT
    assert decided(pending, BootSlot.B, False) is SlotAction.GO_BACK


def test_a_slot_that_never_comes_up_is_tried_twice_and_given_up() -> None:
    state, actions = UpdateState(pending=BootSlot.B, tries_left=TRIES), []
    while (action := decided(state)) is SlotAction.TRY:
        actions.append(action)
        state = UpdateState(pending=BootSlot.B, tries_left=state.tries_left - 1)
    assert (len(actions), action) == (TRIES, SlotAction.GIVE_UP)


def test_nothing_reboots_in_school_hours_or_by_a_clock_that_nobody_set() -> None:
    state = UpdateState(pending=BootSlot.B, tries_left=TRIES)
    for now in (MORNING, None):
        decision = after_boot(
            state, running=BootSlot.A, committed=BootSlot.A, healthy=True, now=now
        )
        assert decision is SlotAction.WAIT
    assert [quiet(now) for now in (NIGHT, MORNING, SUNDAY, None)] == [True, False, True, False]


def test_a_slot_being_written_is_never_pending(tmp_path: Path) -> None:
    slots = Card(tmp_path, OLD).backend(BootSlot.A)
    slots.answer(["set-primary", "B"])
    assert slots.answer(["get-primary"]) == "B"
    slots.answer(["set-state", "B", "bad"])
    assert slots.answer(["get-primary"]) == "A"
    assert [slots.answer(["get-state", slot]) for slot in BootSlot] == ["good", "bad"]
    with pytest.raises(SchoolgateError, match="not supported"):
        slots.answer(["format", "B"])


REFUSALS: dict[UpdateRefusal | None, dict[str, Any]] = {
    UpdateRefusal.OTHER_MACHINE: {"bundle": ("schoolgate-amd64", "3")},
    UpdateRefusal.OLD: {"bundle": ("schoolgate-arm64", "1")},
    UpdateRefusal.GIVEN_UP: {"given_up": {"2"}},
    UpdateRefusal.ON_TRIAL: {"on_trial": True},
    UpdateRefusal.CLOCK: {"now": None},
    UpdateRefusal.SCHOOL_HOURS: {"now": MORNING},
    None: {},
}


@pytest.mark.parametrize("reason", REFUSALS, ids=str)
def test_a_bundle_is_refused_for_its_reason(reason: UpdateRefusal | None) -> None:
    fine: dict[str, Any] = {
        "bundle": ("schoolgate-arm64", "2"),
        "installed": ("schoolgate-arm64", "1"),
        "given_up": set[str](),
        "on_trial": False,
        "now": NIGHT,
    }
    assert refusal(**{**fine, **REFUSALS[reason]}) is reason


def test_a_damaged_memory_is_as_if_no_update_had_been(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    state_file.keep(path, UpdateState(pending=BootSlot.B, tries_left=1, given_up=frozenset({"7"})))
    assert state_file.recall(path).given_up == {"7"}
    path.write_bytes(path.read_bytes()[:9])
    assert state_file.recall(path) == UpdateState()


def test_the_running_slot_is_where_the_root_is(tmp_path: Path) -> None:
    (tmp_path / "179:6").mkdir()
    (tmp_path / "179:6" / "partition").write_text("6\n")
    mounts = (
        "22 1 179:6 / / ro,relatime - erofs /dev/mmcblk0p6 ro\n23 22 0:5 / /dev rw - tmpfs t rw"
    )
    assert running_slot(mounts, tmp_path) is BootSlot.B
    with pytest.raises(SchoolgateError, match="not in a slot"):
        running_slot("22 1 8:1 / / rw - ext4 /dev/sda1 rw", tmp_path)
