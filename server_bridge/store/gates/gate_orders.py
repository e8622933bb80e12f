"""Store the desired state of each gate, and sign new orders whenever it changes."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

import msgspec
import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from gate_contract.orders import LogRequest, ManagedSettings, Orders, Update
from server_bridge.store.changes.revisions import increment_revision
from server_bridge.store.database import upsert
from server_bridge.store.schema.gates import gate_orders

Direction = Literal["in", "out", "auto"]


@dataclass(frozen=True, slots=True)
class ChosenSettings:
    """The settings chosen for one gate; all others come from the district."""

    direction: Direction = "auto"
    timezone: str = "Asia/Ho_Chi_Minh"
    visitor_ids: tuple[str, ...] = ()
    repeat_window_ms: int = 5_000


class DesiredState(msgspec.Struct, frozen=True, omit_defaults=True):
    """The desired software update and the requested log of a gate."""

    update: Update | None = None
    logs: LogRequest | None = None


@dataclass(frozen=True, slots=True)
class CurrentOrders:
    """The orders of a gate that apply now."""

    gate_id: str
    version: int
    settings_version: int
    choice: ChosenSettings
    desired: DesiredState
    payload: bytes = field(repr=False)


class Drafter(Protocol):
    """Adds the district's data to orders: its name, keys and broker."""

    @property
    def update_ca(self) -> str:
        """Return the certificate that updates are signed with."""
        ...

    def settings(
        self, connection: sa.Connection, gate_id: str, choice: ChosenSettings, version: int
    ) -> ManagedSettings:
        """Return the settings of a gate."""
        ...

    def sign(self, orders: Orders) -> bytes:
        """Return the signed payload."""
        ...


def find_orders(connection: sa.Connection, gate_id: str) -> CurrentOrders | None:
    """Return the orders of a gate, or None if it has none."""
    row = connection.execute(gate_orders.select().where(gate_orders.c.gate_id == gate_id)).first()
    return _orders_of_row(row) if row else None


def all_orders(connection: sa.Connection) -> list[CurrentOrders]:
    """Return the orders of all gates, by id."""
    rows = connection.execute(gate_orders.select().order_by(gate_orders.c.gate_id))
    return [_orders_of_row(row) for row in rows]


def change_orders(
    connection: sa.Connection,
    drafter: Drafter,
    gate_id: str,
    now_ms: int,
    *,
    choice: ChosenSettings | None = None,
    desired: DesiredState | None = None,
) -> CurrentOrders:
    """Change and sign the orders of a gate, and return the new orders.

    `choice` sets other settings; if both `choice` and `desired` are None, the present choice is
    drafted again with the district's data. `desired` sets another update or log request.

    Raises:
        SchoolgateError: the gate has no orders yet, and no `choice` is given.
    """
    before = find_orders(connection, gate_id)
    if before is None and choice is None:
        raise SchoolgateError(
            f"the settings of gate {gate_id} are not stored, because it was set up before orders "
            "existed; enter them once with: gate-bridge gate set"
        )
    version = max(now_ms, before.version + 1 if before else 1)
    drafted = choice is not None or desired is None
    settings_version = version if drafted or before is None else before.settings_version
    chosen = choice or (before.choice if before else ChosenSettings())
    wanted = desired or (before.desired if before else DesiredState())
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
    increment_revision(connection)
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
        "wish": msgspec.json.encode(made.desired).decode(),
        "payload": made.payload,
    }


def _orders_of_row(row: sa.Row[tuple[object, ...]]) -> CurrentOrders:
    return CurrentOrders(
        row.gate_id,
        row.version,
        row.settings_version,
        ChosenSettings(
            row.direction,
            row.timezone,
            tuple(filter(None, row.visitor_ids.split(","))),
            row.repeat_window_ms,
        ),
        msgspec.json.decode(row.wish, type=DesiredState),
        row.payload,
    )
