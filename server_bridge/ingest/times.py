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
from server_bridge.store.crossings.filed_times import (
    NewTime,
    add_boot_offsets,
    boot_offsets,
    last_certain,
    last_filed_ms,
    records_after,
    refile,
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
        seq, certain_ms = last_certain(self._connection, self._ledger)
        # Only what is certain can say anything new of records that are stored already.
        if all(guess.clock is ClockTrust.UNTRUSTED for guess in guesses):
            last_ms = last_filed_ms(self._connection, self._ledger)
            return Dated(in_order(guesses, max(certain_ms, last_ms), self._zone), frozenset())
        rows = records_after(self._connection, self._ledger, seq)
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
        """Return the offset of each boot that has one, and the boots whose offset is new."""
        known = boot_offsets(self._connection, self._ledger)
        new: dict[str, int] = {}
        for record in records:
            # Only a boot's first setting corrects anything: later records have their own time.
            is_first = record.boot_id not in known and record.boot_id not in new
            if record.verdict is Verdict.CLOCK_SET and record.at is not None and is_first:
                new[record.boot_id] = record.at - record.up_ms
        add_boot_offsets(self._connection, self._ledger, new)
        return known | new, set(new)

    def _move(self, rows: Sequence[sa.Row[Any]], filed: list[Filed]) -> frozenset[SchoolDay]:
        moved: set[SchoolDay] = set()
        times: list[NewTime] = []
        for row, time in zip(rows, filed, strict=True):
            if time == Filed(row.filed_ms, ClockTrust(row.filed_clock), row.day):
                continue
            moved |= {(row.unit_id, row.day), (row.unit_id, time.day)}
            times.append(NewTime(row.seq, time.day, time.at_ms, time.clock))
        refile(self._connection, self._ledger, times)
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
