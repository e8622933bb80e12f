"""Store the certificates issued to gates, and the tickets with which they request one."""

import hmac
from dataclasses import dataclass
from hashlib import sha256

import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from gate_contract.ticket import TicketError, TicketRefusal
from server_bridge.store.changes.revisions import increment_revision
from server_bridge.store.schema.base import gates
from server_bridge.store.schema.gates import certificates, tickets


@dataclass(frozen=True, slots=True)
class GateRow:
    """A registered gate; `retired_ms` is when it was taken out of service (UTC)."""

    gate_id: str
    unit_id: str
    shut_out: bool
    retired_ms: int | None


def find_gate(connection: sa.Connection, gate_id: str) -> GateRow:
    """Return the gate of this id. Raises SchoolgateError if there is none."""
    row = connection.execute(gates.select().where(gates.c.gate_id == gate_id)).first()
    if row is None:
        raise SchoolgateError(f"there is no gate {gate_id}; see: gate-bridge gate list")
    return GateRow(row.gate_id, row.unit_id, row.shut_out, row.retired_ms)


def store_certificate(
    connection: sa.Connection, gate_id: str, serial: int, public_key: str, now_ms: int
) -> None:
    """Store an issued certificate; its key signs the gate's records from now on."""
    row = {"serial": f"{serial:x}", "gate_id": gate_id, "issued_ms": now_ms}
    connection.execute(certificates.insert().values(**row, public_key=public_key))
    connection.execute(
        gates.update().where(gates.c.gate_id == gate_id).values(public_key=public_key)
    )


def public_keys(connection: sa.Connection, gate_id: str) -> list[str]:
    """Return all keys that a gate has ever signed with, the newest first."""
    rows = connection.execute(
        sa.select(certificates.c.public_key)
        .where(certificates.c.gate_id == gate_id)
        .order_by(certificates.c.issued_ms.desc())
    )
    return list(rows.scalars())


def revoke_certificates(connection: sa.Connection, gate_id: str, now_ms: int) -> int:
    """Revoke all certificates and open tickets of a gate; return the number of certificates."""
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
    """Return the serial numbers of the revoked certificates, in the order of revocation."""
    rows = connection.execute(
        sa.select(certificates.c.serial)
        .where(certificates.c.revoked_ms.is_not(None))
        .order_by(certificates.c.revoked_ms, certificates.c.serial)
    )
    return [int(serial, 16) for serial in rows.scalars()]


def set_retired(connection: sa.Connection, gate_id: str, now_ms: int | None) -> None:
    """Take a gate out of service, or back into service (None); its crossings are kept."""
    connection.execute(
        gates.update()
        .where(gates.c.gate_id == gate_id)
        .values(retired_ms=now_ms, shut_out=now_ms is not None)
    )
    increment_revision(connection)


def move_gate(connection: sa.Connection, gate_id: str, unit_id: str) -> None:
    """Move a gate to another school; its future crossings belong to that school."""
    connection.execute(gates.update().where(gates.c.gate_id == gate_id).values(unit_id=unit_id))
    increment_revision(connection)


def store_ticket(
    connection: sa.Connection,
    ticket_id: bytes,
    gate_id: str,
    token: bytes,
    *,
    now_ms: int,
    expires_ms: int,
) -> None:
    """Store a new ticket; earlier unused tickets of the gate expire."""
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
    """Mark a ticket as used and return its gate.

    The same request may be repeated until the ticket expires, because its answer may have been
    lost.

    Raises:
        TicketError: FOREIGN (no such ticket and token here), EXPIRED, USED.
    """
    row = connection.execute(tickets.select().where(tickets.c.ticket_id == ticket_id)).first()
    good = row is not None and hmac.compare_digest(row.token_sha256, sha256(token).hexdigest())
    if row is None or not good:
        raise TicketError(TicketRefusal.FOREIGN, "this district has not issued such a ticket")
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
