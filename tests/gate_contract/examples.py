"""Hypothesis strategies for everything on the wire and on a card, and keys for tests."""

import base64
from datetime import timedelta
from functools import cache

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import strategies as st

from gate_contract.card import EPOCH, Card, CardKind
from gate_contract.counts import KindCounts, UnitCounts
from gate_contract.crossing import (
    Batch,
    ClockTrust,
    Direction,
    Record,
    chain_over,
    chain_start,
    seal_hash,
)
from gate_contract.health import Health, ScanHealth
from gate_contract.receipt import Receipt
from gate_contract.verdicts import CROSSINGS, REFUSALS, Verdict
from gate_contract.visitor_details import MOST_SEALED_BYTES

KEY_ID = 1
GATE_ID = "vg-phungcong-01"
LARGEST = 2**53 - 1
EARLIEST_MS, LATEST_MS = 1_577_836_800_000, 4_102_444_800_000


@cache
def private_key(number: int = 1) -> Ed25519PrivateKey:
    """Return a public test key: its 32 bytes are `number`."""
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


@cache
def public_keys() -> dict[int, Ed25519PublicKey]:
    """Return the keys that a gate of the test district holds."""
    return {KEY_ID: private_key().public_key()}


def hexadecimal(digits: int) -> st.SearchStrategy[str]:
    return st.text("0123456789abcdef", min_size=digits, max_size=digits)


gate_ids = st.from_regex(r"[a-z0-9-]{3,40}", fullmatch=True)
unit_ids = st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True)
ledger_ids = hexadecimal(32)
up_times = st.integers(0, LARGEST)
utc_times = st.integers(EARLIEST_MS, LATEST_MS)
counted = st.integers(0, LARGEST)


@st.composite
def cards(draw: st.DrawFn) -> Card:
    days = sorted([draw(st.integers(0, 0xFFFF)), draw(st.integers(0, 0xFFFF))])
    return Card(
        card_id=draw(hexadecimal(16)),
        kind=draw(st.sampled_from(CardKind)),
        not_before=EPOCH + timedelta(days=days[0]),
        expires=EPOCH + timedelta(days=days[1]),
    )


@st.composite
def records(draw: st.DrawFn, seq: int | None = None) -> Record:
    verdict = draw(st.sampled_from(Verdict))
    trusted = verdict is Verdict.CLOCK_SET or draw(st.booleans())
    crossing = verdict in CROSSINGS
    known = crossing or (verdict in REFUSALS and draw(st.booleans()))
    sealed = draw(st.none() | st.binary(max_size=MOST_SEALED_BYTES)) if crossing else None
    return Record(
        seq=draw(st.integers(1, LARGEST)) if seq is None else seq,
        boot_id=draw(hexadecimal(32)),
        up_ms=draw(up_times),
        at=draw(utc_times if trusted else st.none() | utc_times),
        clock=ClockTrust.TRUSTED if trusted else ClockTrust.UNTRUSTED,
        verdict=verdict,
        card_id=draw(hexadecimal(16)) if known else None,
        kind=draw(st.sampled_from(CardKind)) if known else None,
        direction=draw(st.sampled_from(Direction)) if crossing else None,
        count=1 if crossing else draw(st.integers(1, 2**31 - 1)),
        seal=None if sealed is None else seal_hash(sealed),
        sealed=sealed,
    )


@st.composite
def runs(draw: st.DrawFn, min_size: int = 1, max_size: int = 6) -> list[Record]:
    """Generate consecutive records, often from the first one on."""
    size = draw(st.integers(min_size, max_size))
    first = draw(st.just(1) | st.integers(1, LARGEST - size))
    return [draw(records(seq)) for seq in range(first, first + size)]


def batch_of(run: list[Record], ledger_id: str, before: bytes, oldest: int = 1) -> Batch:
    """Return the batch that a gate would publish; `before` is the chain before a later record."""
    previous = chain_start(GATE_ID, ledger_id) if run[0].seq == 1 else before
    return Batch(
        gate_id=GATE_ID,
        ledger_id=ledger_id,
        oldest=oldest,
        previous=previous.hex(),
        head=chain_over(previous, run).hex(),
        records=run,
    )


signatures = st.none() | st.binary(min_size=64, max_size=64).map(
    lambda raw: base64.b64encode(raw).decode()
)


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    run = draw(runs())
    before = draw(st.binary(min_size=32, max_size=32))
    batch = batch_of(run, draw(ledger_ids), before, draw(st.integers(1, run[0].seq)))
    return msgspec.structs.replace(batch, signature=draw(signatures))


receipts = st.builds(
    Receipt, ledger_id=ledger_ids, stored_through=st.integers(0, LARGEST), chain=hexadecimal(64)
)
states = st.sampled_from(["ok", "failed", "unknown"])
scan_healths = st.builds(
    ScanHealth,
    camera=states,
    storage=states,
    signals=states,
    clock_trusted=st.booleans(),
    frames=counted,
    frame_age_ms=st.none() | counted,
    source_ended=st.booleans(),
    detail=st.text(max_size=500),
)
healths = st.builds(
    Health,
    state=st.sampled_from(["online", "offline"]),
    version=st.text(max_size=40),
    at=st.none() | counted,
    up_ms=counted,
    ledger_id=st.just("") | ledger_ids,
    stored=counted,
    backlog=counted,
    free_bytes=st.none() | counted,
    temperature_c=st.none() | st.floats(-60, 150),
    scan=st.none() | scan_healths,
    damaged_ledgers=counted,
)
kind_counts = st.builds(KindCounts, inside=counted, entered=counted, left=counted)
unit_counts = st.builds(
    UnitCounts,
    unit_id=unit_ids,
    name=st.text(max_size=80),
    day=st.dates(),
    as_of=utc_times,
    inside=counted,
    entered=counted,
    left=counted,
    refused=counted,
    people=counted,
    by_kind=st.dictionaries(st.sampled_from(CardKind), kind_counts),
)
