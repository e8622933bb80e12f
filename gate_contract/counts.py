"""The counts of a unit that the district publishes: retained, at most once a second, no people."""

from datetime import date

import msgspec
from msgspec import Struct

from gate_contract.card import CardKind
from gate_contract.crossing import UtcMilliseconds


class KindCounts(Struct, frozen=True, kw_only=True):
    """People of one kind today: inside now, and crossings in and out."""

    inside: int = 0
    entered: int = msgspec.field(name="in", default=0)
    left: int = msgspec.field(name="out", default=0)


class UnitCounts(Struct, frozen=True, kw_only=True):
    """Counts of a school, or of a unit above schools as the sum of its schools.

    `day` is the local school day, `as_of` is UTC in ms. `people` counts each card once per school.
    """

    unit_id: str
    name: str
    day: date
    as_of: UtcMilliseconds
    inside: int
    entered: int = msgspec.field(name="in")
    left: int = msgspec.field(name="out")
    refused: int
    people: int
    by_kind: dict[CardKind, KindCounts]


def encode_counts(counts: UnitCounts) -> bytes:
    """Return the MQTT payload (JSON)."""
    return msgspec.json.encode(counts)
