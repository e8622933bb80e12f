"""Failing storage under a working gatekeeper: the n-th write or fsync of a morning fails."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from device.ledger.file import LedgerError, create
from device.ledger.scan_ledger import NewRecord, ScanLedger
from device.ledger.verification import verify
from device.scan.gatekeeper import RETRY_MS, Gatekeeper
from device.scan.verdict import Policy
from device.timekeeping import ClockReading
from gate_contract.crossing import Direction, Record
from gate_contract.verdicts import CROSSINGS, Verdict
from tests.crash.vfs import FULL, IOERR_FSYNC, IOERR_WRITE, watched
from tests.crash.work import GATE_ID, MORNING_MS, scratch
from tests.simulation.cards import Sample, genuine, keys
from tests.simulation.district import ZONE

BOOT_ID = "5" * 32
SCAN_MS = 4_000
"""The time between two cards: a gate that pauses for a second after a failure has recovered."""

RECOVERY_S = 20
CODES = {"full": FULL, "write": IOERR_WRITE, "fsync": IOERR_FSYNC}
EFFECTS = 60
"""The last effect at which a failure begins; a morning has about as many."""


@dataclass
class Failing:
    """A plan in which effects `first` to `last` fail with SQLite's result code `code`."""

    code: int
    first: int
    last: int
    seen: int = 0
    refused: int = 0

    def opened(self, path: str) -> None: ...

    def write(self, _path: str, _offset: int, _data: bytes) -> int:
        return self._effect()

    def truncate(self, _path: str, _size: int) -> int:
        return self._effect()

    def sync(self, _path: str) -> int:
        return self._effect()

    def unlink(self, _path: str, *, folder_synced: bool) -> int:
        return 0

    def _effect(self) -> int:
        self.seen += 1
        failing = self.first <= self.seen <= self.last
        self.refused += failing
        return self.code if failing else 0


@dataclass
class Morning:
    """The answers of a gate, and what its ledger holds afterwards."""

    answers: list[tuple[Sample, list[Verdict]]] = field(default_factory=list)
    faults_said: int = 0
    well_at_the_end: bool = False
    held: list[Record] = field(default_factory=list)

    def lies(self) -> Iterator[str]:
        """Green lights without a record, and other violations."""
        crossings = {(r.card_id, r.up_ms) for r in self.held if r.is_crossing}
        for number, (sample, verdicts) in enumerate(self.answers, 1):
            green = bool(CROSSINGS & set(verdicts))
            if green and (sample.card_id, number * SCAN_MS) not in crossings:
                yield f"green for {sample.name}, scan {number}, without a record"
            if not green and verdicts != [Verdict.STORAGE_FAILED]:
                yield f"scan {number} was answered {verdicts}"


def morning(watcher: Failing, *, scans: int = 8, on: type[ScanLedger] = ScanLedger) -> Morning:
    """Let `scans` people pass one after another while `watcher` lets storage fail."""
    told = Morning()
    with scratch() as folder:
        path = folder / "ledger.db"
        create(path, GATE_ID)
        with watched(watcher):
            keeper = gatekeeper(path, on)
            for number, sample in zip(range(1, scans + 1), itertools.cycle(genuine())):
                reading = reading_at(number * SCAN_MS)
                answers = keeper.see([sample.code], reading.up_ms, reading)
                told.answers.append((sample, [answer.verdict for answer in answers]))
                told.faults_said += keeper.storage_fault is not None
                keeper.tend(reading_at(number * SCAN_MS + RETRY_MS + 1))
            for second in range(1, RECOVERY_S + 1):
                keeper.tend(reading_at(scans * SCAN_MS + second * (RETRY_MS + 2)))
            told.well_at_the_end = keeper.storage_fault is None
            keeper.close()
        ledger = ScanLedger.open(path, GATE_ID)
        verify(ledger)
        told.held = [record for record, _ in ledger.records(1, ledger.head()[0])]
        ledger.close()
    return told


def gatekeeper(path: Path, on: type[ScanLedger] = ScanLedger) -> Gatekeeper:
    """Return a gatekeeper as gate-scan makes it."""

    def open_ledger() -> ScanLedger:
        create(path, GATE_ID)
        return on.open(path, GATE_ID)

    return Gatekeeper(Policy(Direction.IN, 1_000), keys(), ZONE, open_ledger)


def reading_at(up_ms: int) -> ClockReading:
    """Return a reading of a clock that was never synchronised."""
    return ClockReading(BOOT_ID, up_ms, MORNING_MS + up_ms, synchronised=False)


class CarelessLedger(ScanLedger):
    """The control: failed writes are silently ignored."""

    def append(self, entries: Sequence[NewRecord]) -> list[Record]:
        try:
            return super().append(entries)
        except LedgerError:
            return []
