"""The test of storage leaves nothing behind."""

from pathlib import Path

from device.selftest.storage import try_storage


def test_storage_is_written_read_back_and_left_clean(tmp_path: Path) -> None:
    trial = try_storage(tmp_path, lambda: 5)
    assert trial.free_bytes > 0
    assert (trial.fault, list(tmp_path.iterdir())) == ("", [])
    assert "No such file" in try_storage(tmp_path / "gone", lambda: 5).fault
