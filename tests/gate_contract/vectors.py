"""The golden vectors, with which another language can implement the contract.

`python -m tests.gate_contract.vectors` writes `docs/reference/vectors/`. The same code gives the
same bytes: a changed file in a commit means a changed contract.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from gate_contract.card import CardKind
from gate_contract.counts import KindCounts, UnitCounts, encode_counts
from gate_contract.health import OFFLINE, Health, ScanHealth, encode_health
from gate_contract.topics import ROSTERS, GateChannel
from tests.gate_contract.card_vectors import base45_vectors, card_vectors, key_vectors
from tests.gate_contract.ledger_vectors import (
    AT,
    GATE_ID,
    LEDGER_ID,
    accepted,
    batch_vectors,
    ledger_vectors,
    receipt_vectors,
    refused,
)
from tests.gate_contract.roster_vectors import roster_vectors
from tests.gate_contract.visitor_vectors import visitor_vectors

FOLDER = Path(__file__).parents[2] / "docs" / "reference" / "vectors"


def health_vectors() -> dict[str, Any]:
    """Return payloads of `gate/v1/<gate_id>/health`, retained."""
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
            roster_version=AT - 86_400_000,
            district_roster_version=AT - 3_600_000,
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
            accepted("all is well", encode_health(well)),
            accepted("the camera has failed, the clock is not set", encode_health(blind)),
            accepted("gate-scan is not heard of", encode_health(Health(state="online"))),
            accepted("the last will", encode_health(OFFLINE)),
            accepted("the shortest", b'{"state":"online"}'),
        ],
        "refused": [
            refused("no state", "malformed", b"{}"),
            refused("an unknown state", "malformed", b'{"state":"asleep"}'),
            refused("over 16 KiB", "oversized", b'{"state":"online"}' + b" " * 16_384),
        ],
    }


def counts_vectors() -> dict[str, Any]:
    """Return payloads of `unit/v1/<unit_id>/counts`, retained."""
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
            CardKind.PUPIL: KindCounts(inside=512, entered=520, left=8),
            CardKind.STAFF: KindCounts(inside=29, entered=40, left=11),
        },
    )
    return {
        "about": "All names and numbers are made up.",
        "accepted": [
            accepted("a day that has not begun", encode_counts(empty)),
            accepted("a school in the morning", encode_counts(school)),
        ],
    }


def topic_vectors() -> dict[str, Any]:
    """Return topics, and names that are none."""
    return {
        "about": "A gate_id is [a-z0-9-]{3,40}, a unit_id [a-z0-9-]{1,40}.",
        "gate": [
            {"topic": f"gate/v1/{GATE_ID}/{channel}", "gate_id": GATE_ID, "channel": channel}
            for channel in GateChannel
        ],
        "district": [
            {"topic": f"district/v1/{channel}", "channel": channel} for channel in ROSTERS
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
            "district/v1/receipt",
        ],
    }


def files() -> Iterator[tuple[str, bytes]]:
    """Return the name and the bytes of every file."""
    told = {
        "base45": base45_vectors(),
        "keys": key_vectors(),
        "cards": card_vectors(),
        "topics": topic_vectors(),
        "ledger": ledger_vectors(),
        "batch": batch_vectors(),
        "receipt": receipt_vectors(),
        "health": health_vectors(),
        "roster": roster_vectors(),
        "counts": counts_vectors(),
        "visitors": visitor_vectors(),
    }
    for name, content in told.items():
        yield f"{name}.json", msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"


def main() -> None:
    """Write all files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in files():
        (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    main()
