"""Read the state of each gate: whether it is online, and its faults as stable codes."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from gate_contract import topics
from gate_contract.health import Health, decode_health
from server_bridge.store.gates.gate_rosters import EVERY_GATE, published_versions
from server_bridge.store.schema.base import (
    dead_letters,
    gate_health,
    gates,
    ledgers,
)

SILENT_MS = 120_000
"""A gate reports its health every 30 s; if connected but silent for this long, it is faulty."""
DAY_MS = 86_400_000
ROSTER_LATE_MS = 60_000
"""An online gate that uses an older roster for longer than this has a fault."""
_HEALTH = gate_health.select()
_LEDGERS = ledgers.select().order_by(ledgers.c.first_ms)
_GATES = gates.select().order_by(gates.c.gate_id)
_CONFLICTS = (
    sa.select(dead_letters.c.topic)
    .where(
        (dead_letters.c.reason == "conflict") & (dead_letters.c.heard_ms > sa.bindparam("since_ms"))
    )
    .distinct()
)


@dataclass(frozen=True, slots=True)
class GateState:
    """The state of one gate.

    `online` and `state_since_ms` (UTC) are None if it never reported. `backlog` is the last
    reported number of records without a receipt. `faults` are stable codes. `roster_ms` (UTC) is
    when the roster in use was made.
    """

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
    """Return the state of every gate of `units` (None: of all units), by id."""
    health = {row.gate_id: row for row in connection.execute(_HEALTH)}
    ledgers_of: dict[str, list[sa.Row[Any]]] = {}
    for row in connection.execute(_LEDGERS):
        ledgers_of.setdefault(row.gate_id, []).append(row)
    conflicting = _conflicting(connection, now_ms)
    rosters = {one.scope: one.version for one in published_versions(connection)}
    states = []
    for row in connection.execute(
        _GATES if units is None else _GATES.where(gates.c.unit_id.in_(units))
    ):
        gate_ledgers = ledgers_of.get(row.gate_id, [])
        health_row = health.get(row.gate_id)
        state = _gate_state(row.gate_id, row.unit_id, health_row, gate_ledgers, now_ms)
        fault = _roster_fault(health_row, row.gate_id, rosters, now_ms)
        if fault:
            state = replace(state, faults=(*state.faults, fault))
        if row.gate_id in conflicting:
            state = replace(state, faults=(*state.faults, "conflict"))
        states.append(state)
    return states


def _conflicting(connection: sa.Connection, now_ms: int) -> set[str]:
    """Return gates that recently sent another history than the stored one, as an old copy would."""
    rows = connection.execute(_CONFLICTS, {"since_ms": now_ms - DAY_MS})
    topics_of = (topics.parse(topic) for topic in rows.scalars())
    return {topic.gate_id for topic in topics_of if isinstance(topic, topics.GateTopic)}


def _gate_state(
    gate_id: str,
    unit_id: str,
    health_row: sa.Row[Any] | None,
    ledgers_of_gate: list[sa.Row[Any]],
    now_ms: int,
) -> GateState:
    last = [row.last_crossing_ms for row in ledgers_of_gate if row.last_crossing_ms is not None]
    reported = decode_health(health_row.told) if health_row else None
    silent = (
        health_row is not None and health_row.online and now_ms - health_row.heard_ms > SILENT_MS
    )
    return GateState(
        gate_id=gate_id,
        unit_id=unit_id,
        online=None if health_row is None else health_row.online and not silent,
        state_since_ms=None
        if health_row is None
        else health_row.heard_ms
        if silent
        else health_row.since_ms,
        last_crossing_ms=max(last, default=None),
        backlog=reported.backlog if reported else 0,
        clock_trusted=reported.scan.clock_trusted if reported and reported.scan else None,
        faults=tuple(_faults(reported, ledgers_of_gate, now_ms)),
        roster_ms=(reported.scan.roster_version or None) if reported and reported.scan else None,
    )


def _roster_fault(
    health_row: sa.Row[Any] | None, gate_id: str, rosters: dict[str, int], now_ms: int
) -> str | None:
    """Return the fault of the rosters that a gate uses; None while it is offline."""
    reported = decode_health(health_row.told) if health_row and health_row.online else None
    if reported is None or reported.scan is None:
        return None
    if reported.roster_fault or reported.scan.roster_fault:
        return "roster_refused"
    in_use = (
        (gate_id, reported.scan.roster_version),
        (EVERY_GATE, reported.scan.district_roster_version),
    )
    for scope, version in in_use:
        ours = rosters.get(scope, 0)
        if version < ours < now_ms - ROSTER_LATE_MS:
            return "roster_old"
    return None


def reported_faults(reported: Health) -> tuple[str, ...]:
    """Return the faults in the health report of an online gate, as stable codes."""
    if reported.scan is None:
        faults = ["scan_silent"]
    else:
        parts = ("camera", "storage", "signals")
        faults = [part for part in parts if getattr(reported.scan, part) == "failed"]
        if not reported.scan.clock_trusted:
            faults.append("clock")
    return (*faults, "delivery") if reported.fault else tuple(faults)


def _faults(
    reported: Health | None, ledgers_of_gate: list[sa.Row[Any]], now_ms: int
) -> Iterator[str]:
    if reported and reported.state == "online":
        yield from reported_faults(reported)
    # After a replaced SD card its old ledger ends; if both continue, two devices share an identity.
    lately = [row for row in ledgers_of_gate if now_ms - row.last_ms < DAY_MS]
    if reported and reported.damaged_ledgers:
        yield "ledger_damaged"
    elif any(a.last_ms > b.first_ms for a, b in pairwise(lately)):
        yield "two_ledgers"
    if any(row.missing for row in ledgers_of_gate):
        yield "ledger_gap"
