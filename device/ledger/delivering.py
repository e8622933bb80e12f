"""What gate-uplink does with the ledger: read batches, move the delivery mark, prune."""

from device.ledger import doubt
from device.ledger.file import LedgerDamagedError, LedgerError, LedgerFile, explained
from gate_contract.crossing import MAX_RECORDS, Batch, Record, chain_next

PRUNED_AT_ONCE = 500


class UplinkLedger(LedgerFile):
    """The delivering side."""

    def batch(self, first: int, last: int) -> Batch:
        """The records from `first` to `last`, but 256 at the most, ready to publish.

        Raises:
            LedgerDamagedError: they are not what was written; the district would refuse them.
            LedgerError: they are not all there.
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
        """Whether gate-scan has set this file aside and begun another in its place."""
        try:
            found = self.path.stat()
        except OSError:
            return True
        return (found.st_dev, found.st_ino) != self._identity

    def doubt_as_forked(self) -> None:
        """The district holds other records under this name: this file is an old copy."""
        doubt.raise_about(self.path, "forked")

    def _prove(self, first: int, chain: bytes, rows: list[tuple[Record, bytes]]) -> None:
        for expected, (record, stored) in enumerate(rows, first):
            chain = chain_next(chain, record)
            if record.seq != expected or chain != stored:
                doubt.raise_about(self.path, "damaged")
                raise LedgerDamagedError(f"record {expected} was altered or is missing")

    def set_receipted(self, seq: int) -> None:
        """Move the delivery mark: forward on a receipt, back when the bridge has lost some."""
        with self._transaction() as connection:
            connection.execute("UPDATE delivery SET receipted = ?", (seq,))

    def prune(self, keep_ms: int) -> int:
        """Delete some of the oldest receipted records, more than `keep_ms` before the newest.

        Age is told by how long the gate has been running since, which no clock that lies can
        change, and which is never more than the time that has passed. The newest of what goes
        stays as the chain's anchor. Returns how many rows went.
        """
        # Found without the write lock, for which a scan may be waiting.
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
        """The newest record after which the gate ran for more than `keep_ms`; 0 if none."""
        with explained():
            boots = self._connection.execute(
                "SELECT boot_id, max(seq), max(up_ms) FROM records GROUP BY boot_id ORDER BY 2 DESC"
            ).fetchall()
        left_ms = keep_ms
        for boot_id, last, ran_ms in boots:
            if left_ms < 0:
                return int(last)
            row = self._row(
                "SELECT max(seq) FROM records WHERE boot_id = ? AND up_ms < ?",
                boot_id,
                ran_ms - left_ms,
            )
            if row and row[0]:
                return int(row[0])
            left_ms -= ran_ms
        return 0
