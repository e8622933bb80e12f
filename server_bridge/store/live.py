"""The state of the whole district at one moment, as the live page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate_contract.card import CardKind
from gate_contract.counts import KindCounts, UnitCounts
from gate_contract.school_day import local_day
from server_bridge.store.alerts.alerts import open_by_unit
from server_bridge.store.areas.level_counts import LevelCounts
from server_bridge.store.changes.revisions import revision_number
from server_bridge.store.crossings.arrivals import Comparison, comparisons
from server_bridge.store.gates.gate_states import GateState, gate_states
from server_bridge.store.schema.base import (
    counts,
    refusals,
)
from server_bridge.store.units.tree import SCHOOL, all_units

_COUNTS = counts.select().where(counts.c.day == sa.bindparam("on"))
_REFUSED = (
    sa.select(refusals.c.unit_id, sa.func.sum(refusals.c.scans).label("scans"))
    .where(refusals.c.day == sa.bindparam("on"))
    .group_by(refusals.c.unit_id)
)


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
    """The whole tree, parents before children. `revision` grows with every committed change.
    `arrivals`, `alerts` (how many are open) and `levels` (how many people live where which level
    holds), all by unit, are there only where they were asked for."""

    revision: int
    day: date
    as_of_ms: int
    units: tuple[UnitState, ...]
    arrivals: Mapping[str, Comparison] = field(default_factory=dict)
    alerts: Mapping[str, int] = field(default_factory=dict)
    levels: Mapping[str, Mapping[int, int]] = field(default_factory=dict)


def snapshot(connection: sa.Connection, now_ms: int, zone: ZoneInfo) -> Snapshot:
    """The district as of `now_ms` (UTC): today's counts, last crossings and every gate's state."""
    day = local_day(now_ms, zone)
    by_unit = _counts(connection, day)
    refused = _refused(connection, day)
    gates_of: dict[str, list[GateState]] = {}
    for state in gate_states(connection, now_ms):
        gates_of.setdefault(state.unit_id, []).append(state)
    units = []
    for unit in all_units(connection):
        kinds = by_unit.get(unit.unit_id, {})
        states = tuple(gates_of.get(unit.unit_id, ()))
        last = [gate.last_crossing_ms for gate in states if gate.last_crossing_ms is not None]
        units.append(
            UnitState(
                unit_id=unit.unit_id,
                name=unit.name,
                level=unit.level,
                parent_id=unit.parent_id,
                is_school=unit.level == SCHOOL,
                inside=sum(row.inside for row in kinds.values()),
                entered=sum(row.entered for row in kinds.values()),
                left=sum(row.left for row in kinds.values()),
                refused=refused.get(unit.unit_id, 0),
                people=sum(row.people for row in kinds.values()),
                by_kind={kind: (row.inside, row.entered, row.left) for kind, row in kinds.items()},
                last_seen_ms=max((at for at in last if local_day(at, zone) == day), default=None),
                gates=states,
            )
        )
    return Snapshot(revision_number(connection), day, now_ms, tuple(units))


def page_snapshot(
    connection: sa.Connection, now_ms: int, zone: ZoneInfo, levels: LevelCounts
) -> Snapshot:
    """The district with its arrivals by time of day, its open alerts, and its people by level."""
    shown = snapshot(connection, now_ms, zone)
    return replace(
        shown,
        arrivals=comparisons(connection, shown.day, zone),
        alerts=open_by_unit(connection),
        levels=levels.at(connection, now_ms, shown.day),
    )


def unit_counts(state: UnitState, shown: Snapshot) -> UnitCounts:
    """A unit's part of a snapshot as it is published."""
    return UnitCounts(
        unit_id=state.unit_id,
        name=state.name,
        day=shown.day,
        as_of=shown.as_of_ms,
        inside=state.inside,
        entered=state.entered,
        left=state.left,
        refused=state.refused,
        people=state.people,
        by_kind={
            CardKind(kind): KindCounts(inside=inside, entered=entered, left=left)
            for kind, (inside, entered, left) in sorted(state.by_kind.items())
        },
    )


def _counts(connection: sa.Connection, day: date) -> dict[str, dict[str, sa.Row[Any]]]:
    found: dict[str, dict[str, sa.Row[Any]]] = {}
    for row in connection.execute(_COUNTS, {"on": day}):
        found.setdefault(row.unit_id, {})[row.kind] = row
    return found


def _refused(connection: sa.Connection, day: date) -> dict[str, int]:
    rows = connection.execute(_REFUSED, {"on": day})
    return {row.unit_id: int(row.scans) for row in rows}
