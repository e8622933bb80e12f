"""A disk that answers EIO: every write and every sync of the storing code fails once."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from device.ledger.file import LedgerFile
from device.ledger.verification import verify
from gate_contract.verdicts import CROSSINGS
from server_bridge.store.crossings.audit import count_faults, prove_ledgers
from tests.end_to_end.district_harness import DistrictHarness
from tests.end_to_end.passing import card_codes
from tests.faults.arena import GATE, ROOT
from tests.faults.outcome import Outcome

GREEN = 12
RECORDS = 40
CALLS = ("pwrite64", "fdatasync,fsync", "ftruncate")


def gate_errors(folder: Path, tried: int) -> Outcome:
    """Let twelve people pass while the n-th call fails, for every n."""
    outcome = Outcome("EIO at every write and sync of the gate")
    district = DistrictHarness(folder / "district")
    (district.configs[GATE].parent / "codes").write_text(
        "\n".join(code.decode() for code in card_codes(district, GREEN))
    )
    beyond = 0
    for calls, nth in _indexes(
        outcome, ["gate", str(district.configs[GATE]), str(GREEN)], tried, district
    ):
        state = district.config(GATE).ledger_path.parent
        shutil.rmtree(state, ignore_errors=True)
        said = _run(["gate", str(district.configs[GATE]), str(GREEN)], calls, nth)
        green = sum(line in CROSSINGS for line in said)
        outcome.tried += 1
        with closing(LedgerFile.open(district.config(GATE).ledger_path, GATE)) as ledger:
            verify(ledger)
            held = sum(record.is_crossing for record, _ in ledger.records(1, 10**9))
        outcome.lost += max(0, green - held)
        beyond += max(0, held - green)
        outcome.green += green
        outcome.survived += green == GREEN and held >= green
    if beyond:
        outcome.notes.append(f"{beyond} recorded although the light said fault")
    return outcome


def bridge_errors(folder: Path, tried: int) -> Outcome:
    """Let forty records arrive while the n-th call fails, for every n."""
    outcome = Outcome("EIO at every write and sync of the bridge")
    district = DistrictHarness(folder / "district")
    home = district.home.folder
    shutil.copytree(home, folder / "home")
    for calls, nth in _indexes(outcome, ["bridge", str(home), str(RECORDS)], tried, district):
        shutil.rmtree(home)
        shutil.copytree(folder / "home", home)
        said = _run(["bridge", str(home), str(RECORDS)], calls, nth)
        receipted = int(said[-1]) if said else 0
        outcome.tried += 1
        with closing(district.home.database()) as database, database.read() as connection:
            proofs = prove_ledgers(connection)
            wrong = count_faults(connection)
        held = proofs[0].records if proofs else 0
        outcome.lost += max(0, receipted - held) + len(wrong)
        outcome.green += receipted
        outcome.survived += receipted == RECORDS == held and not proofs[0].fault
    return outcome


def _indexes(
    outcome: Outcome, arguments: list[str], tried: int, district: DistrictHarness
) -> list[tuple[str, int]]:
    """Return the calls that can fail, from a run in which none does."""
    if not shutil.which("strace"):
        outcome.notes.append("SKIPPED, strace is not installed")
        return []
    home = district.home.folder
    shutil.copytree(home, district.folder / "spare")
    told = _strace(arguments, ["-c", "-f", "-e", f"trace={','.join(CALLS)}"]).stderr
    counted = {name: int(number) for number, name in re.findall(_COUNTED, told, re.MULTILINE)}
    found = [
        (calls, nth)
        for calls in CALLS
        for nth in range(1, sum(counted.get(name, 0) for name in calls.split(",")) + 1)
    ]
    shutil.rmtree(home)
    shutil.copytree(district.folder / "spare", home)
    shutil.rmtree(district.config(GATE).ledger_path.parent, ignore_errors=True)
    step = max(1, -(-len(found) // tried))
    return found[::step]


_COUNTED = r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+)(?: +\d+)? +(?!total)(\w+)$"


def _run(arguments: list[str], calls: str, nth: int) -> list[str]:
    inject = f"inject={calls}:error=EIO:when={nth}"
    return _strace(arguments, ["-f", "-e", f"trace={calls}", "-e", inject]).stdout.split()


def _strace(arguments: list[str], options: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            "strace",
            "--seccomp-bpf",
            *options,
            sys.executable,
            "-m",
            "tests.faults.writer",
            *arguments,
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=dict(os.environ, PYTHONPATH=str(ROOT), PYTHONDONTWRITEBYTECODE="1"),
    )
