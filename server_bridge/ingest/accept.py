"""Decide which records of a batch are new. A pure function."""

from dataclasses import dataclass

from gate_contract.crossing import Batch, Record, chain_over


@dataclass(frozen=True, slots=True)
class LedgerHead:
    """The last record of a ledger stored without a gap, and the chain hash there (hex)."""

    stored_through: int
    chain: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The new records that follow on the stored ones; there may be none.

    `missing` counts records that the gate no longer has and the bridge has lost. They are accepted
    as missing, and shown as such.
    """

    records: tuple[Record, ...]
    head: LedgerHead
    missing: int = 0


@dataclass(frozen=True, slots=True)
class TooEarly:
    """Records before this batch are not stored; the receipt tells the gate where to continue."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """The gate's chain differs from the stored one.

    Its ledger was altered, or the gate runs with an old copy of it.
    """

    detail: str


def accept(head: LedgerHead, batch: Batch) -> Accepted | TooEarly | Conflict:
    """Return what `batch` adds to a ledger that is stored up to `head`.

    `decode_batch` has verified the batch itself. A batch may arrive twice, late, or overlap
    another.
    """
    through = head.stored_through
    if batch.first_seq > through + 1:
        if batch.oldest != batch.first_seq:
            return TooEarly()
        end = LedgerHead(batch.last_seq, batch.head)
        return Accepted(tuple(batch.records), end, missing=batch.first_seq - through - 1)
    known = [record for record in batch.records if record.seq <= through]
    if batch.last_seq >= through:
        chain_there = chain_over(bytes.fromhex(batch.previous), known).hex()
        if chain_there != head.chain:
            return Conflict(f"the chain at record {through} is {chain_there}, not {head.chain}")
    if len(known) == len(batch.records):
        return Accepted((), head)
    return Accepted(tuple(batch.records[len(known) :]), LedgerHead(batch.last_seq, batch.head))
