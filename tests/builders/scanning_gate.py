"""A gate without camera and pins, on a real ledger, for tests of its decisions."""

from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from device.ledger.file import LedgerError, create
from device.ledger.scan_ledger import ScanLedger
from device.scan.claims import Visitors
from device.scan.gatekeeper import Gatekeeper
from device.scan.verdict import Policy
from gate_contract.crossing import Direction, Record
from gate_contract.verdicts import Verdict
from tests.builders.issuer import Issuer
from tests.fakes.clock import FakeClock

GATE_ID = "vg-phungcong-01"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def open_ledger(path: Path) -> ScanLedger:
    create(path, GATE_ID)
    return ScanLedger.open(path, GATE_ID)


@dataclass
class Gate:
    """A gate. `show` holds codes up for one frame; `leave` passes time with nobody in view."""

    path: Path
    direction: Direction | None = None
    clock: FakeClock = field(default_factory=FakeClock)
    issuer: Issuer = field(default_factory=Issuer)
    broken: LedgerError | None = None
    visitors: Visitors | None = None
    keeper: Gatekeeper = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Restart gate-scan."""
        policy = Policy(self.direction, 5_000)
        self.keeper = Gatekeeper(policy, self.issuer.public_keys, ZONE, self._open, self.visitors)

    def _open(self) -> ScanLedger:
        if self.broken:
            raise self.broken
        return open_ledger(self.path)

    def show(self, *codes: bytes | int) -> list[Verdict]:
        """Show these codes in the next frame; a number stands for that card."""
        self.clock.pass_ms(100)
        read = [self.issuer.code(code) if isinstance(code, int) else code for code in codes]
        answers = self.keeper.see(read, self.clock.up_ms, self.clock.read())
        return [answer.verdict for answer in answers]

    def leave(self, ms: int) -> None:
        self.clock.pass_ms(ms)
        self.keeper.tend(self.clock.read())

    def fault(self) -> str | None:
        return self.keeper.storage_fault

    def records(self) -> list[Record]:
        with_ledger = open_ledger(self.path)
        try:
            return [record for record, _ in with_ledger.records(1, 10**9)]
        finally:
            with_ledger.close()

    def verdicts(self, *, clock_set: bool = False) -> list[Verdict]:
        """Return the verdicts in the ledger; `clock_set` only on request."""
        found = [record.verdict for record in self.records()]
        return [one for one in found if clock_set or one is not Verdict.CLOCK_SET]


def hold(gate: Gate, code: bytes | int, *, ms: int) -> list[Verdict]:
    """Hold a code up for `ms`."""
    return [verdict for _ in range(ms // 100) for verdict in gate.show(code)]
