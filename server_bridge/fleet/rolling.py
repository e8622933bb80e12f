"""Takes a roll-out further, as `rollout` decides: looks each minute, tells gates, stops."""

import threading
from collections.abc import Callable

import sqlalchemy as sa
import structlog
from msgspec.structs import replace

from server_bridge.alert_kinds import AlertKind, Trouble
from server_bridge.fleet.drafting import DistrictParameters
from server_bridge.fleet.rollout import MINUTE_MS, RolloutDecision, decide, watched
from server_bridge.fleet.staging import runs
from server_bridge.store.database import Database, StoreError
from server_bridge.store.gates.gate_orders import standings, want
from server_bridge.store.gates.gate_sheets import GateSheet, sheets_below
from server_bridge.store.gates.rollouts import (
    Rollout,
    RolloutGate,
    end,
    keep_told,
    newest,
    told_gates,
)

PERIOD_S = MINUTE_MS / 1000

log = structlog.get_logger()


class RolloutWatch:
    """`district` is asked anew each time: its keys may change while the bridge runs."""

    def __init__(self, database: Database, district: Callable[[], DistrictParameters]) -> None:
        self._database = database
        self._district = district

    def run(self, stopping: threading.Event, now_ms: Callable[[], int]) -> None:
        """Look again and again. Nothing that goes wrong with a roll-out ends the bridge."""
        said = ""
        while not stopping.wait(PERIOD_S):
            try:
                self.step(now_ms())
                said = ""
            except StoreError as error:  # the database cannot be read now
                log.warning("roll-out", error=str(error))
            except Exception as error:
                if repr(error) != said:
                    said = repr(error)
                    log.exception("roll-out")

    def step(self, now_ms: int) -> RolloutDecision | None:
        """One look; None if none is running. Raises StoreError."""
        with self._database.read() as connection:
            rollout = newest(connection)
        if rollout is None or rollout.state != "running":
            return None
        with self._database.write() as connection:
            rollout = newest(connection)
            if rollout is None or rollout.state != "running":  # ended meanwhile
                return None
            sheets = in_reach(connection, rollout, now_ms)
            before = told_gates(connection, rollout.rollout)
            told = [watched(one, sheets.get(one.gate_id), rollout.wanted, now_ms) for one in before]
            decision = decide(rollout, told, sheets)
            if len(sheets) > len(told):  # else nobody waits for how long they were well
                keep_told(connection, rollout.rollout, set(told) - set(before))
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
            end(connection, rollout.rollout, "stopped", now_ms, decision.gate_id, decision.fault)
            withdraw(connection, self._district(), rollout, now_ms)
            log.warning("roll-out stopped", gate=decision.gate_id, fault=decision.fault)
        elif decision.done:
            end(connection, rollout.rollout, "done", now_ms)
            log.info("roll-out done", version=rollout.wanted.version)
        elif decision.tell:
            district = self._district()
            wishes = {one.gate_id: one.wish for one in standings(connection)}
            for gate_id in decision.tell:
                wish = replace(wishes[gate_id], update=rollout.wanted)
                want(connection, district, gate_id, now_ms, wish=wish)
            told = [
                RolloutGate(gate_id, now_ms, frozenset(sheets[gate_id].state.faults))
                for gate_id in decision.tell
            ]
            keep_told(connection, rollout.rollout, told)
            log.info("roll-out", version=rollout.wanted.version, told=len(told))


def in_reach(connection: sa.Connection, rollout: Rollout, now_ms: int) -> dict[str, GateSheet]:
    """The gates in service that can be told, by name."""
    known = {one.gate_id for one in standings(connection)}
    return {
        sheet.state.gate_id: sheet
        for sheet in sheets_below(connection, now_ms, rollout.unit_id)
        if not sheet.shut_out and sheet.state.gate_id in known
    }


def withdraw(
    connection: sa.Connection, district: DistrictParameters, rollout: Rollout, now_ms: int
) -> list[str]:
    """No gate that does not run the update yet shall have it any more; those that were told."""
    wanted = rollout.wanted
    sheets = {one.state.gate_id: one for one in sheets_below(connection, now_ms)}
    withdrawn = []
    for one in standings(connection):
        update, sheet = one.wish.update, sheets.get(one.gate_id)
        mine = update and (update.version, update.sha256) == (wanted.version, wanted.sha256)
        if mine and not (sheet and runs(sheet, wanted)):
            want(connection, district, one.gate_id, now_ms, wish=replace(one.wish, update=None))
            withdrawn.append(one.gate_id)
    return withdrawn


def troubles(connection: sa.Connection) -> list[Trouble]:
    """A roll-out that a gate has stopped, until a person ends it or begins another."""
    found = newest(connection)
    if found is None or found.state != "stopped" or found.ended_ms is None:
        return []
    detail = f"{found.gate_id}: {found.fault}"
    return [Trouble(AlertKind.ROLLOUT, found.wanted.version, None, found.ended_ms, detail)]
