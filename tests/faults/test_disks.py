"""Full and failing disks: the fault signal, never a green light that is not stored."""

from pathlib import Path

import pytest

from device.ledger.file import LedgerError
from device.ledger.scan_ledger import ScanLedger
from tests.faults import eio
from tests.faults.diskfull import bridge_disk, gate_disk
from tests.faults.outcome import Outcome


def passed_or_skipped(outcome: Outcome) -> None:
    skipped = [note for note in outcome.notes if note.startswith("SKIPPED")]
    if skipped:
        pytest.skip(skipped[0])
    assert outcome.is_clean, outcome.line()


@pytest.mark.parametrize("ext4", [True, False])
def test_a_full_disk_at_the_gate(tmp_path: Path, ext4: bool) -> None:
    passed_or_skipped(gate_disk(tmp_path / "arena", 2, ext4=ext4))


@pytest.mark.timeout(180)
def test_a_full_disk_at_the_bridge(tmp_path: Path) -> None:
    passed_or_skipped(bridge_disk(tmp_path, 1))


def test_who_swallows_the_error_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append = ScanLedger.append

    def planted(self, entries):  # type: ignore[no-untyped-def]
        try:
            return append(self, entries)
        except LedgerError:
            return []

    monkeypatch.setattr(ScanLedger, "append", planted)
    outcome = gate_disk(tmp_path / "arena", 1, patience_s=2)
    if outcome.tried:
        assert outcome.lost > 0, outcome.line()


def test_a_disk_that_fails_under_the_gate(tmp_path: Path) -> None:
    passed_or_skipped(eio.gate_errors(tmp_path, 2))


def test_a_disk_that_fails_under_the_bridge(tmp_path: Path) -> None:
    passed_or_skipped(eio.bridge_errors(tmp_path, 1))
