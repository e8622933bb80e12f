"""Two Unix users write one SQLite file in WAL mode, in a folder made as tmpfiles.d makes it."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.roster_store import RosterStore
from tests.builders.rosters import Orders

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as two users")

SCAN_UID, UPLINK_UID, STRANGER_UID, SHARED_GID = 64_001, 64_002, 64_003, 64_000

CREATE = "os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o660))"
APPEND = """
ledger = sqlite3.connect(path)
ledger.execute("PRAGMA journal_mode=WAL")
with ledger:
    ledger.execute("CREATE TABLE IF NOT EXISTS t (who INTEGER)")
    ledger.execute("INSERT INTO t VALUES (?)", [os.getuid()])
"""
CRASH = "os._exit(0)"  # leaves -wal and -shm behind


@pytest.fixture
def folder() -> Iterator[Path]:
    """Make a folder outside of tmp_path, which other users cannot enter."""
    outer = Path(tempfile.mkdtemp(prefix="schoolgate-"))
    outer.chmod(0o755)
    inner = outer / "schoolgate"
    inner.mkdir()
    os.chown(inner, SCAN_UID, SHARED_GID)
    inner.chmod(0o2770)
    yield inner
    shutil.rmtree(outer)


def act(folder: Path, uid: int, work: str, gid: int = SHARED_GID) -> str:
    """Do `work` as a user with the units' UMask; return its error output."""
    program = (
        "import os, sqlite3\n"
        f"os.setgroups([]); os.setgid({gid}); os.setuid({uid}); os.umask(0o007)\n"
        f"path = {str(folder / 'ledger.db')!r}\n{work}"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    return done.stderr


@pytest.mark.parametrize("order", [(SCAN_UID, UPLINK_UID), (UPLINK_UID, SCAN_UID)])
def test_both_write_whoever_comes_first(folder: Path, order: tuple[int, int]) -> None:
    first, second = order
    assert act(folder, first, f"{CREATE}\n{APPEND}\n{CRASH}") == ""
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == dict.fromkeys(["ledger.db", "ledger.db-wal", "ledger.db-shm"], 0o660)
    assert {path.stat().st_gid for path in folder.iterdir()} == {SHARED_GID}
    assert act(folder, second, f"{CREATE}\n{APPEND}\n{CRASH}") == ""
    assert act(folder, first, f"{CREATE}\n{APPEND}\nledger.close()") == ""


def test_a_ledger_that_sqlite_creates_itself_is_closed_to_the_other(folder: Path) -> None:
    """Show why the ledger is created with mode 0660 first: SQLite uses 0644, whatever the UMask."""
    assert act(folder, SCAN_UID, f"{APPEND}\n{CRASH}") == ""
    assert "readonly database" in act(folder, UPLINK_UID, APPEND)


def test_nobody_else_reads_it(folder: Path) -> None:
    assert act(folder, SCAN_UID, f"{CREATE}\n{APPEND}") == ""
    assert "unable to open" in act(folder, STRANGER_UID, APPEND, gid=STRANGER_UID)


def test_rosters_are_read_by_both_services_and_nobody_else(folder: Path) -> None:
    orders = Orders("gate-a1")
    shelf = RosterStore(folder, "gate-a1", orders.public_keys)
    for version in (1, 2):
        shelf.keep(orders.payload(version, {1: 4}))
        for path in folder.glob("roster.*"):
            os.chown(path, UPLINK_UID, -1)  # whose service writes them; the group is the folder's
    read = "".join(f"open({str(path)!r}, 'rb').read()\n" for path in folder.glob("roster.*"))
    assert read.count("open") == 2
    assert act(folder, SCAN_UID, read) == ""
    assert "Permission denied" in act(folder, STRANGER_UID, read, gid=STRANGER_UID)
