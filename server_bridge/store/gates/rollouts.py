"""Roll-outs of updates, and how the gates do that were told."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

import msgspec
import sqlalchemy as sa

from gate_contract.orders import Update
from server_bridge.store.changes.revisions import bump
from server_bridge.store.database import upsert
from server_bridge.store.schema.gates import rollout_gates, rollouts

State = Literal["running", "done", "stopped", "ended"]
_FAULTS_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Rollout:
    """One update on its way through the fleet. `stopped`: by a gate (`gate_id`, `fault`), which
    somebody has to look at; `ended`: by a person. Times are UTC in ms."""

    rollout: int
    state: State
    wanted: Update
    unit_id: str | None
    first: tuple[str, ...]
    need_ms: int
    started_ms: int
    ended_ms: int | None
    gate_id: str | None
    fault: str


@dataclass(frozen=True, slots=True)
class RolloutGate:
    """A gate that was told at `told_ms`, when `faults` were wrong with it. It has been well with
    the new version for `well_ms`, and was seen so last at `seen_ms`."""

    gate_id: str
    told_ms: int
    faults: frozenset[str] = frozenset()
    well_ms: int = 0
    seen_ms: int | None = None


def begin(
    connection: sa.Connection,
    wanted: Update,
    unit_id: str | None,
    first: Iterable[str],
    need_ms: int,
    now_ms: int,
) -> int:
    """Write a new one down; those before are over. Returns its number."""
    over = rollouts.update().where(rollouts.c.state.in_(("running", "stopped")))
    connection.execute(over.values(state="ended", ended_ms=now_ms))
    number: int = connection.execute(
        rollouts.insert()
        .values(
            state="running",
            wanted=msgspec.json.encode(wanted).decode(),
            unit_id=unit_id,
            first_gates=",".join(first),
            need_ms=need_ms,
            started_ms=now_ms,
            fault="",
        )
        .returning(rollouts.c.rollout)
    ).scalar_one()
    bump(connection)
    return number


def newest(connection: sa.Connection) -> Rollout | None:
    """The one that runs, or ran last."""
    row = connection.execute(rollouts.select().order_by(rollouts.c.rollout.desc()).limit(1)).first()
    if row is None:
        return None
    return Rollout(
        row.rollout,
        row.state,
        msgspec.json.decode(row.wanted, type=Update),
        row.unit_id,
        tuple(filter(None, row.first_gates.split(","))),
        row.need_ms,
        row.started_ms,
        row.ended_ms,
        row.gate_id,
        row.fault,
    )


def end(
    connection: sa.Connection,
    number: int,
    state: State,
    now_ms: int,
    gate_id: str | None = None,
    fault: str = "",
) -> None:
    """It goes no further."""
    mine = rollouts.update().where(rollouts.c.rollout == number)
    connection.execute(mine.values(state=state, ended_ms=now_ms, gate_id=gate_id, fault=fault))
    bump(connection)


def told_gates(connection: sa.Connection, number: int) -> list[RolloutGate]:
    """The gates that were told, by name."""
    rows = connection.execute(
        rollout_gates.select()
        .where(rollout_gates.c.rollout == number)
        .order_by(rollout_gates.c.gate_id)
    )
    return [
        RolloutGate(
            row.gate_id,
            row.told_ms,
            frozenset(filter(None, row.faults.split(","))),
            row.well_ms,
            row.seen_ms,
        )
        for row in rows
    ]


def keep_told(connection: sa.Connection, number: int, told: Iterable[RolloutGate]) -> None:
    """Write down how these do."""
    rows = [
        {
            **asdict(one),
            "rollout": number,
            "faults": ",".join(sorted(one.faults))[:_FAULTS_LENGTH],
        }
        for one in told
    ]
    if rows:
        upsert(connection, rollout_gates, rows)
