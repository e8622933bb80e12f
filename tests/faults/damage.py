"""Damage in the ledger's file: every page once, and random bits.

The damage is done to a copy, then found by gate-scan's own verification, set aside, and delivered
by the uplink's own loop to a district at the end of a fake connection. The records in the damaged
page are lost, and the first record after it cannot be proven; everything else has to arrive as it
was written, and whatever has not arrived has to be reported as missing.
"""

import random
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from device.ledger import carving
from device.ledger.uplink_ledger import UplinkLedger
from device.ledger.verified_open import LedgerOpener
from device.scan.gatekeeper import Gatekeeper
from device.scan.verdict import Policy
from device.uplink.loop import UplinkLoop
from device.uplink.salvage_delivery import SalvageDelivery
from gate_contract.crossing import Record
from gate_contract.verdicts import CROSSINGS
from tests.builders.issuer import Issuer
from tests.builders.scanning_gate import GATE_ID
from tests.fakes.clock import FakeClock
from tests.fakes.line import District
from tests.faults.outcome import Outcome

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
RECORDS = 1_500
PAGE = 4_096
Opener = Callable[[Path, str], Callable[[], object]]


@dataclass
class Patient:
    """One gate: keeper and uplink on the ledger in `folder`, with one `clock`."""

    folder: Path
    clock: FakeClock = field(default_factory=FakeClock)
    district: District = field(default_factory=lambda: District(GATE_ID))
    opening: Opener = LedgerOpener

    def __post_init__(self) -> None:
        self.issuer = Issuer()
        self.path = self.folder / "ledger.db"
        self.keeper = Gatekeeper(
            Policy(None, 5_000),
            self.issuer.public_keys,
            ZONE,
            self.opening(self.path, GATE_ID),  # type: ignore[arg-type]
        )
        self.uplink = UplinkLoop(
            open_ledger=lambda: UplinkLedger.open(self.path, GATE_ID),
            open_session=self.district.connect,
            clock=self.clock,
            read_scan=lambda _: None,
            keep_days=30,
            chance=random.Random(1),
            open_salvaged=lambda: SalvageDelivery(self.folder, GATE_ID),
        )

    def show(self, *numbers: int) -> bool:
        """Show these cards; return whether all got a green light."""
        self.clock.pass_ms(2_000)
        codes = [self.issuer.code(number) for number in numbers]
        answers = self.keeper.see(codes, self.clock.up_ms, self.clock.read())
        return len(answers) == len(numbers) and {answer.verdict for answer in answers} <= CROSSINGS

    def live(self, turns: int) -> None:
        """Let both processes continue for a while."""
        for _ in range(turns):
            self.clock.pass_ms(300)
            self.keeper.tend(self.clock.read())
            self.uplink.step(lambda _: None)

    def arrived(self) -> dict[tuple[str, int], Record]:
        """Return the records that the district received."""
        return {
            (batch.ledger_id, record.seq): record
            for batch in self.district.batches
            for record in batch.records
        }

    def close(self) -> None:
        self.keeper.close()
        self.uplink.close()


@dataclass
class Original:
    """An undamaged ledger, none of it delivered, and its records."""

    folder: Path
    records: dict[int, Record] = field(default_factory=dict)
    ledger_id: str = ""

    def __post_init__(self) -> None:
        patient = Patient(self.folder)
        self.path = patient.path
        for number in range(RECORDS // 20):
            assert patient.show(*(20 * number % 400 + n for n in range(20)))
        patient.close()
        with_ledger = UplinkLedger.open(self.path, GATE_ID)
        self.ledger_id = with_ledger.ledger_id
        self.records = {r.seq: r for r, _ in with_ledger.records(1, 10**9)}
        with_ledger.close()

    def on_page(self, number: int) -> set[int]:
        """Return the records on a page."""
        data = self.path.read_bytes()[number * PAGE : (number + 1) * PAGE]
        rows = carving._rows_of_page(data, header_at=100 if number == 0 else 0)
        return {entry[0].seq for entry in map(carving.as_record, rows) if entry}


def pages(folder: Path, tried: int) -> Outcome:
    """Overwrite every page of the file with noise, one at a time."""
    outcome = Outcome("a page of noise in the ledger, every page")
    original = Original(folder / "original")
    chance = random.Random(4)
    count = original.path.stat().st_size // PAGE
    chosen = range(count) if tried >= count else chance.sample(range(count), tried)
    tally = _Tally()
    for number in chosen:
        data = bytearray(original.path.read_bytes())
        data[number * PAGE : (number + 1) * PAGE] = chance.randbytes(PAGE)
        _suffer(folder / str(number), original, bytes(data), number, outcome, tally)
    outcome.notes.append(tally.note())
    return outcome


def flips(folder: Path, tried: int) -> Outcome:
    """Invert one random bit of the file at a time."""
    outcome = Outcome("a flipped bit in the ledger")
    original = Original(folder / "original")
    chance = random.Random(5)
    tally = _Tally()
    for number in range(tried):
        data = bytearray(original.path.read_bytes())
        bit = chance.randrange(len(data) * 8)
        data[bit // 8] ^= 1 << bit % 8
        _suffer(folder / str(number), original, bytes(data), bit // 8 // PAGE, outcome, tally)
    outcome.notes.append(tally.note())
    return outcome


@dataclass(slots=True)
class _Tally:
    set_aside: int = 0
    unharmed: int = 0
    destroyed: int = 0
    missing: int = 0

    def note(self) -> str:
        return (
            f"{self.set_aside} ledgers set aside, {self.unharmed} unharmed; "
            f"{self.destroyed:,} records destroyed with their page or unprovable behind it, "
            f"{self.missing:,} of them counted as missing by the district, the others at the end"
        )


def _suffer(
    folder: Path, original: Original, data: bytes, page: int, outcome: Outcome, tally: _Tally
) -> None:
    shutil.copytree(original.folder, folder)
    patient = Patient(folder)
    patient.path.write_bytes(data)
    outcome.tried += 1
    began = time.monotonic()
    works = patient.show(5_000)
    outcome.worst_s = max(outcome.worst_s, time.monotonic() - began)
    patient.live(40)
    arrived = patient.arrived()
    patient.close()
    ours = {
        seq: record for (ledger, seq), record in arrived.items() if ledger == original.ledger_id
    }
    damaged = list(folder.glob("ledger-damaged-*.db"))
    tally.set_aside += len(damaged)
    tally.unharmed += not damaged
    gone = set(original.records) - set(ours)
    here = original.on_page(page)
    excused = {seq for seq in gone if seq in here or (seq - 1 in gone and seq - 1 in here)}
    if not damaged:
        excused = set()
    altered = [seq for seq, record in original.records.items() if ours.get(seq, record) != record]
    new = [key for key, record in arrived.items() if record.card_id == f"{5_000:016x}"]
    outcome.lost += len(gone - excused) + (not new)
    outcome.duplicated += len(altered) + max(0, len(new) - 1)
    tally.destroyed += len(excused)
    tally.missing += patient.district.missing
    outcome.green += len(original.records) + 1
    outcome.survived += works and not gone - excused and not altered
    if not works or gone - excused or altered:
        outcome.notes.append(f"page {page}: works {works}, gone {sorted(gone - excused)[:5]}")
    shutil.rmtree(folder)
