"""What gate-uplink does with the ledger: read batches, move the delivery mark, prune."""

from device.ledger.file import LedgerError, LedgerFile
from gate_contract.crossing import MAX_RECORDS, Batch

PRUNED_AT_ONCE = 500


class UplinkLedger(LedgerFile):
    """The delivering side."""

    def batch(self, first: int, last: int) -> Batch:
        """The records from `first` to `last`, but 256 at the most, ready to publish.

        Raises:
            LedgerError: they are not all there.
        """
        rows = list(self.records(first, min(last, first + MAX_RECORDS - 1)))
        previous = self.chain_at(first - 1)
        if previous is None or not rows:
            raise LedgerError(f"records {first}-{last} are missing; run: gate ledger verify")
        return Batch(
            gate_id=self.gate_id,
            ledger_id=self.ledger_id,
            oldest=self.oldest(),
            previous=previous.hex(),
            head=rows[-1][1].hex(),
            records=[record for record, _ in rows],
        )

    def set_receipted(self, seq: int) -> None:
        """Move the delivery mark: forward on a receipt, back when the bridge has lost some."""
        with self._transaction() as connection:
            connection.execute("UPDATE delivery SET receipted = ?", (seq,))

    def prune(self, keep_ms: int) -> int:
        """Delete some of the oldest receipted records, more than `keep_ms` before the newest.

        Age is told by the ledger's own trusted times, not by a clock that may be wrong now. The
        newest of what goes stays as the chain's anchor. Returns how many rows went.
        """
        with self._transaction() as connection:
            cursor = connection.execute(
                "DELETE FROM records WHERE seq IN (SELECT seq FROM records WHERE seq < ("
                "SELECT max(seq) FROM records WHERE seq <= (SELECT receipted FROM delivery)"
                " AND clock = 'trusted' AND at < ("
                "SELECT at FROM records WHERE clock = 'trusted' ORDER BY seq DESC LIMIT 1) - ?"
                ") ORDER BY seq LIMIT ?)",
                (keep_ms, PRUNED_AT_ONCE),
            )
        return cursor.rowcount
