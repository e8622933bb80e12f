"""Decide the next step of an automatic roll-out. Pure functions.

One gate gets the update, then up to ten, then all; each stage begins only when all gates before run
the new version and have been healthy with it for some time. Only time online counts: a school that
switches its gate off at night does not block the roll-out for ever, and proves nothing meanwhile.
One gate that gives up the update stops the roll-out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gate_contract.health import UpdateFault, UpdateStage
from gate_contract.orders import Update
from server_bridge.fleet.staging import STAGES, runs_update, update_order
from server_bridge.store.gates.gate_sheets import GateSheet
from server_bridge.store.gates.rollouts import Rollout, RolloutGate

MINUTE_MS = 60_000
MAX_INTERVAL_MS = 5 * MINUTE_MS
"""If two evaluations are further apart, the time between is not counted: the bridge was off."""
REPORT_DELAY_MS = 40 * MINUTE_MS
"""A report sooner than this after an order may concern an earlier order.

Gates check for updates every half hour.
"""
_ONE, _TEN = STAGES["one"] or 0, STAGES["ten"] or 0


@dataclass(frozen=True, slots=True)
class BlockingGate:
    """A gate that blocks the next stage, and the reason.

    `away`: offline; `not_yet`: it runs another version; `faults`: it has new ones; `proving`: it
    has to be healthy for `left_ms` more.
    """

    gate_id: str
    reason: str
    left_ms: int = 0


@dataclass(frozen=True, slots=True)
class RolloutDecision:
    """The gates to order the update for now, or the end of the roll-out.

    It ends when it is `done`, or when `fault` of `gate_id` stops it.
    """

    to_update: tuple[str, ...] = ()
    blocking: tuple[BlockingGate, ...] = ()
    done: bool = False
    gate_id: str | None = None
    fault: str = ""


def after_evaluation(
    gate: RolloutGate, sheet: GateSheet | None, wanted: Update, now_ms: int
) -> RolloutGate:
    """Return a gate's progress after this evaluation; time offline is not counted."""
    if sheet is None or not sheet.state.online:
        return replace(gate, seen_ms=None)
    if not runs_update(sheet, wanted) or set(sheet.state.faults) - gate.faults:
        return replace(gate, well_ms=0, seen_ms=None)
    since = now_ms if gate.seen_ms is None else gate.seen_ms
    spent = now_ms - since if 0 <= now_ms - since <= MAX_INTERVAL_MS else 0
    return replace(gate, well_ms=gate.well_ms + spent, seen_ms=now_ms)


def decide(
    rollout: Rollout, ordered: Sequence[RolloutGate], sheets: Mapping[str, GateSheet]
) -> RolloutDecision:
    """Return the next step; `sheets` are the gates in service with orders, by id."""
    present = [one for one in ordered if one.gate_id in sheets]
    for one in present:
        if fault := update_fault(one, sheets[one.gate_id], rollout.wanted):
            return RolloutDecision(gate_id=one.gate_id, fault=fault)
    known = {one.gate_id for one in ordered}
    rest = [sheet for gate_id, sheet in sheets.items() if gate_id not in known]
    blocking = tuple(
        filter(None, (_blocking(one, sheets[one.gate_id], rollout) for one in present))
    )
    if not rest:
        behind = [one for one in blocking if not runs_update(sheets[one.gate_id], rollout.wanted)]
        return RolloutDecision(blocking=tuple(behind), done=not behind)
    if blocking and len(ordered) <= _TEN:
        return RolloutDecision(blocking=blocking)
    limit = _ONE if not ordered else _TEN if len(ordered) < _TEN else None
    chosen = update_order(rest, rollout.first)
    return RolloutDecision(
        to_update=tuple(chosen if limit is None else chosen[: limit - len(ordered)])
    )


def update_fault(gate: RolloutGate, sheet: GateSheet, wanted: Update) -> str:
    """Return why a gate will not install the update; empty if it still may."""
    update = sheet.health.update if sheet.health else None
    if update is None:
        return ""
    if wanted.version in update.given_up:
        return UpdateFault.GIVEN_UP
    stopped = update.wanted == wanted.version and update.stage == UpdateStage.STOPPED
    if stopped and (sheet.heard_ms or 0) - gate.told_ms >= REPORT_DELAY_MS:
        return update.fault or "unknown"
    return ""


def _blocking(gate: RolloutGate, sheet: GateSheet, rollout: Rollout) -> BlockingGate | None:
    if not runs_update(sheet, rollout.wanted):
        return BlockingGate(gate.gate_id, "not_yet" if sheet.state.online else "away")
    left_ms = rollout.need_ms - gate.well_ms
    if left_ms <= 0:
        return None
    if not sheet.state.online:
        return BlockingGate(gate.gate_id, "away", left_ms)
    new = set(sheet.state.faults) - gate.faults
    return BlockingGate(gate.gate_id, "faults" if new else "proving", left_ms)
