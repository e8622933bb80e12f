"""A short power-cut campaign, and controls that show that it finds what it searches for."""

import random

import pytest

from tests.crash.campaign import campaign
from tests.crash.disk import SECTOR, Create, Disk, Sync, Unlink, Write
from tests.crash.work import LONG, Plan, record


@pytest.mark.parametrize("plan", [Plan(1), LONG], ids=["short", "long"])
def test_what_a_gate_answered_for_survives_every_cut(plan: Plan) -> None:
    outcome = campaign(plan, 1_500)
    assert outcome.violations == []
    assert outcome.cuts == 1_500


@pytest.mark.parametrize(
    "plan",
    [Plan(1, synchronous="NORMAL"), Plan(1, synchronous="OFF"), Plan(1, early=True)],
    ids=["synchronous=NORMAL", "synchronous=OFF", "signal before commit"],
)
def test_a_weaker_ledger_is_caught(plan: Plan) -> None:
    outcome = campaign(plan, 1_500, stop_at_first=True)
    assert outcome.violations


def test_the_long_run_checkpoints_by_itself() -> None:
    recording = record(LONG)
    files = {e.name: e.file for e in recording.effects if isinstance(e, Create)}
    middle = recording.effects[100 : -len(recording.effects) // 10]
    assert any(isinstance(e, Write) and e.file == files["ledger.db"] for e in middle)


def test_a_recording_is_the_same_each_time() -> None:
    first, second = record(Plan(7)), record(Plan(7))
    assert [type(e) for e in first.effects] == [type(e) for e in second.effects]
    assert first.promises == second.promises


def test_unsynced_sectors_are_torn_and_synced_ones_stay() -> None:
    disk = Disk()
    disk.apply(Create("f", 1))
    disk.apply(Write(1, 0, b"a" * SECTOR * 2))
    disk.apply(Sync(1))
    disk.apply(Write(1, 0, b"b" * SECTOR * 2))
    images = {disk.crashed(random.Random(seed), 0.5)["f"] for seed in range(50)}
    a, b = b"a" * SECTOR, b"b" * SECTOR
    assert images == {a + a, a + b, b + a, b + b}


def test_an_unlink_may_vanish_until_a_later_file_of_that_name_is_synced() -> None:
    disk = Disk()
    for effect in (Create("f", 1), Write(1, 0, b"old"), Sync(1), Unlink("f", folder_synced=False)):
        disk.apply(effect)
    assert disk.crashed(random.Random(1), 0.0) == {"f": b"old"}
    assert disk.crashed(random.Random(1), 1.0) == {}
    for effect in (Create("f", 2), Write(2, 0, b"new"), Sync(2)):
        disk.apply(effect)
    assert disk.crashed(random.Random(1), 0.0) == {"f": b"new"}
