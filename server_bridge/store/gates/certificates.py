"""Which certificates gates were given, and the tickets with which they ask for one."""

import hmac
from dataclasses import dataclass
from hashlib import sha256

import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from gate_contract.ticket import TicketError, TicketRefusal
from server_bridge.store.changes.revisions import bump
from server_bridge.store.schema.base import gates
from server_bridge.store.schema.gates import certificates, tickets


@dataclass(frozen=True, slots=True)
class GateRow:
    """A registered gate. `retired_ms`: since when it is out of service (UTC)."""

    gate_id: str
    unit_id: str
    shut_out: bool
    retired_ms: int | None


def find_gate(connection: sa.Connection, gate_id: str) -> GateRow:
    """Raises SchoolgateError if there is none of that name."""
    row = connection.execute(gates.select().where(gates.c.gate_id == gate_id)).first()
    if row is None:
        raise SchoolgateError(f"there is no gate {gate_id}; see: gate-bridge gate list")
    return GateRow(row.gate_id, row.unit_id, row.shut_out, row.retired_ms)


def keep_certificate(
    connection: sa.Connection, gate_id: str, serial: int, public_key: str, now_ms: int
) -> None:
    """Note that a gate was given a certificate; its key signs what the gate hands in from now."""
    row = {"serial": f"{serial:x}", "gate_id": gate_id, "issued_ms": now_ms}
    connection.execute(certificates.insert().values(**row, public_key=public_key))
    connection.execute(
        gates.update().where(gates.c.gate_id == gate_id).values(public_key=public_key)
    )


def public_keys(connection: sa.Connection, gate_id: str) -> list[str]:
    """The keys that a gate has ever signed with, the newest first."""
    rows = connection.execute(
        sa.select(certificates.c.public_key)
        .where(certificates.c.gate_id == gate_id)
        .order_by(certificates.c.issued_ms.desc())
    )
    return list(rows.scalars())


def revoke(connection: sa.Connection, gate_id: str, now_ms: int) -> int:
    """Revoke all certificates that a gate has, and its open tickets. Returns how many."""
    connection.execute(
        tickets.update()
        .where((tickets.c.gate_id == gate_id) & (tickets.c.expires_ms > now_ms))
        .values(expires_ms=now_ms)
    )
    return connection.execute(
        certificates.update()
        .where((certificates.c.gate_id == gate_id) & certificates.c.revoked_ms.is_(None))
        .values(revoked_ms=now_ms)
    ).rowcount


def revoked_serials(connection: sa.Connection) -> list[int]:
    """The serial numbers of the revoked certificates, in the order of their revocation."""
    rows = connection.execute(
        sa.select(certificates.c.serial)
        .where(certificates.c.revoked_ms.is_not(None))
        .order_by(certificates.c.revoked_ms, certificates.c.serial)
    )
    return [int(serial, 16) for serial in rows.scalars()]


def retire(connection: sa.Connection, gate_id: str, now_ms: int | None) -> None:
    """Take a gate out of service, or (None) back into it; its crossings stay."""
    connection.execute(
        gates.update()
        .where(gates.c.gate_id == gate_id)
        .values(retired_ms=now_ms, shut_out=now_ms is not None)
    )
    bump(connection)


def move(connection: sa.Connection, gate_id: str, unit_id: str) -> None:
    """From now on the gate's crossings are those of another school."""
    connection.execute(gates.update().where(gates.c.gate_id == gate_id).values(unit_id=unit_id))
    bump(connection)


def keep_ticket(
    connection: sa.Connection,
    ticket_id: bytes,
    gate_id: str,
    token: bytes,
    *,
    now_ms: int,
    expires_ms: int,
) -> None:
    """Note a new ticket; those that the gate had before end."""
    connection.execute(
        tickets.update()
        .where(
            (tickets.c.gate_id == gate_id)
            & tickets.c.used_ms.is_(None)
            & (tickets.c.expires_ms > now_ms)
        )
        .values(expires_ms=now_ms)
    )
    connection.execute(
        tickets.insert().values(
            ticket_id=ticket_id.hex(),
            gate_id=gate_id,
            token_sha256=sha256(token).hexdigest(),
            made_ms=now_ms,
            expires_ms=expires_ms,
        )
    )


def use_ticket(
    connection: sa.Connection, ticket_id: str, token: bytes, request_sha256: str, now_ms: int
) -> str:
    """The gate that a ticket is for; from now on the ticket is used.

    The same request may come again until the ticket expires: its answer may have been lost.

    Raises:
        TicketError: FOREIGN (no such ticket and token here), EXPIRED, USED.
    """
    row = connection.execute(tickets.select().where(tickets.c.ticket_id == ticket_id)).first()
    good = row is not None and hmac.compare_digest(row.token_sha256, sha256(token).hexdigest())
    if row is None or not good:
        raise TicketError(TicketRefusal.FOREIGN, "this district has made no such ticket")
    if row.used_ms is not None and row.request_sha256 != request_sha256:
        raise TicketError(
            TicketRefusal.USED, "the ticket was used by another device; make a new one"
        )
    if now_ms >= row.expires_ms:
        raise TicketError(TicketRefusal.EXPIRED, "the ticket has expired; make a new one")
    connection.execute(
        tickets.update()
        .where(tickets.c.ticket_id == ticket_id)
        .values(used_ms=now_ms, request_sha256=request_sha256)
    )
    return str(row.gate_id)
