"""The golden vectors, so that another language can implement the contract.

`python -m tests.contract.vectors` writes `docs/vectors/`. The same code gives the same bytes: a
changed file in a commit is a changed contract.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from gate_contract.card import Kind
from gate_contract.counts import KindCounts, UnitCounts, encode_counts
from gate_contract.crossing import (
    Batch,
    Clock,
    Direction,
    Record,
    canonical,
    chain_next,
    chain_over,
    chain_start,
    encode_batch,
)
from gate_contract.health import OFFLINE, Health, ScanHealth, encode_health
from gate_contract.receipt import Receipt, encode_receipt
from gate_contract.topics import Channel
from gate_contract.verdicts import Verdict
from tests.contract.card_vectors import base45_vectors, card_vectors, key_vectors

FOLDER = Path(__file__).parents[2] / "docs" / "vectors"
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
        clock=Clock.UNTRUSTED,
        verdict=Verdict.ADMITTED_IN,
        card_id="fedcba9876543210",
        kind=Kind.STAFF,
        direction=Direction.IN,
    ),
    Record(
        seq=2, boot_id=BOOT_ID, up_ms=31_000, at=AT, clock=Clock.TRUSTED, verdict=Verdict.CLOCK_SET
    ),
    Record(
        seq=3,
        boot_id=BOOT_ID,
        up_ms=32_500,
        at=AT + 1_500,
        clock=Clock.TRUSTED,
        verdict=Verdict.ADMITTED_IN,
        direction=Direction.IN,
        card_id="0123456789abcdef",
        kind=Kind.PUPIL,
    ),
    Record(
        seq=4,
        boot_id=BOOT_ID,
        up_ms=34_000,
        at=AT + 3_000,
        clock=Clock.TRUSTED,
        verdict=Verdict.EXPIRED,
        card_id="00000000000000ff",
        kind=Kind.VISITOR,
    ),
    Record(
        seq=5,
        boot_id=BOOT_ID,
        up_ms=91_000,
        at=AT + 60_000,
        clock=Clock.TRUSTED,
        verdict=Verdict.NOT_A_PERSON_CARD,
        count=412,
    ),
    Record(
        seq=6,
        boot_id=NEXT_BOOT_ID,
        up_ms=12_000,
        at=AT + 28_800_000,
        clock=Clock.UNTRUSTED,
        verdict=Verdict.ADMITTED_OUT,
        card_id="0123456789abcdef",
        kind=Kind.PUPIL,
        direction=Direction.OUT,
    ),
]


def ledger_vectors() -> dict[str, Any]:
    """The records of one ledger, each with its canonical bytes and the chain hash after it."""
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
    """Payloads of `gate/v1/<gate_id>/crossings`."""
    whole, rest, pruned = _batch(1, 6), _batch(4, 6), _batch(4, 6, oldest=4)
    edited = encode_batch(whole).replace(b'"count":412', b'"count":411')
    return {
        "about": "`topic_gate_id` is the gate of the topic that the payload came on.",
        "topic_gate_id": GATE_ID,
        "accepted": [
            _accepted("a whole ledger", encode_batch(whole)),
            _accepted("a later part of it", encode_batch(rest)),
            _accepted("after pruning: the gate holds nothing older", encode_batch(pruned)),
            _accepted(
                "fields of a later version are ignored",
                encode_batch(rest).replace(b'{"gate_id"', b'{"later":[1,{}],"gate_id"'),
            ),
        ],
        "refused": [
            _refused("a record was edited", "chain_mismatch", edited),
            _refused(
                "the ledger of another gate",
                "wrong_gate",
                encode_batch(whole).replace(b"phungcong-01", b"phungcong-02"),
            ),
            _refused(
                "a hash with a line feed after it",
                "malformed",
                encode_batch(whole).replace(
                    whole.head.encode() + b'"', whole.head.encode() + b'\\n"'
                ),
            ),
            _refused(
                "records out of order",
                "malformed",
                msgspec.json.encode(
                    msgspec.to_builtins(whole)
                    | {"records": msgspec.to_builtins(list(reversed(RECORDS)))}
                ),
            ),
            _refused(
                "an unknown verdict",
                "malformed",
                encode_batch(whole).replace(b'"expired"', b'"elapsed"'),
            ),
            _refused("no JSON", "malformed", encode_batch(whole)[:-1]),
        ],
    }


def receipt_vectors() -> dict[str, Any]:
    """Payloads of `gate/v1/<gate_id>/receipt`, retained."""
    start = chain_start(GATE_ID, LEDGER_ID)
    nothing = Receipt(ledger_id=LEDGER_ID, stored_through=0, chain=start.hex())
    five = Receipt(
        ledger_id=LEDGER_ID, stored_through=5, chain=chain_over(start, RECORDS[:5]).hex()
    )
    return {
        "about": "Of the ledger in ledger.json.",
        "accepted": [
            _accepted("nothing is stored yet", encode_receipt(nothing)),
            _accepted("stored through record 5", encode_receipt(five)),
        ],
        "refused": [
            _refused("negative", "malformed", encode_receipt(five).replace(b":5,", b":-1,")),
            _refused(
                "a hash in upper case",
                "malformed",
                encode_receipt(five).replace(five.chain.encode(), five.chain.upper().encode()),
            ),
        ],
    }


def health_vectors() -> dict[str, Any]:
    """Payloads of `gate/v1/<gate_id>/health`, retained."""
    well = Health(
        state="online",
        version="0.1.0",
        at=AT,
        up_ms=32_500,
        ledger_id=LEDGER_ID,
        stored=6,
        backlog=1,
        free_bytes=20_000_000_000,
        temperature_c=48.5,
        scan=ScanHealth(
            camera="ok",
            storage="ok",
            signals="ok",
            clock_trusted=True,
            frames=480,
            frame_age_ms=66,
        ),
    )
    blind = Health(
        state="online",
        version="0.1.0",
        scan=ScanHealth(
            camera="failed", storage="ok", signals="ok", detail="no frame from the camera"
        ),
    )
    return {
        "about": "A field that is absent has its default.",
        "accepted": [
            _accepted("all is well", encode_health(well)),
            _accepted("the camera has failed, the clock is not set", encode_health(blind)),
            _accepted("gate-scan is not heard of", encode_health(Health(state="online"))),
            _accepted("the last will", encode_health(OFFLINE)),
            _accepted("the shortest", b'{"state":"online"}'),
        ],
        "refused": [
            _refused("no state", "malformed", b"{}"),
            _refused("an unknown state", "malformed", b'{"state":"asleep"}'),
            _refused("over 16 KiB", "oversized", b'{"state":"online"}' + b" " * 16_384),
        ],
    }


def counts_vectors() -> dict[str, Any]:
    """Payloads of `unit/v1/<unit_id>/counts`, retained."""
    empty = UnitCounts(
        unit_id="vg",
        name="Xã Văn Giang",
        day=date(2026, 9, 5),
        as_of=AT,
        inside=0,
        entered=0,
        left=0,
        refused=0,
        people=0,
        by_kind={},
    )
    school = UnitCounts(
        unit_id="vg-phungcong",
        name="Trường THCS Phụng Công",
        day=date(2026, 9, 5),
        as_of=AT + 61_000,
        inside=541,
        entered=560,
        left=19,
        refused=7,
        people=548,
        by_kind={
            Kind.PUPIL: KindCounts(inside=512, entered=520, left=8),
            Kind.STAFF: KindCounts(inside=29, entered=40, left=11),
        },
    )
    return {
        "about": "All names and numbers are made up.",
        "accepted": [
            _accepted("a day that has not begun", encode_counts(empty)),
            _accepted("a school in the morning", encode_counts(school)),
        ],
    }


def topic_vectors() -> dict[str, Any]:
    """Topics, and names that are none."""
    return {
        "about": "A gate_id is [a-z0-9-]{3,40}, a unit_id [a-z0-9-]{1,40}.",
        "gate": [
            {"topic": f"gate/v1/{GATE_ID}/{channel}", "gate_id": GATE_ID, "channel": channel}
            for channel in Channel
        ],
        "counts": [{"topic": "unit/v1/vg/counts", "unit_id": "vg"}],
        "refused": [
            "",
            "gate/v1/ab/crossings",
            f"gate/v1/{'a' * 41}/crossings",
            "gate/v1/VG-01/crossings",
            "gate/v2/vg-01/crossings",
            "gate/v1/vg-01/crossings/",
            "gate/v1/vg-01/crossings\n",
            "gate/v1/+/crossings",
            "gate/v1/vg-01/counts",
            "unit/v1//counts",
        ],
    }


def _accepted(name: str, payload: bytes) -> dict[str, str]:
    return {"name": name, "payload": payload.decode()}


def _refused(name: str, reason: str, payload: bytes) -> dict[str, str]:
    return {"name": name, "reason": reason, "payload": payload.decode()}


def files() -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of every file."""
    told = {
        "base45": base45_vectors(),
        "keys": key_vectors(),
        "cards": card_vectors(),
        "topics": topic_vectors(),
        "ledger": ledger_vectors(),
        "batch": batch_vectors(),
        "receipt": receipt_vectors(),
        "health": health_vectors(),
        "counts": counts_vectors(),
    }
    for name, content in told.items():
        yield f"{name}.json", msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"


def main() -> None:
    """Write all of them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in files():
        (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    main()
