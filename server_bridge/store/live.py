"""The state of the whole district at one moment, as the live page shows it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate_contract import topics
from gate_contract.card import CardKind
from gate_contract.counts import KindCounts, UnitCounts
from gate_contract.health import Health, decode_health
from gate_contract.school_day import local_day
from server_bridge.store.alerts.alerts import open_by_unit
from server_bridge.store.crossings.arrivals import Comparison, comparisons
from server_bridge.store.gates.gate_rosters import EVERY_GATE, stands
from server_bridge.store.places.level_counts import LevelCounts
from server_bridge.store.places.units import SCHOOL, all_units
from server_bridge.store.schema import (
    counts,
    dead_letters,
    gate_health,
    gates,
    ledgers,
    refusals,
    revision,
)

SILENT_MS = 120_000
"""A gate tells its health every 30 s; one that is online and silent for this long is not well."""
DAY_MS = 86_400_000
ROSTER_LATE_MS = 60_000
"""A gate online that still goes by an older roster after this long is not well."""
_REVISION = sa.select(revision.c.number)
_COUNTS = counts.select().where(counts.c.day == sa.bindparam("on"))
_REFUSED = (
    sa.select(refusals.c.unit_id, sa.func.sum(refusals.c.scans).label("scans"))
    .where(refusals.c.day == sa.bindparam("on"))
    .group_by(refusals.c.unit_id)
)
_HEALTH = gate_health.select()
_LEDGERS = ledgers.select().order_by(ledgers.c.first_ms)
_GATES = gates.select().order_by(gates.c.gate_id)
_FORKED = (
    sa.select(dead_letters.c.topic)
    .where(
        (dead_letters.c.reason == "conflict") & (dead_letters.c.heard_ms > sa.bindparam("since_ms"))
    )
    .distinct()
)


@dataclass(frozen=True, slots=True)
class GateState:
    """One gate. `online` and `state_since_ms` (UTC) are None while it was never heard of;
    `backlog` counts records it holds without receipt, as last told; `faults` are stable codes.
    `roster_ms` (UTC) is when the roster was made that it goes by."""

    gate_id: str
    unit_id: str
    online: bool | None
    state_since_ms: int | None
    last_crossing_ms: int | None
    backlog: int
    clock_trusted: bool | None
    faults: tuple[str, ...]
    roster_ms: int | None = None


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


def revision_number(connection: sa.Connection) -> int:
    """Grows with every change that a snapshot could show."""
    return int(connection.execute(_REVISION).scalar_one())


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


def gate_states(
    connection: sa.Connection, now_ms: int, units: Collection[str] | None = None
) -> list[GateState]:
    """Every gate of `units`, None: of all, by name."""
    health = {row.gate_id: row for row in connection.execute(_HEALTH)}
    ledgers_of: dict[str, list[sa.Row[Any]]] = {}
    for row in connection.execute(_LEDGERS):
        ledgers_of.setdefault(row.gate_id, []).append(row)
    forked = _forked(connection, now_ms)
    rosters = {stand.scope: stand.version for stand in stands(connection)}
    states = []
    for row in connection.execute(
        _GATES if units is None else _GATES.where(gates.c.unit_id.in_(units))
    ):
        its_ledgers = ledgers_of.get(row.gate_id, [])
        heard = health.get(row.gate_id)
        state = _gate_state(row.gate_id, row.unit_id, heard, its_ledgers, now_ms)
        fault = _roster_fault(heard, row.gate_id, rosters, now_ms)
        if fault:
            state = replace(state, faults=(*state.faults, fault))
        if row.gate_id in forked:
            state = replace(state, faults=(*state.faults, "conflict"))
        states.append(state)
    return states


def _forked(connection: sa.Connection, now_ms: int) -> set[str]:
    """Gates that have lately sent another history than the one stored, as an old copy would."""
    rows = connection.execute(_FORKED, {"since_ms": now_ms - DAY_MS})
    topics_of = (topics.parse(topic) for topic in rows.scalars())
    return {topic.gate_id for topic in topics_of if isinstance(topic, topics.GateTopic)}


def _gate_state(
    gate_id: str,
    unit_id: str,
    heard: sa.Row[Any] | None,
    ledgers_of_gate: list[sa.Row[Any]],
    now_ms: int,
) -> GateState:
    last = [row.last_crossing_ms for row in ledgers_of_gate if row.last_crossing_ms is not None]
    told = decode_health(heard.told) if heard else None
    silent = heard is not None and heard.online and now_ms - heard.heard_ms > SILENT_MS
    return GateState(
        gate_id=gate_id,
        unit_id=unit_id,
        online=None if heard is None else heard.online and not silent,
        state_since_ms=None if heard is None else heard.heard_ms if silent else heard.since_ms,
        last_crossing_ms=max(last, default=None),
        backlog=told.backlog if told else 0,
        clock_trusted=told.scan.clock_trusted if told and told.scan else None,
        faults=tuple(_faults(told, ledgers_of_gate, now_ms)),
        roster_ms=(told.scan.roster_version or None) if told and told.scan else None,
    )


def _roster_fault(
    heard: sa.Row[Any] | None, gate_id: str, rosters: dict[str, int], now_ms: int
) -> str | None:
    """What is wrong with the rosters that a gate goes by. A gate that is away is not to blame."""
    told = decode_health(heard.told) if heard and heard.online else None
    if told is None or told.scan is None:
        return None
    if told.roster_fault or told.scan.roster_fault:
        return "roster_refused"
    goes_by = ((gate_id, told.scan.roster_version), (EVERY_GATE, told.scan.district_roster_version))
    for scope, version in goes_by:
        ours = rosters.get(scope, 0)
        if version < ours < now_ms - ROSTER_LATE_MS:
            return "roster_old"
    return None


def told_faults(told: Health) -> tuple[str, ...]:
    """What a gate that is online says is wrong with it, as stable codes."""
    if told.scan is None:
        faults = ["scan_silent"]
    else:
        parts = ("camera", "storage", "signals")
        faults = [part for part in parts if getattr(told.scan, part) == "failed"]
        if not told.scan.clock_trusted:
            faults.append("clock")
    return (*faults, "delivery") if told.fault else tuple(faults)


def _faults(told: Health | None, ledgers_of_gate: list[sa.Row[Any]], now_ms: int) -> Iterator[str]:
    if told and told.state == "online":
        yield from told_faults(told)
    # A card that was replaced falls silent; two that both go on are two devices with one identity.
    lately = [row for row in ledgers_of_gate if now_ms - row.last_ms < DAY_MS]
    if told and told.damaged_ledgers:
        yield "ledger_damaged"
    elif any(a.last_ms > b.first_ms for a, b in pairwise(lately)):
        yield "two_ledgers"
    if any(row.missing for row in ledgers_of_gate):
        yield "ledger_gap"
