"""The state of the whole district at one moment, as the live page shows it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class GateState:
    """One gate. `online` and `state_since_ms` (UTC) are None while it was never heard of;
    `backlog` counts records it holds without receipt, as last told; `faults` are stable codes."""

    gate_id: str
    unit_id: str
    online: bool | None
    state_since_ms: int | None
    last_crossing_ms: int | None
    backlog: int
    clock_trusted: bool | None
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitState:
    """One unit with the school day's counts; above a school they are rolled up.

    `by_kind` maps a kind to (inside, in, out). `last_seen_ms` is the last crossing today, UTC.
    """

    unit_id: str
    name: str
    level: str
    parent_id: str | None
    is_school: bool
    inside: int
    entered: int
    left: int
    refused: int
    people: int
    by_kind: dict[str, tuple[int, int, int]]
    last_seen_ms: int | None
    gates: tuple[GateState, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole tree, parents before children. `revision` grows with every committed change."""

    revision: int
    day: date
    as_of_ms: int
    units: tuple[UnitState, ...]
