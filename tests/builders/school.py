"""A district in a database, and gates that write batches for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from gate_contract.card import CardKind
from gate_contract.crossing import (
    Batch,
    ClockTrust,
    Direction,
    Record,
    chain_next,
    chain_start,
    encode_batch,
)
from gate_contract.topics import GateChannel, gate
from gate_contract.verdicts import Verdict
from server_bridge.store.database import Database
from server_bridge.store.units.tree import Unit, add_gate, add_unit
from tests.fakes.clock import BOOT, MORNING_MS

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SCHOOL, OTHER_SCHOOL, COMMUNE, PROVINCE = "thcs-a", "th-b", "xa-c", "tinh-d"
GATE, SECOND_GATE, OTHER_GATE = "gate-a1", "gate-a2", "gate-b1"


def add_units_and_gates(database: Database) -> Database:
    """Two schools in a commune in a province, three gates."""
    database.migrate()
    with database.write() as connection:
        add_unit(connection, Unit(PROVINCE, "Tỉnh Đ", "province", None))
        add_unit(connection, Unit(COMMUNE, "Xã C", "commune", PROVINCE))
        add_unit(connection, Unit(SCHOOL, "Trường THCS A", "school", COMMUNE))
        add_unit(connection, Unit(OTHER_SCHOOL, "Trường Tiểu học B", "school", COMMUNE))
        add_gate(connection, GATE, SCHOOL, MORNING_MS)
        add_gate(connection, SECOND_GATE, SCHOOL, MORNING_MS)
        add_gate(connection, OTHER_GATE, OTHER_SCHOOL, MORNING_MS)
    return database


@dataclass
class Scribe:
    """Writes the records of one ledger and packs them into batches."""

    gate_id: str = GATE
    ledger_id: str = "a" * 32
    boot_id: str = BOOT
    records: list[Record] = field(default_factory=list)
    chains: list[bytes] = field(default_factory=list)
    pruned: int = 0

    def __post_init__(self) -> None:
        self.chains.append(chain_start(self.gate_id, self.ledger_id))

    def write(
        self,
        verdict: Verdict,
        card: int | None = None,
        *,
        at: int | None = MORNING_MS,
        up_ms: int = 0,
        clock: ClockTrust = ClockTrust.TRUSTED,
        kind: CardKind = CardKind.PUPIL,
        count: int = 1,
    ) -> "Scribe":
        direction = {
            Verdict.ADMITTED_IN: Direction.IN,
            Verdict.ADMITTED_OUT: Direction.OUT,
        }.get(verdict)
        record = Record(
            seq=len(self.records) + 1,
            boot_id=self.boot_id,
            up_ms=up_ms,
            at=at,
            clock=clock,
            verdict=verdict,
            card_id=None if card is None else f"{card:016x}",
            kind=None if card is None else kind,
            direction=direction,
            count=count,
        )
        self.records.append(record)
        self.chains.append(chain_next(self.chains[-1], record))
        return self

    def enter(self, *cards: int, at: int = MORNING_MS) -> "Scribe":
        for card in cards:
            self.write(Verdict.ADMITTED_IN, card, at=at)
        return self

    def leave(self, *cards: int, at: int = MORNING_MS) -> "Scribe":
        for card in cards:
            self.write(Verdict.ADMITTED_OUT, card, at=at)
        return self

    def batch(self, first: int = 1, last: int | None = None) -> Batch:
        last = len(self.records) if last is None else last
        return Batch(
            gate_id=self.gate_id,
            ledger_id=self.ledger_id,
            oldest=self.pruned + 1,
            previous=self.chains[first - 1].hex(),
            head=self.chains[last].hex(),
            records=self.records[first - 1 : last],
        )

    def letter(self, first: int = 1, last: int | None = None) -> tuple[str, bytes]:
        """Topic and payload."""
        return gate(self.gate_id, GateChannel.CROSSINGS), encode_batch(self.batch(first, last))

    def letters(self, *spans: Sequence[int]) -> list[tuple[str, bytes]]:
        return [self.letter(first, last) for first, last in spans]
