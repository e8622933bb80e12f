"""Make the golden vectors of one ledger: its records, its batches, its receipts."""

from typing import Any

import msgspec

from gate_contract.card import CardKind
from gate_contract.crossing import (
    Batch,
    ClockTrust,
    Direction,
    Record,
    canonical,
    chain_next,
    chain_over,
    chain_start,
    encode_batch,
)
from gate_contract.receipt import Receipt, encode_receipt
from gate_contract.verdicts import Verdict

GATE_ID = "vg-phungcong-01"
LEDGER_ID = "00112233445566778899aabbccddeeff"
BOOT_ID = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
NEXT_BOOT_ID = "f0e1d2c3b4a5968778695a4b3c2d1e0f"
AT = 1_788_566_400_000  # 2026-09-05 00:00 UTC, 07:00 in Vietnam

RECORDS = [
    Record(
        seq=1,
        boot_id=BOOT_ID,
        up_ms=9_000,
        at=None,
        clock=ClockTrust.UNTRUSTED,
        verdict=Verdict.ADMITTED_IN,
        card_id="fedcba9876543210",
        kind=CardKind.STAFF,
        direction=Direction.IN,
    ),
    Record(
        seq=2,
        boot_id=BOOT_ID,
        up_ms=31_000,
        at=AT,
        clock=ClockTrust.TRUSTED,
        verdict=Verdict.CLOCK_SET,
    ),
    Record(
        seq=3,
        boot_id=BOOT_ID,
        up_ms=32_500,
        at=AT + 1_500,
        clock=ClockTrust.TRUSTED,
        verdict=Verdict.ADMITTED_IN,
        direction=Direction.IN,
        card_id="0123456789abcdef",
        kind=CardKind.PUPIL,
    ),
    Record(
        seq=4,
        boot_id=BOOT_ID,
        up_ms=34_000,
        at=AT + 3_000,
        clock=ClockTrust.TRUSTED,
        verdict=Verdict.EXPIRED,
        card_id="00000000000000ff",
        kind=CardKind.VISITOR,
    ),
    Record(
        seq=5,
        boot_id=BOOT_ID,
        up_ms=91_000,
        at=AT + 60_000,
        clock=ClockTrust.TRUSTED,
        verdict=Verdict.NOT_A_PERSON_CARD,
        count=412,
    ),
    Record(
        seq=6,
        boot_id=NEXT_BOOT_ID,
        up_ms=12_000,
        at=AT + 28_800_000,
        clock=ClockTrust.UNTRUSTED,
        verdict=Verdict.ADMITTED_OUT,
        card_id="0123456789abcdef",
        kind=CardKind.PUPIL,
        direction=Direction.OUT,
    ),
]

# Of a test key; a signature is another one each time it is made, so it stands here.
PUBLIC_KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEVaq4DEtTt7cQSPf4ttTbjYVK1ai/"
    "XwffRbEyUVbTOsyc8j94WZA6Y3iazqAJqLixDPPbxDcX8qkK3v2jQDzqfQ=="
)
SIGNATURE = (
    "ITxZElGpaDGrTE+SYkRKosIlVlnp7wR05qa6Gy2MVLJa04+1D74KQhSwEpYsDRqtEYl1tn53RXV5LSmmiIjuJg=="
)


def ledger_vectors() -> dict[str, Any]:
    """Return the records of a ledger with their canonical bytes and chain hashes."""
    chain = chain_start(GATE_ID, LEDGER_ID)
    told: dict[str, Any] = {
        "about": "Canonical bytes are ASCII. chain = SHA-256(previous 32 bytes, canonical bytes).",
        "gate_id": GATE_ID,
        "ledger_id": LEDGER_ID,
        "start": chain.hex(),
        "records": [],
    }
    for record in RECORDS:
        chain = chain_next(chain, record)
        told["records"].append(
            {"record": record, "canonical": canonical(record).decode(), "chain": chain.hex()}
        )
    return told


def _batch(first: int, last: int, oldest: int = 1) -> Batch:
    before = chain_over(chain_start(GATE_ID, LEDGER_ID), RECORDS[: first - 1])
    run = RECORDS[first - 1 : last]
    return Batch(
        gate_id=GATE_ID,
        ledger_id=LEDGER_ID,
        oldest=oldest,
        previous=before.hex(),
        head=chain_over(before, run).hex(),
        records=run,
    )


def batch_vectors() -> dict[str, Any]:
    """Return payloads of `gate/v1/<gate_id>/crossings`."""
    whole, rest, pruned = _batch(1, 6), _batch(4, 6), _batch(4, 6, oldest=4)
    edited = encode_batch(whole).replace(b'"count":412', b'"count":411')
    return {
        "about": (
            "`topic_gate_id` is the gate of the topic that the payload came on, `public_key` the "
            "one of its certificate: base64 of DER, SubjectPublicKeyInfo."
        ),
        "topic_gate_id": GATE_ID,
        "public_key": PUBLIC_KEY,
        "accepted": [
            accepted("a whole ledger", encode_batch(whole)),
            accepted(
                "its head signed by the gate",
                encode_batch(msgspec.structs.replace(whole, signature=SIGNATURE)),
            ),
            accepted("a later part of it", encode_batch(rest)),
            accepted("after pruning: the gate holds nothing older", encode_batch(pruned)),
            accepted(
                "fields of a later version are ignored",
                encode_batch(rest).replace(b'{"gate_id"', b'{"later":[1,{}],"gate_id"'),
            ),
        ],
        "refused": [
            refused("a record was edited", "chain_mismatch", edited),
            refused(
                "the ledger of another gate",
                "wrong_gate",
                encode_batch(whole).replace(b"phungcong-01", b"phungcong-02"),
            ),
            refused(
                "a hash with a line feed after it",
                "malformed",
                encode_batch(whole).replace(
                    whole.head.encode() + b'"', whole.head.encode() + b'\\n"'
                ),
            ),
            refused(
                "records out of order",
                "malformed",
                msgspec.json.encode(
                    msgspec.to_builtins(whole)
                    | {"records": msgspec.to_builtins(list(reversed(RECORDS)))}
                ),
            ),
            refused(
                "an unknown verdict",
                "malformed",
                encode_batch(whole).replace(b'"expired"', b'"elapsed"'),
            ),
            refused("no JSON", "malformed", encode_batch(whole)[:-1]),
        ],
    }


def receipt_vectors() -> dict[str, Any]:
    """Return payloads of `gate/v1/<gate_id>/receipt`, retained."""
    start = chain_start(GATE_ID, LEDGER_ID)
    nothing = Receipt(ledger_id=LEDGER_ID, stored_through=0, chain=start.hex())
    five = Receipt(
        ledger_id=LEDGER_ID, stored_through=5, chain=chain_over(start, RECORDS[:5]).hex()
    )
    return {
        "about": "Of the ledger in ledger.json.",
        "accepted": [
            accepted("nothing is stored yet", encode_receipt(nothing)),
            accepted("stored through record 5", encode_receipt(five)),
        ],
        "refused": [
            refused("negative", "malformed", encode_receipt(five).replace(b":5,", b":-1,")),
            refused(
                "a hash in upper case",
                "malformed",
                encode_receipt(five).replace(five.chain.encode(), five.chain.upper().encode()),
            ),
        ],
    }


def accepted(name: str, payload: bytes) -> dict[str, str]:
    return {"name": name, "payload": payload.decode()}


def refused(name: str, reason: str, payload: bytes) -> dict[str, str]:
    return {"name": name, "reason": reason, "payload": payload.decode()}
