r"""The record of a scan, its canonical bytes, the hash chain, and the batch that carries records.

Canonical bytes of a record: the JSON array of its fields in the order of the class below, ASCII,
no white space, absent values as `null`; of `seal` and `sealed` only `seal`, and only if it is set.
The chain: `start = SHA-256(DOMAIN gate_id "\n" ledger_id)`, and then for each record
`SHA-256(previous 32 bytes, canonical bytes)`. So a chain belongs to one gate and one ledger, and a
record cannot be edited, dropped or moved without breaking it.
"""

import hashlib
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from gate_contract.card import CardKind
from gate_contract.errors import ContractError
from gate_contract.topics import GATE_ID
from gate_contract.verdicts import CROSSINGS, Verdict
from gate_contract.visitor_details import MAX_SEALED_BYTES

DOMAIN = b"schoolgate ledger v1\n"
MAX_RECORDS = 256
MAX_PAYLOAD_BYTES = 393_216
"""A full batch of the longest records is about 63 kB, and 271 kB if all are of visitors.

A larger payload is not from a gate.
"""

Milliseconds = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Seq = Annotated[int, Meta(ge=1, le=2**53 - 1)]
# Python's `$` also matches before a last line feed; the length does not.
Hex128 = Annotated[str, Meta(pattern="^[0-9a-f]{32}$", max_length=32)]
ChainHash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", max_length=64)]
CardId = Annotated[str, Meta(pattern="^[0-9a-f]{16}$", max_length=16)]
Signature = Annotated[str, Meta(pattern="^[A-Za-z0-9+/]{86}==$", max_length=88)]
GateId = Annotated[str, Meta(pattern=f"^{GATE_ID}$")]
UtcMilliseconds = Annotated[int, Meta(ge=1_577_836_800_000, le=4_102_444_800_000)]
"""From 2020-01-01 to 2100-01-01: a gate writes no time at all rather than 1970."""


class Direction(StrEnum):
    """The way through a gate."""

    IN = "in"
    OUT = "out"


class ClockTrust(StrEnum):
    """How far a record's `at` can be trusted. `corrected` is derived later and never sent."""

    TRUSTED = "trusted"
    CORRECTED = "corrected"
    UNTRUSTED = "untrusted"


