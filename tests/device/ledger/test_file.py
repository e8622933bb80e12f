"""The ledger file: appended records stay, alterations are found."""

import os
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from device.ledger import file
from device.ledger.file import LedgerAbsentError, LedgerError, LedgerFile, create
from device.ledger.scan_ledger import NewRecord, ScanLedger
from device.ledger.uplink_ledger import UplinkLedger
from device.ledger.verification import verify
from device.ledger.verified_open import verify_or_set_aside
from device.timekeeping import Stamp
from gate_contract.crossing import (
    ClockTrust,
    Direction,
    chain_over,
    chain_start,
)
from gate_contract.verdicts import Verdict
from tests.builders.issuer import Issuer
from tests.builders.scanning_gate import GATE_ID, open_ledger
from tests.fakes.clock import BOOT, MORNING_MS

DAY_MS = 86_400_000


def entry(number: int, *, after_ms: int = 0) -> NewRecord:
    stamp = Stamp(BOOT, after_ms + number, MORNING_MS + after_ms + number, ClockTrust.TRUSTED)
    return NewRecord(stamp, Verdict.ADMITTED_IN, Issuer().card(number), Direction.IN)


def filled(path: Path, count: int) -> ScanLedger:
    ledger = open_ledger(path)
    for number in range(1, count + 1):
        ledger.append([entry(number)])
    return ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.db"


def test_appended_records_are_chained_and_gap_free(path: Path) -> None:
    ledger = filled(path, 10)
    ledger.append([entry(11), entry(12)])
    rows = list(ledger.records(1, 99))
    assert [record.seq for record, _ in rows] == list(range(1, 13))
    start = chain_start(GATE_ID, ledger.ledger_id)
    assert chain_over(start, [record for record, _ in rows]) == ledger.head()[1] == rows[-1][1]
    assert verify(ledger).tally == {Verdict.ADMITTED_IN: 12}


def test_the_file_survives_its_process(path: Path) -> None:
    before = filled(path, 5)
    ledger_id, head = before.ledger_id, before.head()
    before.close()
    after = open_ledger(path)
    assert (after.ledger_id, after.head()) == (ledger_id, head)


def test_the_durable_settings_are_on(path: Path) -> None:
    ledger = filled(path, 1)
    connection = ledger._connection
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_the_group_may_write(path: Path) -> None:
    umask = os.umask(0o007)  # as the services have it
    try:
        filled(path, 1)
    finally:
        os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) & 0o060 == 0o060


def test_both_services_write_at_the_same_time(path: Path) -> None:
    filled(path, 1).close()
    stop = threading.Event()
    failures: list[Exception] = []

    def uplink() -> None:
        ledger = UplinkLedger.open(path, GATE_ID)
        try:
            while not stop.is_set():
                ledger.set_receipted(ledger.head()[0])
        except LedgerError as error:
            failures.append(error)
        finally:
            ledger.close()

    thread = threading.Thread(target=uplink)
    thread.start()
    scan = open_ledger(path)
    for number in range(2, 300):
        scan.append([entry(number)])
    stop.set()
    thread.join()
    assert not failures
    assert verify(scan).last == 299


@pytest.mark.parametrize(
    "alteration",
    [
        "UPDATE records SET verdict = 'admitted_out', direction = 'out' WHERE seq = 5",
        "UPDATE records SET at = at + 1 WHERE seq = 5",
        "UPDATE records SET chain = zeroblob(32) WHERE seq = 5",
        "DELETE FROM records WHERE seq = 5",
        "UPDATE records SET verdict = 'nonsense' WHERE seq = 5",
    ],
)
def test_an_altered_record_is_found(path: Path, alteration: str) -> None:
    filled(path, 9).close()
    with sqlite3.connect(path) as connection:
        connection.execute(alteration)
    connection.close()
    ledger = LedgerFile.open(path, GATE_ID)
    with pytest.raises(LedgerError, match="record 5"):
        verify(ledger)


def test_another_gates_ledger_is_never_written(path: Path) -> None:
    filled(path, 3).close()
    with pytest.raises(LedgerError, match=GATE_ID):
        ScanLedger.open(path, "vg-other-02")


def test_the_uplink_waits_for_the_file(path: Path) -> None:
    with pytest.raises(LedgerError, match="gate-scan creates it"):
        UplinkLedger.open(path, GATE_ID)


def test_nobody_sees_a_part_of_a_ledger(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect, seen = file._connect, []

    def look(_: str) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(file, "_connect", connect)
            try:
                LedgerFile.open(path, GATE_ID).close()
                seen.append("whole")
            except LedgerAbsentError:
                seen.append("absent")

    def watched(at: Path, mode: str) -> sqlite3.Connection:
        connection = connect(at, mode)
        connection.set_trace_callback(look)
        return connection

    monkeypatch.setattr(file, "_connect", watched)
    create(path, GATE_ID)
    assert seen.count("absent") > 10
    assert seen[-1] == "whole"
    assert "absent" not in seen[seen.index("whole") :]


def test_a_ledger_half_made_is_made_again_but_an_emptied_one_is_set_aside(path: Path) -> None:
    path.parent.mkdir()
    sqlite3.connect(path).execute("PRAGMA journal_mode=WAL").connection.close()
    assert path.stat().st_size
    assert verify_or_set_aside(path, GATE_ID) is None
    filled(path, 1).close()
    path.unlink()
    sqlite3.connect(path).execute("PRAGMA journal_mode=WAL").connection.close()
    assert verify_or_set_aside(path, GATE_ID)


def test_a_folder_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(LedgerError, match="Check"):
        create(tmp_path / "state" / "ledger.db", GATE_ID)


def test_a_file_that_is_no_database_is_explained(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(LedgerError, match="gate ledger verify"):
        create(path, GATE_ID)


def test_a_full_disk_records_nothing_and_recovers(path: Path) -> None:
    ledger = filled(path, 3)
    (pages,) = ledger._connection.execute("PRAGMA page_count").fetchone()
    ledger._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LedgerError, match="full"):
        ledger.append([entry(number) for number in range(4, 400)])
    assert ledger.head()[0] == 3
    ledger._connection.execute("PRAGMA max_page_count = 1000000")
    ledger.append([entry(4)])
    assert verify(ledger).last == 4
