"""What is wanted of each gate, kept and signed whenever it becomes something else."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

import msgspec
import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from gate_contract.orders import LogRequest, ManagedSettings, Orders, Update
from server_bridge.store.changes.revisions import bump
from server_bridge.store.database import upsert
from server_bridge.store.schema.gates import gate_orders

Direction = Literal["in", "out", "auto"]


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen for one gate; everything else of its settings is the district's."""

    direction: Direction = "auto"
    timezone: str = "Asia/Ho_Chi_Minh"
    visitor_ids: tuple[str, ...] = ()
    repeat_window_ms: int = 5_000


class DesiredState(msgspec.Struct, frozen=True, omit_defaults=True):
    """What else is wanted: its software, its log."""

    update: Update | None = None
    logs: LogRequest | None = None


@dataclass(frozen=True, slots=True)
class CurrentOrders:
    """What is wanted of a gate now."""

    gate_id: str
    version: int
    settings_version: int
    choice: Choice
    wish: DesiredState
    payload: bytes = field(repr=False)


class Drafter(Protocol):
    """Knows the district: its name, keys and broker."""

    @property
    def update_ca(self) -> str:
        """The certificate that updates are signed with."""
        ...

    def settings(
        self, connection: sa.Connection, gate_id: str, choice: Choice, version: int
    ) -> ManagedSettings:
        """The settings of a gate."""
        ...

    def sign(self, orders: Orders) -> bytes:
        """The payload."""
        ...


def standing(connection: sa.Connection, gate_id: str) -> CurrentOrders | None:
    """What is wanted of a gate, None if nothing was ever said."""
    row = connection.execute(gate_orders.select().where(gate_orders.c.gate_id == gate_id)).first()
    return _standing(row) if row else None


def standings(connection: sa.Connection) -> list[CurrentOrders]:
    """Of all gates, by name."""
    rows = connection.execute(gate_orders.select().order_by(gate_orders.c.gate_id))
    return [_standing(row) for row in rows]


def want(
    connection: sa.Connection,
    drafter: Drafter,
    gate_id: str,
    now_ms: int,
    *,
    choice: Choice | None = None,
    wish: DesiredState | None = None,
) -> CurrentOrders:
    """Want something else of a gate: other settings (`choice`, or the same one drafted again where
    both are None), or another wish. Returns what stands from now on."""
    before = standing(connection, gate_id)
    if before is None and choice is None:
        raise SchoolgateError(
            f"the settings of gate {gate_id} are not known here, for it was set up before there "
            "were orders; say them once with: gate-bridge gate set"
        )
    version = max(now_ms, before.version + 1 if before else 1)
    drafted = choice is not None or wish is None
    settings_version = version if drafted or before is None else before.settings_version
    chosen = choice or (before.choice if before else Choice())
    wanted = wish or (before.wish if before else DesiredState())
    orders = Orders(
        version=version,
        gate_id=gate_id,
        settings=drafter.settings(connection, gate_id, chosen, settings_version),
        update=wanted.update,
        logs=wanted.logs,
        update_ca=drafter.update_ca,
    )
    made = CurrentOrders(gate_id, version, settings_version, chosen, wanted, drafter.sign(orders))
    upsert(connection, gate_orders, [_row(made)])
    bump(connection)
    return made


def _row(made: CurrentOrders) -> dict[str, object]:
    return {
        "gate_id": made.gate_id,
        "version": made.version,
        "direction": made.choice.direction,
        "timezone": made.choice.timezone,
        "visitor_ids": ",".join(made.choice.visitor_ids),
        "repeat_window_ms": made.choice.repeat_window_ms,
        "settings_version": made.settings_version,
        "wish": msgspec.json.encode(made.wish).decode(),
        "payload": made.payload,
    }


def _standing(row: sa.Row[tuple[object, ...]]) -> CurrentOrders:
    return CurrentOrders(
        row.gate_id,
        row.version,
        row.settings_version,
        Choice(
            row.direction,
            row.timezone,
            tuple(filter(None, row.visitor_ids.split(","))),
            row.repeat_window_ms,
        ),
        msgspec.json.decode(row.wish, type=DesiredState),
        row.payload,
    )
