"""Write the crossings of one school into one ledger, as a gate would."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

import sqlalchemy as sa

from gate_contract.card import CardKind
from gate_contract.crossing import (
    Batch,
    ClockTrust,
    Direction,
    Record,
    chain_next,
    chain_start,
)
from gate_contract.verdicts import Verdict
from server_bridge.store.schema.base import cards, gates, ledgers

MINUTE_MS = 60_000
IN_A_BATCH = 1_200
"""Records in a batch: more than the wire allows, for speed."""

Passed = tuple[int, str, CardKind, Verdict]
"""UTC in ms, card, its kind, which way."""


@dataclass
class BenchGate:
    """A gate. `cards` are the school's; `seq` and `chain` are its ledger's head."""

    gate_id: str
    unit_id: str
    ledger_id: str
    began_ms: int
    cards: Sequence[tuple[str, CardKind]]
    chance: Random
    seq: int = 0
    chain: bytes = b""

    def __post_init__(self) -> None:
        self.chain = self.chain or chain_start(self.gate_id, self.ledger_id)

    def day(self, midnight_ms: int, *, until_min: int) -> Iterator[Batch]:
        """Yield the batches of one school day, up to `until_min` minutes after midnight."""
        passed: list[Passed] = []
        for card_id, kind in self.cards:
            if self.chance.random() < 0.03:
                continue  # absent
            came = self.chance.gauss(6 * 60 + 45, 9)
            left = self.chance.gauss(16 * 60 + 40, 6)
            for minute, verdict in ((came, Verdict.ADMITTED_IN), (left, Verdict.ADMITTED_OUT)):
                if minute < until_min:
                    passed.append((midnight_ms + int(minute * MINUTE_MS), card_id, kind, verdict))
        passed.sort()
        for first in range(0, len(passed), IN_A_BATCH):
            yield self.batch(passed[first : first + IN_A_BATCH])

    def batch(self, passed: Sequence[Passed]) -> Batch:
        """Return crossings as the next records of the ledger."""
        previous, records = self.chain, []
        for at_ms, card_id, kind, verdict in passed:
            self.seq += 1
            record = Record(
                seq=self.seq,
                boot_id=self.ledger_id,
                up_ms=at_ms - self.began_ms,
                at=at_ms,
                clock=ClockTrust.TRUSTED,
                verdict=verdict,
                card_id=card_id,
                kind=kind,
                direction=Direction.IN if verdict is Verdict.ADMITTED_IN else Direction.OUT,
            )
            self.chain = chain_next(self.chain, record)
            records.append(record)
        return Batch(
            gate_id=self.gate_id,
            ledger_id=self.ledger_id,
            oldest=1,
            previous=previous.hex(),
            head=self.chain.hex(),
            records=records,
        )


def bench_gates(connection: sa.Connection, seed: object) -> list[BenchGate]:
    """Return the gates of a database, each with its ledger's stored head."""
    cards_of: dict[str, list[tuple[str, CardKind]]] = {}
    for row in connection.execute(sa.select(cards).order_by(cards.c.card_id)):
        cards_of.setdefault(row.unit_id, []).append((row.card_id, CardKind(row.kind)))
    rows = connection.execute(
        sa.select(gates, ledgers.c.ledger_id, ledgers.c.stored_through, ledgers.c.chain)
        .outerjoin(ledgers)
        .order_by(gates.c.gate_id)
    )
    found = []
    for row in rows:
        chance = Random(f"{seed}/{row.gate_id}")
        found.append(
            BenchGate(
                row.gate_id,
                row.unit_id,
                row.ledger_id or f"{chance.getrandbits(128):032x}",
                row.added_ms,
                cards_of.get(row.unit_id, []),
                chance,
                row.stored_through or 0,
                bytes.fromhex(row.chain or ""),
            )
        )
    return found
