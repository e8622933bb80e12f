"""A file is replaced as a whole, and the new name is on the disk when the function returns."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from gate_contract.durable_file import replace_file, sync_folder


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the relevant system calls: syncs of files and folders, and renames."""
    done: list[str] = []
    fsync, rename = os.fsync, os.replace

    def recording_fsync(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        done.append("sync folder" if is_folder else "sync file")
        fsync(descriptor)

    def recording_rename(source: Path, target: Path) -> None:
        done.append("rename")
        rename(source, target)

    monkeypatch.setattr(os, "fsync", recording_fsync)
    monkeypatch.setattr(os, "replace", recording_rename)
    return done


def test_the_file_is_synced_before_the_rename_and_the_folder_after_it(
    tmp_path: Path, steps: list[str]
) -> None:
    path = tmp_path / "orders.json"
    path.write_bytes(b"old")
    replace_file(path, b"new", 0o640)
    assert steps == ["sync file", "rename", "sync folder"]
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [found.name for found in tmp_path.iterdir()] == ["orders.json"]


def test_a_folder_is_synced(tmp_path: Path, steps: list[str]) -> None:
    sync_folder(tmp_path)
    assert steps == ["sync folder"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "orders.json"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"new", 0o640)
    assert path.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["orders.json"]


def writers() -> dict[str, Callable[[Path], object]]:
    """Return a writer for each file of a gate that has to survive a power cut."""
    from device.ledger import damage_report
    from device.orders.store import write_stored
    from device.orders.trial import StoredOrders
    from device.roster_store import RosterStore
    from device.updating import state_file
    from device.updating.install_rules import UpdateState

    return {
        "orders": lambda folder: write_stored(folder, StoredOrders(latest=b"x")),
        "roster": lambda folder: RosterStore(folder, "vg-01", {}).keep(b"x"),
        "ledger.id": lambda folder: damage_report.write_identity(folder / "l.db", "vg-01", "a"),
        "state.json": lambda folder: state_file.keep(folder / "state.json", UpdateState()),
    }


@pytest.mark.parametrize("name", ["orders", "roster", "ledger.id", "state.json"])
def test_the_files_of_a_gate_are_synced_with_their_folder(
    tmp_path: Path, steps: list[str], name: str
) -> None:
    writers()[name](tmp_path)
    assert steps[:2] == ["sync file", "rename"]
    assert steps[-1] == "sync folder"
