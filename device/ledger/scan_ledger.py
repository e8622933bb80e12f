"""The ledger for gate-scan: append records, and look up a card's last crossing."""

from collections.abc import Sequence
from dataclasses import dataclass

from device.ledger import damage_report, rows
from device.ledger.file import LedgerFile
from device.timekeeping import EARLIEST_MS, Stamp
from gate_contract.card import Card
from gate_contract.crossing import Direction, Record, chain_next, seal_hash
from gate_contract.verdicts import Verdict

_INSERT = (
    f"INSERT INTO records ({', '.join(rows.COLUMNS)}) VALUES ({', '.join('?' * len(rows.COLUMNS))})"  # noqa: S608
)


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record to append; the ledger adds seq and chain."""

    stamp: Stamp
    verdict: Verdict
    card: Card | None = None
    direction: Direction | None = None
    count: int = 1
    sealed: bytes | None = None


@dataclass(frozen=True, slots=True)
class StoredCrossing:
    """The newest crossing of a card.

    `at` is UTC in ms, corrected if the clock of its boot was synchronised later.
    """

    direction: Direction
    boot_id: str
    up_ms: int
    at: int | None


class ScanLedger(LedgerFile):
    """A ledger that is appended to.

    WAL with `synchronous=FULL`: records that `append` returned survive a power cut.
    """

    def append(self, entries: Sequence[NewRecord]) -> list[Record]:
        """Append all of `entries` in one transaction and commit it to the SD card.

        Raises:
            LedgerError: nothing was recorded.
        """
        records = []
        with self._transaction():
            seq, chain = self.head()
            for entry in entries:
                record = _record(seq + 1, entry)
                seq, chain = record.seq, chain_next(chain, record)
                self._insert(record, chain)
                records.append(record)
        return records

    def _insert(self, record: Record, chain: bytes) -> None:
        self._connection.execute(_INSERT, rows.encode(record, chain))
        if record.verdict is Verdict.CLOCK_SET and record.at is not None:
            self._connection.execute(
                "INSERT OR REPLACE INTO boots VALUES (?, ?)",
                (record.boot_id, record.at - record.up_ms),
            )

    def prove_writable(self, up_ms: int) -> None:
        """Commit a mark, as proof that a crossing could be recorded. Raises LedgerError."""
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO proof VALUES (1, ?)", (up_ms,))

    def is_damage_reported(self) -> bool:
        """Whether damage of this file is reported: it has to be opened again."""
        return bool(damage_report.reported_reason(self.path))

    def last_crossing(self, card_id: str) -> StoredCrossing | None:
        """Return the newest crossing of a card, None if the ledger holds none."""
        row = self._row(
            "SELECT direction, boot_id, up_ms, "
            "iif(clock = 'untrusted', coalesce(up_ms + offset_ms, at), at) "
            "FROM records LEFT JOIN boots USING (boot_id) "
            "WHERE card_id = ? AND verdict IN ('admitted_in', 'admitted_out') "
            "ORDER BY seq DESC LIMIT 1",
            card_id,
        )
        return StoredCrossing(Direction(row[0]), row[1], row[2], row[3]) if row else None

    def boot_offset_ms(self, boot_id: str) -> int | None:
        """Return UTC minus boot time of a boot whose clock was synchronised, else None."""
        row = self._row("SELECT offset_ms FROM boots WHERE boot_id = ?", boot_id)
        return row[0] if row else None

    def last_trusted_ms(self) -> int:
        """Return the newest trusted time in UTC ms; 2020-01-01 if there is none."""
        row = self._row("SELECT at FROM records WHERE clock = 'trusted' ORDER BY seq DESC LIMIT 1")
        return row[0] if row else EARLIEST_MS


def _record(seq: int, entry: NewRecord) -> Record:
    card = entry.card
    return Record(
        seq=seq,
        boot_id=entry.stamp.boot_id,
        up_ms=entry.stamp.up_ms,
        at=entry.stamp.at,
        clock=entry.stamp.clock,
        verdict=entry.verdict,
        card_id=card.card_id if card else None,
        kind=card.kind if card else None,
        direction=entry.direction,
        count=entry.count,
        seal=None if entry.sealed is None else seal_hash(entry.sealed),
        sealed=entry.sealed,
    )
