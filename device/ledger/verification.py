"""Verify a whole ledger, and count its scans."""

from dataclasses import dataclass

from device.ledger.file import LedgerDamagedError, LedgerFile
from gate_contract.crossing import chain_next
from gate_contract.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class VerifiedLedger:
    """A verified ledger: records `first`..`last` are whole. `tally` counts scans by verdict."""

    first: int
    last: int
    tally: dict[Verdict, int]


def verify(ledger: LedgerFile) -> VerifiedLedger:
    """Verify SQLite's own integrity, a seq without gaps, and every chain hash.

    Raises:
        LedgerDamagedError: names the first record that fails.
    """
    with ledger.one_state():
        return _verify(ledger)


def _verify(ledger: LedgerFile) -> VerifiedLedger:
    damage = ledger.damage()
    if damage:
        raise LedgerDamagedError(
            f"SQLite finds damage: {damage}. Keep the file and call the district."
        )
    tally: dict[Verdict, int] = {}
    first = expected = ledger.oldest()
    chain = ledger.chain_at(first - 1)
    for record, stored in ledger.records(first, ledger.head()[0]):
        if record.seq != expected or chain is None:
            raise LedgerDamagedError(f"record {expected} is missing")
        chain = chain_next(chain, record)
        if chain != stored:
            raise LedgerDamagedError(
                f"record {record.seq} was altered: it does not match its chain hash"
            )
        tally[record.verdict] = tally.get(record.verdict, 0) + record.count
        expected += 1
    return VerifiedLedger(first, expected - 1, tally)
