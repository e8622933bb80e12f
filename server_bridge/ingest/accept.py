"""Where a message becomes stored records: what of a batch is new. A pure function."""

from dataclasses import dataclass

from gate_contract.crossing import Batch, Record, chain_over


@dataclass(frozen=True, slots=True)
class LedgerHead:
    """How far one ledger is stored without a gap, and the chain hash there (hex)."""

    stored_through: int
    chain: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """`records` are new and follow on `head`; they may be none. `missing` counts records that the
    gate no longer has and the bridge has lost: they are accepted as gone, and shown."""

    records: tuple[Record, ...]
    head: LedgerHead
    missing: int = 0


@dataclass(frozen=True, slots=True)
class TooEarly:
    """Records before this batch are not stored yet: the receipt tells the gate where to go on."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """The gate's chain is not the one stored: its ledger was altered, or an old copy of it runs."""

    detail: str


def accept(head: LedgerHead, batch: Batch) -> Accepted | TooEarly | Conflict:
    """What `batch` adds to a ledger that is stored up to `head`.

    `batch` has been proven whole by `decode_batch`. Any batch may come twice, late, or overlap.
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
