"""The proof of a gate's day: its records, the chain over them, and the gate's signature.

It is self-contained: with the gate's public key it can be checked without any database.
"""

from datetime import date

import msgspec
from msgspec import Struct

from gate_contract.crossing import (
    ChainHash,
    GateId,
    Hex128,
    Record,
    Seq,
    Signature,
    chain_next,
    chain_start,
)
from gate_contract.errors import ContractError
from gate_contract.ledger_signature import head_bytes, is_signed
from gate_contract.verdicts import Verdict


class SignedHead(Struct, frozen=True, kw_only=True):
    """The chain hash after record `seq`, signed by the gate."""

    seq: Seq
    chain: ChainHash
    signature: Signature


class LedgerDay(Struct, frozen=True, kw_only=True):
    """The part of one ledger in a day.

    `records` are consecutive, from the first of the day to the signed head, so they may include
    some of the next day. `previous` is the chain hash before them. `of_day` lists the seqs that the
    district counts for the day.
    """

    ledger_id: Hex128
    previous: ChainHash
    records: list[Record]
    of_day: list[Seq]
    signed: SignedHead | None = None


class DayProof(Struct, frozen=True, kw_only=True):
    """One gate's day. `entered` and `left` are its crossings as the district counts them."""

    gate_id: GateId
    unit_id: str
    day: date
    public_key: str | None
    entered: int
    left: int
    ledgers: list[LedgerDay]


def decode_proof(payload: bytes) -> DayProof:
    """Return the proof in a payload. Raises ContractError (`malformed`)."""
    try:
        return msgspec.json.decode(payload, type=DayProof)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ContractError("malformed", str(error)) from None


def find_faults(proof: DayProof) -> list[str]:
    """Return what the proof fails to prove, in words; an empty list if it is complete."""
    faults = []
    tally = {Verdict.ADMITTED_IN: 0, Verdict.ADMITTED_OUT: 0}
    for ledger in proof.ledgers:
        faults += [f"{ledger.ledger_id[:8]}: {fault}" for fault in _ledger_faults(proof, ledger)]
        of_day = set(ledger.of_day)
        for record in ledger.records:
            if record.seq in of_day and record.verdict in tally:
                tally[record.verdict] += 1
    if (proof.entered, proof.left) != tuple(tally.values()):
        faults.append(
            f"counted as {proof.entered} in and {proof.left} out, recorded are "
            f"{tally[Verdict.ADMITTED_IN]} and {tally[Verdict.ADMITTED_OUT]}"
        )
    return faults


def _ledger_faults(proof: DayProof, ledger: LedgerDay) -> list[str]:
    if not ledger.records:
        return ["it holds no records"]
    first = ledger.records[0].seq
    start = chain_start(proof.gate_id, ledger.ledger_id).hex()
    if first == 1 and ledger.previous != start:
        return ["its first record does not begin this gate's chain"]
    chains = {}
    chain = bytes.fromhex(ledger.previous)
    for expected, record in enumerate(ledger.records, first):
        if record.seq != expected:
            return [f"record {expected} is missing"]
        chain = chains[record.seq] = chain_next(chain, record)
    if not set(ledger.of_day) <= chains.keys():
        return ["records of the day are missing"]
    signed = ledger.signed
    if signed is None:
        return ["the gate has not signed it"]
    if signed.seq not in chains or chains[signed.seq].hex() != signed.chain:
        return ["the records do not lead to the head that the gate signed"]
    head = head_bytes(proof.gate_id, ledger.ledger_id, signed.seq, signed.chain)
    if proof.public_key is None or not is_signed(proof.public_key, head, signed.signature):
        return ["the signature is not this gate's"]
    if max(ledger.of_day) > signed.seq:
        return [f"records after {signed.seq} are not signed yet"]
    return []
