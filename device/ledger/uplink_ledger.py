"""The ledger for gate-uplink: read batches, move the delivery mark, prune."""

from bisect import bisect_left

from device.ledger import damage_report
from device.ledger.file import LedgerDamagedError, LedgerError, LedgerFile
from gate_contract.crossing import MAX_RECORDS, Batch, Record, chain_next

PRUNED_AT_ONCE = 500


class UplinkLedger(LedgerFile):
    """A ledger that is read and delivered."""

    def batch(self, first: int, last: int) -> Batch:
        """Return the records from `first` to `last`, 256 at most, as a batch to publish.

        Raises:
            LedgerDamagedError: they are not what was written; the district would refuse them.
            LedgerError: some are missing.
        """
        rows = list(self.records(first, min(last, first + MAX_RECORDS - 1)))
        previous = self.chain_at(first - 1)
        if previous is None or not rows:
            raise LedgerError(f"records {first}-{last} are missing; run: gate ledger verify")
        self._prove(first, previous, rows)
        return Batch(
            gate_id=self.gate_id,
            ledger_id=self.ledger_id,
            oldest=self.oldest(),
            previous=previous.hex(),
            head=rows[-1][1].hex(),
            records=[record for record, _ in rows],
        )

    def is_replaced(self) -> bool:
        """Whether gate-scan has set this file aside and created another in its place."""
        try:
            found = self.path.stat()
        except OSError:
            return True
        return (found.st_dev, found.st_ino) != self._identity

    def report_forked(self) -> None:
        """Report that the district holds other records: this file is an old copy."""
        damage_report.report_damage(self.path, "forked")

    def _prove(self, first: int, chain: bytes, rows: list[tuple[Record, bytes]]) -> None:
        for expected, (record, stored) in enumerate(rows, first):
            chain = chain_next(chain, record)
            if record.seq != expected or chain != stored:
                damage_report.report_damage(self.path, "damaged")
                raise LedgerDamagedError(f"record {expected} was altered or is missing")

    def set_receipted(self, seq: int) -> None:
        """Move the delivery mark: forward on a receipt, back if the bridge lost records."""
        with self._transaction() as connection:
            connection.execute("UPDATE delivery SET receipted = ?", (seq,))

    def prune(self, keep_ms: int) -> int:
        """Delete some of the oldest receipted records; return how many.

        They have to be more than `keep_ms` older than the newest record. Age is measured in running
        time of the gate, which is not affected by wrong clocks and never exceeds the time that has
        passed. The newest of the old records stays as the chain's anchor.
        """
        # Searched without the write lock, because a scan may be waiting for it.
        anchor = min(self._last_older_than(keep_ms), self.receipted())
        if self.oldest() > anchor:
            return 0
        with self._transaction() as connection:
            cursor = connection.execute(
                "DELETE FROM records WHERE seq IN"
                " (SELECT seq FROM records WHERE seq < ? ORDER BY seq LIMIT ?)",
                (anchor, PRUNED_AT_ONCE),
            )
        return cursor.rowcount

    def _last_older_than(self, keep_ms: int) -> int:
        """Return the newest record after which the gate ran for more than `keep_ms`; 0 if none.

        The records of a boot are consecutive and ordered by `up_ms`, so they are found by
        bisection. Reading a year's ledger for a few rows would fill the cache.
        """
        (oldest,) = self._row("SELECT min(seq) FROM records") or (None,)
        first, last, left_ms = int(oldest or 1), self.head()[0], keep_ms
        while last >= first:
            boot_id, ran_ms = self._boot_at(last)
            if left_ms < 0:
                return last
            held = range(first, last + 1)
            began = first + bisect_left(
                held, True, key=lambda seq: self._boot_at(seq)[0] == boot_id
            )
            of_boot = range(began, last + 1)
            older = bisect_left(of_boot, ran_ms - left_ms, key=lambda seq: self._boot_at(seq)[1])
            if older:
                return began + older - 1
            left_ms -= ran_ms
            last = began - 1
        return 0

    def _boot_at(self, seq: int) -> tuple[str, int]:
        """Return the boot in which a record was written, and the running time then."""
        row = self._row("SELECT boot_id, up_ms FROM records WHERE seq = ?", seq)
        if row is None:
            raise LedgerDamagedError(f"record {seq} is missing")
        return row[0], row[1]
