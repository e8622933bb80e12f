"""The work of a gate on its ledger, by the ledger's own code, with every effect recorded."""

import random
import secrets
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from unittest.mock import patch

from device.ledger import file as ledger_file
from device.ledger.file import create
from device.ledger.scan_ledger import NewRecord, ScanLedger, _record
from device.ledger.uplink_ledger import UplinkLedger
from device.timekeeping import Stamp
from gate_contract.card import Card, CardKind
from gate_contract.crossing import ClockTrust, Direction, Record
from gate_contract.verdicts import Verdict
from tests.crash.disk import Effect, Recorder
from tests.crash.vfs import watched

GATE_ID = "vg-powercut-01"
MORNING_MS = 1_795_392_000_000
HOUR_MS = 3_600_000
QUICK_FOLDER = Path("/dev/shm")  # noqa: S108 (memory, where there is one: what counts is recorded)


@dataclass(frozen=True, slots=True)
class Promise:
    """From effect number `after` on, the ledger has to hold `records`, and be `ledger_id`."""

    after: int
    ledger_id: str
    records: tuple[Record, ...] = ()


@dataclass(slots=True)
class Recording:
    """The effects on the files, the promises, and the effects from which rows might be pruned.

    `density`: the part of the effects to cut at, if there are too many similar ones.
    """

    density: float = 1.0

    effects: list[Effect] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    receipts: list[tuple[int, int]] = field(default_factory=list)
    """(effect number, seq): from then on, rows up to seq may be missing."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The work to do.

    `restarts` is their weight among the steps; without any, the WAL grows until SQLite checkpoints
    by itself. `synchronous` None is what ships; `early` is a planted bug: signal before the commit.
    """

    seed: int
    steps: int = 30
    restarts: int = 4
    density: float = 1.0
    synchronous: str | None = None
    early: bool = False


LONG = Plan(1_000_000, steps=900, restarts=0, density=0.05)
"""Long enough for SQLite to checkpoint by itself, at 1,000 pages in the WAL."""


@contextmanager
def scratch() -> Iterator[Path]:
    """Make a folder that is deleted afterwards."""
    quick = QUICK_FOLDER if QUICK_FOLDER.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="schoolgate-", dir=quick) as folder:
        yield Path(folder)


def record(plan: Plan) -> Recording:
    """Do the work of `plan` on a new ledger."""
    chance = random.Random(plan.seed)
    same_names = patch.object(secrets, "token_hex", lambda size: chance.randbytes(size).hex())
    with scratch() as folder, _pragma(plan.synchronous), same_names:
        recorder = Recorder()
        with watched(recorder):
            return _Work(plan, folder / "ledger.db", recorder).run()


@contextmanager
def _pragma(synchronous: str | None) -> Iterator[None]:
    if synchronous is None:
        yield
        return
    real = ledger_file._connect

    def weakened(path: Path, mode: str) -> sqlite3.Connection:
        connection = real(path, mode)
        connection.execute(f"PRAGMA synchronous={synchronous}")
        return connection

    with patch.object(ledger_file, "_connect", weakened):
        yield


class _Work:
    def __init__(self, plan: Plan, path: Path, recorder: Recorder) -> None:
        self._plan, self._path, self._recorder = plan, path, recorder
        self._chance = random.Random(plan.seed)
        self._recording = Recording(plan.density, recorder.effects)
        self._boot, self._up_ms, self._synchronised = 1, 1_000, False

    def run(self) -> Recording:
        self._open()
        for _ in range(self._plan.steps):
            self._step()()
        self._close()
        return self._recording

    def _step(self) -> Callable[[], None]:
        return self._chance.choices(
            [
                self._cross,
                self._refuse_some,
                self._prove,
                self._deliver,
                self._prune,
                self._restart,
            ],
            [60, 10, 5, 12, 5, self._plan.restarts],
        )[0]

    def _open(self) -> None:
        create(self._path, GATE_ID)
        self._scan = ScanLedger.open(self._path, GATE_ID)
        self._uplink = UplinkLedger.open(self._path, GATE_ID)
        self._promise(())

    def _close(self) -> None:
        # Either may be the last to close, and so the one to checkpoint and to unlink the WAL.
        for ledger in self._chance.sample([self._scan, self._uplink], 2):
            ledger.close()

    def _restart(self) -> None:
        self._close()
        self._boot, self._synchronised = self._boot + 1, False
        self._up_ms = 1_000
        self._open()

    def _cross(self) -> None:
        number = self._chance.randrange(40)
        card = Card(f"{number:016x}", CardKind.PUPIL, date.min, date.max)
        words = bytes([number]) * 200 if number % 4 == 0 else None  # as of a visitor
        entries = [NewRecord(self._stamp(), Verdict.ADMITTED_IN, card, Direction.IN, sealed=words)]
        if not self._synchronised and self._chance.random() < 0.3:
            self._synchronised = True
            entries.insert(0, NewRecord(self._stamp(), Verdict.CLOCK_SET))
        self._append(entries)

    def _refuse_some(self) -> None:
        count = self._chance.randint(1, 8)
        self._append(
            [NewRecord(self._stamp(), Verdict.UNREADABLE, count=n + 1) for n in range(count)]
        )

    def _append(self, entries: list[NewRecord]) -> None:
        if self._plan.early:
            seq = self._scan.head()[0]
            early = tuple(_record(seq + n, entry) for n, entry in enumerate(entries, 1))
            self._promise(early)
            self._scan.append(entries)
        else:
            self._promise(tuple(self._scan.append(entries)))

    def _promise(self, records: tuple[Record, ...]) -> None:
        after = len(self._recorder.effects)
        self._recording.promises.append(Promise(after, self._scan.ledger_id, records))

    def _prove(self) -> None:
        self._scan.prove_writable(self._up_ms)

    def _deliver(self) -> None:
        seq = self._chance.randint(self._uplink.receipted(), self._uplink.head()[0])
        self._recording.receipts.append((len(self._recorder.effects), seq))
        self._uplink.set_receipted(seq)

    def _prune(self) -> None:
        self._uplink.prune(2 * HOUR_MS)

    def _stamp(self) -> Stamp:
        self._up_ms += self._chance.randint(1, HOUR_MS // 4)
        boot_id = f"{self._boot:032x}"
        if not self._synchronised:
            return Stamp(boot_id, self._up_ms, None, ClockTrust.UNTRUSTED)
        at = MORNING_MS + self._boot * 24 * HOUR_MS + self._up_ms
        return Stamp(boot_id, self._up_ms, at, ClockTrust.TRUSTED)
