"""The times that records of a ledger are filed under, as more becomes known; in the caller's
transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate_contract.crossing import ClockTrust, Record
from gate_contract.verdicts import Verdict
from server_bridge.ingest.filing import Filed, file, in_order
from server_bridge.store.crossings.counts import SchoolDay
from server_bridge.store.schema import boots, crossings, gates, ledgers

_HERE = crossings.c.ledger == sa.bindparam("of")
_BOOTS = boots.select().where(boots.c.ledger == sa.bindparam("of"))
_LEARN = boots.insert()
_NEWEST = (
    sa.select(crossings.c.seq, crossings.c.filed_ms)
    .where(_HERE)
    .order_by(crossings.c.seq.desc())
    .limit(1)
)
_CERTAIN = _NEWEST.where(crossings.c.filed_clock != ClockTrust.UNTRUSTED)
_ADDED = sa.select(gates.c.added_ms).join(ledgers).where(ledgers.c.ledger == sa.bindparam("of"))
_LATER = (
    crossings.select()
    .where(_HERE & (crossings.c.seq > sa.bindparam("after")))
    .order_by(crossings.c.seq)
)
_MOVE = (
    crossings.update()
    .where(_HERE & (crossings.c.seq == sa.bindparam("which")))
    .values(
        day=sa.bindparam("new_day"),
        filed_ms=sa.bindparam("new_ms"),
        filed_clock=sa.bindparam("new_clock"),
    )
)


@dataclass(frozen=True, slots=True)
class Dated:
    """The time of each new record. `moved`: days of stored ones that have another time now; they
    have to be counted again."""

    filed: list[Filed]
    moved: frozenset[SchoolDay]


class Times:
    """What is known of time in one ledger: boots whose clock was set, and the last certain time."""

    def __init__(self, connection: sa.Connection, zone: ZoneInfo, ledger: int) -> None:
        self._connection = connection
        self._zone = zone
        self._ledger = ledger

    def date(self, records: Sequence[Record], heard_ms: int) -> Dated:
        """Date `records`, which follow on what is stored, and move stored ones that they correct or
        put a bound to."""
        offsets, newly_set = self._learn_offsets(records)
        guesses = [self._guess(record, offsets, heard_ms) for record in records]
        seq, certain_ms = self._last_certain()
        # Only what is certain can say anything new of records that are stored already.
        if all(guess.clock is ClockTrust.UNTRUSTED for guess in guesses):
            last_ms = self._last_filed_ms()
            return Dated(in_order(guesses, max(certain_ms, last_ms), self._zone), frozenset())
        rows = self._uncertain_after(seq)
        stored = [
            self._guess(_as_record(row), offsets, heard_ms)
            if row.boot_id in newly_set
            else Filed(row.filed_ms, ClockTrust.UNTRUSTED, row.day)
            for row in rows
        ]
        filed = in_order([*stored, *guesses], certain_ms, self._zone)
        moved = self._move(rows, filed[: len(rows)])
        return Dated(filed[len(rows) :], moved)

    def _guess(self, record: Record, offsets: dict[str, int], heard_ms: int) -> Filed:
        offset_ms = offsets.get(record.boot_id)
        return file(record, offset_ms=offset_ms, heard_ms=heard_ms, zone=self._zone)

    def _learn_offsets(self, records: Sequence[Record]) -> tuple[dict[str, int], set[str]]:
        """The offset of each boot that has one, and the boots for which it is news."""
        here = self._connection.execute(_BOOTS, {"of": self._ledger})
        known = {row.boot_id: row.offset_ms for row in here}
        news: dict[str, int] = {}
        for record in records:
            # Only a boot's first setting corrects anything: later records have their own time.
            is_first = record.boot_id not in known and record.boot_id not in news
            if record.verdict is Verdict.CLOCK_SET and record.at is not None and is_first:
                news[record.boot_id] = record.at - record.up_ms
        if news:
            self._connection.execute(
                _LEARN,
                [
                    {"ledger": self._ledger, "boot_id": boot_id, "offset_ms": offset_ms}
                    for boot_id, offset_ms in news.items()
                ],
            )
        return known | news, set(news)

    def _last_certain(self) -> tuple[int, int]:
        """Seq and time of the last certain record: none yet to come lies before it. Without one,
        0 and the time at which the gate was registered."""
        certain = self._connection.execute(_CERTAIN, {"of": self._ledger}).first()
        added: int = self._connection.execute(_ADDED, {"of": self._ledger}).scalar_one()
        return (certain.seq, max(certain.filed_ms, added)) if certain else (0, added)

    def _last_filed_ms(self) -> int:
        newest = self._connection.execute(_NEWEST, {"of": self._ledger}).first()
        return newest.filed_ms if newest else 0

    def _uncertain_after(self, seq: int) -> Sequence[sa.Row[Any]]:
        return self._connection.execute(_LATER, {"of": self._ledger, "after": seq}).all()

    def _move(self, rows: Sequence[sa.Row[Any]], filed: list[Filed]) -> frozenset[SchoolDay]:
        moved: set[SchoolDay] = set()
        changes: list[dict[str, Any]] = []
        for row, time in zip(rows, filed, strict=True):
            if time == Filed(row.filed_ms, ClockTrust(row.filed_clock), row.day):
                continue
            moved |= {(row.unit_id, row.day), (row.unit_id, time.day)}
            changes.append(
                {
                    "of": self._ledger,
                    "which": row.seq,
                    "new_day": time.day,
                    "new_ms": time.at_ms,
                    "new_clock": time.clock,
                }
            )
        if changes:
            self._connection.execute(_MOVE, changes)
        return frozenset(moved)


def _as_record(row: sa.Row[Any]) -> Record:
    return Record(
        seq=row.seq,
        boot_id=row.boot_id,
        up_ms=row.up_ms,
        at=row.at,
        clock=ClockTrust(row.clock),
        verdict=Verdict.UNREADABLE,  # only its time matters here
    )