class Record(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One row of a ledger.

    `up_ms` counts from boot `boot_id` and never steps; `at` is UTC, or null if the gate's clock was
    certainly wrong (outside 2020-2100, or before the last trusted time). `count` > 1 sums up
    refusals that came too fast to be recorded one by one. A record with the verdict `clock_set` is
    no scan: it states that at `up_ms` of this boot the true time was `at`. It corrects the
    untrusted records of that boot, which are never edited. `sealed` holds the details of a visitor
    without a card, encrypted (see `gate_contract.visitor_details`), and `seal` is their SHA-256.
    The chain covers `seal` only, so the details can be erased without breaking the chain.
    """

    seq: Seq
    boot_id: Hex128
    up_ms: Milliseconds
    at: UtcMilliseconds | None
    clock: ClockTrust
    verdict: Verdict
    card_id: CardId | None = None
    kind: CardKind | None = None
    direction: Direction | None = None
    count: Annotated[int, Meta(ge=1, le=2**31 - 1)] = 1
    seal: ChainHash | None = None
    sealed: Annotated[bytes, Meta(max_length=MAX_SEALED_BYTES)] | None = None

    def __post_init__(self) -> None:
        whole = None not in (self.card_id, self.kind, self.direction)
        if self.is_crossing and not (whole and self.count == 1):
            raise ValueError("a crossing has a card_id, a kind, a direction and count 1")
        if self.clock == ClockTrust.CORRECTED:
            raise ValueError("clock 'corrected' is set by the bridge; a gate must not send it")
        if self.verdict == Verdict.CLOCK_SET and (
            self.at is None or self.clock != ClockTrust.TRUSTED
        ):
            raise ValueError("clock_set carries a trusted time")
        if self.clock == ClockTrust.TRUSTED and self.at is None:
            raise ValueError("a trusted record carries its time")
        if self.seal is not None and not self.is_crossing:
            raise ValueError("only a crossing carries details of a visitor")
        if self.sealed is not None and self.seal != seal_hash(self.sealed):
            raise ValueError("the sealed details do not match the seal")

    @property
    def is_crossing(self) -> bool:
        """Whether somebody was admitted."""
        return self.verdict in CROSSINGS


PLAIN_FIELDS = Record.__struct_fields__.index("seal")


def canonical(record: Record) -> bytes:
    """Return the bytes of a record that the chain is computed over."""
    fields = msgspec.structs.astuple(record)[:PLAIN_FIELDS]
    return msgspec.json.encode(fields if record.seal is None else (*fields, record.seal))


def seal_hash(sealed: bytes) -> str:
    """Return the hash of sealed visitor details that the chain covers."""
    return hashlib.sha256(sealed).hexdigest()


def chain_start(gate_id: str, ledger_id: str) -> bytes:
    """Return the chain hash of an empty ledger (32 bytes)."""
    return hashlib.sha256(DOMAIN + gate_id.encode() + b"\n" + ledger_id.encode()).digest()


def chain_next(previous: bytes, record: Record) -> bytes:
    """Return the chain hash after `record` (32 bytes)."""
    return hashlib.sha256(previous + canonical(record)).digest()


def chain_over(previous: bytes, records: Iterable[Record]) -> bytes:
    """Return the chain hash after all of `records` (32 bytes)."""
    for record in records:
        previous = chain_next(previous, record)
    return previous


class Batch(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Consecutive records of one ledger, as a gate publishes them on its `crossings` topic.

    `previous` and `head` are the chain hashes before the first and after the last record. `oldest`
    is the first seq that the gate still holds: records before it cannot be sent again, so a bridge
    that lost them has to accept the gap and show it. `signature` is the gate's signature of `head`
    (`gate_contract.ledger_signature`), base64; gates of earlier versions send none.
    """

    gate_id: GateId
    ledger_id: Hex128
    oldest: Seq
    previous: ChainHash
    head: ChainHash
    records: Annotated[list[Record], Meta(min_length=1, max_length=MAX_RECORDS)]
    signature: Signature | None = None

    def __post_init__(self) -> None:
        if any(b.seq != a.seq + 1 for a, b in zip(self.records, self.records[1:], strict=False)):
            raise ValueError("the records of a batch are consecutive")
        if self.oldest > self.first_seq:
            raise ValueError("a gate cannot send a record older than its oldest")

    @property
    def first_seq(self) -> int:
        """The seq of the first record."""
        return self.records[0].seq

    @property
    def last_seq(self) -> int:
        """The seq of the last record."""
        return self.records[-1].seq


def encode_batch(batch: Batch) -> bytes:
    """Return the MQTT payload (JSON)."""
    return msgspec.json.encode(batch)


_batch_decoder = msgspec.json.Decoder(Batch)


def decode_batch(payload: bytes, topic_gate_id: str) -> Batch:
    """Return the batch in a payload after verifying its chain and its gate.

    Raises:
        ContractError: `oversized`, `malformed`, `wrong_gate` (the payload names another gate than
            the topic) or `chain_mismatch` (the records do not lead from `previous` to `head`).
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise ContractError("oversized", f"{len(payload)} bytes; the limit is {MAX_PAYLOAD_BYTES}")
    try:
        batch = _batch_decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ContractError("malformed", str(error)) from None
    if batch.gate_id != topic_gate_id:
        raise ContractError("wrong_gate", f"{topic_gate_id} published as {batch.gate_id}")
    previous = bytes.fromhex(batch.previous)
    if batch.first_seq == 1 and previous != chain_start(batch.gate_id, batch.ledger_id):
        raise ContractError("chain_mismatch", "the first record does not start this gate's chain")
    if chain_over(previous, batch.records).hex() != batch.head:
        raise ContractError("chain_mismatch", "the records do not lead to the stated chain head")
    return batch
