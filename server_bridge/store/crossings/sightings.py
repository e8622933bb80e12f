"""Crossings that came since somebody last looked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from gate_contract.crossing import ClockTrust, Direction
from gate_contract.verdicts import CROSSINGS, Verdict
from server_bridge.store.schema.base import crossings, gates, ledgers

AT_ONCE = 1_000
"""Rows held in memory: a look takes no more of it after many crossings than after few."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A crossing with a time that can be trusted, UTC in ms."""

    card_id: str
    at_ms: int
    gate_id: str
    unit_id: str
    direction: Direction


@dataclass
class CrossingMarks:
    """How far each ledger has been read."""

    _read: dict[int, int] = field(default_factory=dict)

    def new(self, connection: sa.Connection, today: date) -> Iterator[Sighting]:
        """Of `today`: at first all crossings, then those that are new. Uncertain times are left
        out, and so is what gates deliver of earlier days."""
        known = (ledgers.c.ledger, ledgers.c.gate_id, gates.c.unit_id, ledgers.c.stored_through)
        stands = connection.execute(sa.select(*known).join(gates)).all()
        columns = (crossings.c.card_id, crossings.c.filed_ms, crossings.c.verdict)
        for ledger, gate_id, unit_id, through in stands:
            mark = self._read.get(ledger)
            if mark == through:
                continue
            fresh = crossings.c.seq > mark if mark is not None else crossings.c.unit_id == unit_id
            query = sa.select(*columns).where(
                crossings.c.ledger == ledger,
                fresh,
                crossings.c.day == today,
                crossings.c.verdict.in_(sorted(CROSSINGS)),
                crossings.c.filed_clock != ClockTrust.UNTRUSTED,
            )
            rows = connection.execute(query.execution_options(yield_per=AT_ONCE))
            for card_id, at_ms, verdict in rows:
                is_in = verdict == Verdict.ADMITTED_IN
                direction = Direction.IN if is_in else Direction.OUT
                yield Sighting(card_id, at_ms, gate_id, unit_id, direction)
            self._read[ledger] = through
