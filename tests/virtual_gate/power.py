"""Power cuts: the guest killed while it works, and every write replayed afterwards."""

import random
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from device.ledger.file import LedgerError, LedgerFile
from device.ledger.verification import verify
from gate_contract.verdicts import CROSSINGS
from tests.end_to_end.passing import card_codes
from tests.virtual_gate.machine import Guest
from tests.virtual_gate.outcome import Outcome
from tests.virtual_gate.parts import Parts
from tests.virtual_gate.site import GATE, Site
from tests.virtual_gate.write_log import Cut, cuts

LEDGER_ONLY = ("systemd.unit=virtual-gate-power-cut.target",)
WRITER = "/opt/schoolgate/bin/python /usr/lib/virtual-gate/write_ledger.py"
SHORT, LONG = 30, 150
"""Cards, each of which passes once if writes are logged."""
DATA_MB = 24
"""Copied for each cut; the log of a long run wraps SQLite's WAL within it."""


def cards(site: Site, number: int) -> list[bytes]:
    """Return codes of genuine cards. The gate has no network then, so no card counts as expired."""
    return card_codes(site, number)


def told(name: str, losses: "Losses", *, must_lose: bool = False) -> Outcome:
    """Return the outcome of a campaign."""
    faults = [f"{losses.lost} lost: {losses.first}"] if losses.lost and not must_lose else []
    if not losses.cuts or (must_lose and not losses.lost):
        faults.append("nothing was lost, so nothing was proven")
    return Outcome(
        name, f"{losses.cuts} power cuts in {losses.told} crossings, {losses.lost} lost", faults
    )


@dataclass(slots=True)
class Losses:
    """The losses of `cuts` cuts with something reported before them.

    `lost` cuts left less in the ledger than was reported, or a damaged ledger. `told` counts the
    reports.
    """

    cuts: int = 0
    lost: int = 0
    told: int = 0
    first: str = ""

    def count(self, told: int, found: int, fault: str) -> None:
        """Count one cut: what the ledger acknowledged before it, and what it holds after it."""
        self.cuts += 1
        if fault or found < told:
            self.lost += 1
            self.first = self.first or f"{told} told, {found} found {fault}"


def guest(parts: Parts, data: Path, *disks: Path) -> Guest:
    """Boot with nothing but the ledger."""
    return Guest(
        parts.kernel, parts.root, data, parts.folder, disks, False, LEDGER_ONLY, memory_mb=256
    )


def killed(parts: Parts, data: Path, number: int, synchronous: str = "") -> Losses:
    """Kill the guest `number` times while it writes one ledger; verify it after each boot."""
    losses, chance, told = Losses(), random.Random(7), 0
    for _ in range(number):
        with guest(parts, data) as gate:
            _look(gate, losses, told)
            before = len(gate.witness)
            gate.run(f"{WRITER} line '{synchronous}' > /run/writer.log 2>&1 &")
            gate.await_witness(before + chance.randrange(1, 120))
        told = int(gate.witness[-1])
        losses.told = told
    with guest(parts, data) as gate:
        _look(gate, losses, told)
    return losses


def _look(gate: Guest, losses: Losses, told: int) -> None:
    if not told:
        return
    code, said = gate.ask(f"{WRITER} count ''")
    losses.count(told, int(said) if not code else 0, said if code else "")


def replayed(parts: Parts, data: Path, log: Path, synchronous: str = "") -> Losses:
    """Let everybody pass once on logged writes; then cut the power at each of them."""
    base = data.read_bytes()
    log.unlink(missing_ok=True)
    with log.open("wb") as empty:
        empty.truncate(256 << 20)
    with guest(parts, data, log) as gate:
        gate.run(f"{WRITER} log '{synchronous}'")
        gate.power_off()
    losses = Losses()
    with tempfile.TemporaryDirectory(dir=parts.folder) as work:
        for cut in cuts(log, base, seed=7):
            losses.told = cut.told
            losses.count(cut.told, *survivors(cut, Path(work)))
    return losses


def survivors(cut: Cut, work: Path) -> tuple[int, str]:
    """Return the crossings in the ledger after a cut, and what is wrong with it."""
    disk = work / "disk"
    disk.write_bytes(cut.disk)
    repaired = _tool("e2fsck", "-fy", disk)
    if repaired.returncode not in (0, 1):
        return 0, f"the file system is beyond repair: {repaired.stdout}"
    for name in ("ledger.db", "ledger.db-wal"):
        (work / name).unlink(missing_ok=True)
        _tool("debugfs", "-R", f"dump /ledger/{name} {work / name}", disk)
    (work / "ledger.db-shm").unlink(missing_ok=True)
    try:
        with closing(LedgerFile.open(work / "ledger.db", GATE)) as ledger:
            tally = verify(ledger).tally
    except LedgerError as error:
        return 0, str(error)
    return sum(count for verdict, count in tally.items() if verdict in CROSSINGS), ""


def _tool(*command: str | Path) -> subprocess.CompletedProcess[str]:
    words: Sequence[str] = [str(part) for part in command]
    return subprocess.run(words, capture_output=True, text=True, check=False)
