"""What an automatic roll-out does next. Pure.

One gate is told, then as many as ten, then all; the next ones only when all before run the new
version and have been well with it for a while. Being online is counted, not the time between: a
school that switches its gate off at night is not waited for in vain. One gate that gives the update
up stops it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gate_contract.health import UpdateFault, UpdateStage
from gate_contract.orders import Update
from server_bridge.fleet.staging import STAGES, in_order, runs
from server_bridge.store.gates.gate_sheets import GateSheet
from server_bridge.store.gates.rollouts import Rollout, RolloutGate

MINUTE_MS = 60_000
LONGEST_LOOK_MS = 5 * MINUTE_MS
"""Between two looks that are farther apart nothing is known: the bridge was off."""
HEARD_AFTER_MS = 40 * MINUTE_MS
"""What a gate says of an update sooner than this after it was told may be of an order before: it
looks every half hour."""
_ONE, _TEN = STAGES["one"] or 0, STAGES["ten"] or 0


@dataclass(frozen=True, slots=True)
class Waits:
    """A gate that keeps the others waiting: `away`, `not_yet` (it runs another version), `faults`
    (new ones), or `proving` itself for `left_ms` more."""

    gate_id: str
    why: str
    left_ms: int = 0


@dataclass(frozen=True, slots=True)
class RolloutDecision:
    """`tell` these now; or it is over, because it is `done` or `fault` of `gate_id` stops it."""

    tell: tuple[str, ...] = ()
    waits: tuple[Waits, ...] = ()
    done: bool = False
    gate_id: str | None = None
    fault: str = ""


def watched(told: RolloutGate, sheet: GateSheet | None, wanted: Update, now_ms: int) -> RolloutGate:
    """How a gate does that was told. Away, it is neither well nor ill."""
    if sheet is None or not sheet.state.online:
        return replace(told, seen_ms=None)
    if not runs(sheet, wanted) or set(sheet.state.faults) - told.faults:
        return replace(told, well_ms=0, seen_ms=None)
    since = now_ms if told.seen_ms is None else told.seen_ms
    spent = now_ms - since if 0 <= now_ms - since <= LONGEST_LOOK_MS else 0
    return replace(told, well_ms=told.well_ms + spent, seen_ms=now_ms)


def decide(
    rollout: Rollout, told: Sequence[RolloutGate], sheets: Mapping[str, GateSheet]
) -> RolloutDecision:
    """`sheets` are the gates that are in service and can be told, by name."""
    there = [one for one in told if one.gate_id in sheets]
    for one in there:
        if fault := given_up(one, sheets[one.gate_id], rollout.wanted):
            return RolloutDecision(gate_id=one.gate_id, fault=fault)
    known = {one.gate_id for one in told}
    rest = [sheet for gate_id, sheet in sheets.items() if gate_id not in known]
    waits = tuple(filter(None, (_waits(one, sheets[one.gate_id], rollout) for one in there)))
    if not rest:
        behind = [one for one in waits if not runs(sheets[one.gate_id], rollout.wanted)]
        return RolloutDecision(waits=tuple(behind), done=not behind)
    if waits and len(told) <= _TEN:
        return RolloutDecision(waits=waits)
    most = _ONE if not told else _TEN if len(told) < _TEN else None
    chosen = in_order(rest, rollout.first)
    return RolloutDecision(tell=tuple(chosen if most is None else chosen[: most - len(told)]))


def given_up(told: RolloutGate, sheet: GateSheet, wanted: Update) -> str:
    """Why a gate will not have the update; empty if it may yet."""
    update = sheet.told.update if sheet.told else None
    if update is None:
        return ""
    if wanted.version in update.given_up:
        return UpdateFault.GIVEN_UP
    stopped = update.wanted == wanted.version and update.stage == UpdateStage.STOPPED
    if stopped and (sheet.heard_ms or 0) - told.told_ms >= HEARD_AFTER_MS:
        return update.fault or "unknown"
    return ""


def _waits(told: RolloutGate, sheet: GateSheet, rollout: Rollout) -> Waits | None:
    if not runs(sheet, rollout.wanted):
        return Waits(told.gate_id, "not_yet" if sheet.state.online else "away")
    left_ms = rollout.need_ms - told.well_ms
    if left_ms <= 0:
        return None
    if not sheet.state.online:
        return Waits(told.gate_id, "away", left_ms)
    new = set(sheet.state.faults) - told.faults
    return Waits(told.gate_id, "faults" if new else "proving", left_ms)
