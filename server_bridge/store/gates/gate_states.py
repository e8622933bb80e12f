"""The state of each gate: online or not, and its faults as stable codes."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from gate_contract import topics
from gate_contract.health import Health, decode_health
from server_bridge.store.gates.gate_rosters import EVERY_GATE, stands
from server_bridge.store.schema.base import (
    dead_letters,
    gate_health,
    gates,
    ledgers,
)

SILENT_MS = 120_000
"""A gate tells its health every 30 s; one that is online and silent for this long is not well."""
DAY_MS = 86_400_000
ROSTER_LATE_MS = 60_000
"""A gate online that still goes by an older roster after this long is not well."""
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
