"""Advance an automatic roll-out each minute: evaluate it, order updates, stop it on a fault."""

import threading
from collections.abc import Callable

import sqlalchemy as sa
import structlog
from msgspec.structs import replace

from server_bridge.alert_kinds import AlertCondition, AlertKind
from server_bridge.fleet.drafting import DistrictParameters
from server_bridge.fleet.rollout_rules import (
    MINUTE_MS,
    RolloutDecision,
    after_evaluation,
    decide,
)
from server_bridge.fleet.staging import runs_update
from server_bridge.store.database import Database, StoreError
from server_bridge.store.gates.gate_orders import all_orders, change_orders
from server_bridge.store.gates.gate_sheets import GateSheet, sheets_below
from server_bridge.store.gates.rollouts import (
    Rollout,
    RolloutGate,
    end_rollout,
    newest_rollout,
    rollout_gates_of,
    store_progress,
)

PERIOD_S = MINUTE_MS / 1000

log = structlog.get_logger()


class RolloutWatch:
    """Advances the running roll-out.

    `district` is called for each change, because keys may change while the bridge runs.
    """

    def __init__(self, database: Database, district: Callable[[], DistrictParameters]) -> None:
        self._database = database
        self._district = district

    def run(self, stopping: threading.Event, now_ms: Callable[[], int]) -> None:
        """Advance the roll-out periodically. An error is logged and never ends the bridge."""
        logged = ""
        while not stopping.wait(PERIOD_S):
            try:
                self.step(now_ms())
                logged = ""
            except StoreError as error:  # the database cannot be read now
                log.warning("roll-out not evaluated, retrying", error=str(error))
            except Exception as error:
                if repr(error) != logged:
                    logged = repr(error)
                    log.exception("roll-out not evaluated")

    def step(self, now_ms: int) -> RolloutDecision | None:
        """Evaluate the roll-out once; return None if none is running. Raises StoreError."""
        with self._database.read() as connection:
            rollout = newest_rollout(connection)
        if rollout is None or rollout.state != "running":
            return None
        with self._database.write() as connection:
            rollout = newest_rollout(connection)
            if rollout is None or rollout.state != "running":  # ended meanwhile
                return None
            sheets = updatable_gates(connection, rollout, now_ms)
            before = rollout_gates_of(connection, rollout.rollout)
            ordered = [
                after_evaluation(one, sheets.get(one.gate_id), rollout.wanted, now_ms)
                for one in before
            ]
            decision = decide(rollout, ordered, sheets)
            if len(sheets) > len(ordered):  # otherwise no gate waits for the others' healthy time
                store_progress(connection, rollout.rollout, set(ordered) - set(before))
            self._act(connection, rollout, decision, sheets, now_ms)
        return decision

    def _act(
        self,
        connection: sa.Connection,
        rollout: Rollout,
        decision: RolloutDecision,
        sheets: dict[str, GateSheet],
        now_ms: int,
    ) -> None:
        if decision.fault:
            end_rollout(
                connection, rollout.rollout, "stopped", now_ms, decision.gate_id, decision.fault
            )
            cancel_update(connection, self._district(), rollout, now_ms)
            log.warning("roll-out stopped", gate=decision.gate_id, fault=decision.fault)
        elif decision.done:
            end_rollout(connection, rollout.rollout, "done", now_ms)
            log.info("roll-out done", version=rollout.wanted.version)
        elif decision.to_update:
            district = self._district()
            desired_states = {one.gate_id: one.desired for one in all_orders(connection)}
            for gate_id in decision.to_update:
                desired = replace(desired_states[gate_id], update=rollout.wanted)
                change_orders(connection, district, gate_id, now_ms, desired=desired)
            ordered = [
                RolloutGate(gate_id, now_ms, frozenset(sheets[gate_id].state.faults))
                for gate_id in decision.to_update
            ]
            store_progress(connection, rollout.rollout, ordered)
            log.info("roll-out continued", version=rollout.wanted.version, gates=len(ordered))


def updatable_gates(
    connection: sa.Connection, rollout: Rollout, now_ms: int
) -> dict[str, GateSheet]:
    """Return the gates in service that have orders, by id."""
    known = {one.gate_id for one in all_orders(connection)}
    return {
        sheet.state.gate_id: sheet
        for sheet in sheets_below(connection, now_ms, rollout.unit_id)
        if not sheet.shut_out and sheet.state.gate_id in known
    }


def cancel_update(
    connection: sa.Connection, district: DistrictParameters, rollout: Rollout, now_ms: int
) -> list[str]:
    """Cancel the update on gates that do not run it yet; return the ids of those gates."""
    wanted = rollout.wanted
    sheets = {one.state.gate_id: one for one in sheets_below(connection, now_ms)}
    withdrawn = []
    for one in all_orders(connection):
        update, sheet = one.desired.update, sheets.get(one.gate_id)
        is_this_update = update and (update.version, update.sha256) == (
            wanted.version,
            wanted.sha256,
        )
        if is_this_update and not (sheet and runs_update(sheet, wanted)):
            change_orders(
                connection, district, one.gate_id, now_ms, desired=replace(one.desired, update=None)
            )
            withdrawn.append(one.gate_id)
    return withdrawn


def rollout_conditions(connection: sa.Connection) -> list[AlertCondition]:
    """Return a condition if a gate has stopped the roll-out.

    It lasts until a person ends the roll-out or starts another one.
    """
    found = newest_rollout(connection)
    if found is None or found.state != "stopped" or found.ended_ms is None:
        return []
    detail = f"{found.gate_id}: {found.fault}"
    return [AlertCondition(AlertKind.ROLLOUT, found.wanted.version, None, found.ended_ms, detail)]
