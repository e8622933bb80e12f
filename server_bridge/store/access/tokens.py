"""Tokens of programs: each reads the counts of one unit and of all units below it."""

import hashlib
import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from server_bridge.store.schema.access import tokens
from server_bridge.store.schema.base import NAME_LENGTH
from server_bridge.store.units.tree import ancestry, find_unit

DAY_MS = 86_400_000
PREFIX = "sgt_"
"""What a token begins with, so that whoever finds one knows what it opens."""
_USED_EVERY_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is listed; times are UTC in ms, `used_ms` to the hour."""

    token: int
    unit_id: str
    note: str
    added_ms: int
    expires_ms: int
    revoked_ms: int | None
    used_ms: int | None


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """A program that has shown its token. `units`: what it may read of."""

    token: int
    unit_id: str
    units: frozenset[str]
    stale: bool = False
    """Whether it is time to note that the token is in use (`note_use`)."""


def add_token(
    connection: sa.Connection, unit_id: str, note: str, now_ms: int, days: int
) -> tuple[int, str]:
    """A new token's number, and the token itself, which is not kept. Raises SchoolgateError."""
    if find_unit(connection, unit_id) is None:
        raise SchoolgateError(f"there is no unit {unit_id}; see: gate-bridge unit list")
    if not 0 < len(note.strip()) <= NAME_LENGTH:
        raise SchoolgateError(f"say in 1 to {NAME_LENGTH} characters what the token is for: --note")
    secret = PREFIX + secrets.token_urlsafe(32)
    number: int = connection.execute(
        tokens.insert()
        .values(
            token_hash=_hash(secret),
            unit_id=unit_id,
            note=note.strip(),
            added_ms=now_ms,
            expires_ms=now_ms + days * DAY_MS,
        )
        .returning(tokens.c.token)
    ).scalar_one()
    return number, secret


def all_tokens(connection: sa.Connection) -> list[Token]:
    """All tokens there ever were, the oldest first."""
    rows = connection.execute(tokens.select().order_by(tokens.c.token))
    return [
        Token(
            row.token,
            row.unit_id,
            row.note,
            row.added_ms,
            row.expires_ms,
            row.revoked_ms,
            row.used_ms,
        )
        for row in rows
    ]


def revoke_token(connection: sa.Connection, number: int, now_ms: int) -> Token:
    """Shut a program out at once. Returns its token. Raises SchoolgateError if there is none."""
    found = {token.token: token for token in all_tokens(connection)}.get(number)
    if found is None:
        raise SchoolgateError(f"there is no token {number}; see: gate-bridge token list")
    connection.execute(
        tokens.update()
        .where((tokens.c.token == number) & tokens.c.revoked_ms.is_(None))
        .values(revoked_ms=now_ms)
    )
    return found


def holder_of(connection: sa.Connection, secret: str, now_ms: int) -> TokenHolder | None:
    """Who shows this token; None if nobody does, or no longer may."""
    row = connection.execute(
        tokens.select().where(
            tokens.c.token_hash == _hash(secret),
            tokens.c.revoked_ms.is_(None),
            tokens.c.expires_ms > now_ms,
        )
    ).first()
    if row is None:
        return None
    lines = ancestry(connection)
    below = frozenset(unit_id for unit_id, line in lines.items() if row.unit_id in line)
    # abs: the server's own clock may be set back.
    stale = row.used_ms is None or abs(now_ms - row.used_ms) >= _USED_EVERY_MS
    return TokenHolder(row.token, row.unit_id, below, stale)


def note_use(connection: sa.Connection, number: int, now_ms: int) -> None:
    """Note that a token is in use."""
    connection.execute(tokens.update().where(tokens.c.token == number).values(used_ms=now_ms))


def _hash(secret: str) -> str:
    # 256 random bits need no slow hash: nobody can try them.
    return hashlib.sha256(secret.encode()).hexdigest()
