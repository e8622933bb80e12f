"""Accounts, their grants and sessions, and the log of who looked at what."""

import hashlib
import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from server_bridge.access import passwords, roles
from server_bridge.access.roles import Grant, Role, Viewer
from server_bridge.access.throttle import FORGOTTEN_MS, FREE, Failures, failed, wait_ms
from server_bridge.store.database import upsert
from server_bridge.store.schema.access import (
    access_log,
    accounts,
    grants,
    sessions,
    sign_in_failures,
)
from server_bridge.store.units.tree import ancestry, find_unit

IDLE_MS = 4 * 3_600_000
"""A session that nobody has used for this long is over."""
LONGEST_MS = 12 * 3_600_000
"""And any session after this."""
_SEEN_EVERY_MS = 60_000


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in."""

    account: int
    name: str
    disabled: bool
    grants: tuple[Grant, ...]


class UnknownAccountError(SchoolgateError):
    """There is no such account."""


def add_account(
    connection: sa.Connection,
    name: str,
    now_ms: int,
    *,
    password: str | None = None,
    subject: str | None = None,
) -> int:
    """A new account without any grants. Returns its number. Raises SchoolgateError if known."""
    if not 0 < len(name) <= 60 or name != " ".join(name.split()):
        raise SchoolgateError("an account's name has 1 to 60 characters and single spaces")
    if connection.execute(accounts.select().where(accounts.c.name == name)).first():
        raise SchoolgateError(f"there is an account {name} already")
    number: int = connection.execute(
        accounts.insert()
        .values(
            name=name,
            password=None if password is None else passwords.hashed(password),
            subject=subject,
            added_ms=now_ms,
        )
        .returning(accounts.c.account)
    ).scalar_one()
    return number


def find_account(connection: sa.Connection, name: str) -> Account:
    """Raises UnknownAccountError."""
    for account in all_accounts(connection):
        if account.name == name:
            return account
    raise UnknownAccountError(f"there is no account {name}; see: gate-bridge account list")


def all_accounts(connection: sa.Connection) -> list[Account]:
    """All accounts by name, each with its grants."""
    held: dict[int, list[Grant]] = {}
    for row in connection.execute(grants.select().order_by(grants.c.unit_id, grants.c.role)):
        held.setdefault(row.account, []).append(Grant(Role(row.role), row.unit_id))
    return [
        Account(row.account, row.name, row.disabled, tuple(held.get(row.account, ())))
        for row in connection.execute(accounts.select().order_by(accounts.c.name))
    ]


def any_account(connection: sa.Connection) -> bool:
    """Whether anybody can sign in at all."""
    return connection.execute(sa.select(accounts.c.account).limit(1)).first() is not None


def grant(connection: sa.Connection, account: int, role: Role, unit_id: str) -> None:
    """Give a role at a unit. Raises SchoolgateError if there is no such unit."""
    if find_unit(connection, unit_id) is None:
        raise SchoolgateError(f"there is no unit {unit_id}; see: gate-bridge unit list")
    ungrant(connection, account, role, unit_id)
    connection.execute(grants.insert().values(account=account, role=role, unit_id=unit_id))


def ungrant(connection: sa.Connection, account: int, role: Role, unit_id: str) -> None:
    """Take a role away again; nothing happens if it was not held."""
    connection.execute(
        grants.delete().where(
            grants.c.account == account, grants.c.role == role, grants.c.unit_id == unit_id
        )
    )


def set_password(connection: sa.Connection, account: int, password: str) -> None:
    """A new password; whoever was signed in has to sign in again."""
    connection.execute(
        accounts.update()
        .where(accounts.c.account == account)
        .values(password=passwords.hashed(password))
    )
    connection.execute(sessions.delete().where(sessions.c.account == account))


def disable(connection: sa.Connection, account: int, *, disabled: bool = True) -> None:
    """Shut somebody out at once, or let them in again."""
    connection.execute(
        accounts.update().where(accounts.c.account == account).values(disabled=disabled)
    )
    connection.execute(sessions.delete().where(sessions.c.account == account))


def pause_ms(connection: sa.Connection, name: str | None, address: str, now_ms: int) -> int:
    """How long this name, or this address, still has to wait before it may try to sign in. Without
    a name, the address alone."""
    return max(
        wait_ms(_failures(connection, key), now_ms, FREE[key[0]]) for key in _keys(name, address)
    )


def password_of(connection: sa.Connection, name: str) -> tuple[int | None, str | None]:
    """The account of that name that may sign in with a password, and its hash."""
    row = connection.execute(
        accounts.select().where(accounts.c.name == name, accounts.c.disabled.is_(False))
    ).first()
    return (row.account, row.password) if row and row.password else (None, None)


def account_of_subject(
    connection: sa.Connection, subject: str, *, any_case: bool = False
) -> Account | None:
    """Whose OpenID subject this is, disabled or not, without grants; None if nobody's, or if
    several differ in case only."""
    kept = sa.func.lower(accounts.c.subject) if any_case else accounts.c.subject
    wanted = subject.lower() if any_case else subject
    found = connection.execute(accounts.select().where(kept == wanted).limit(2)).all()
    if len(found) != 1:
        return None
    return Account(found[0].account, found[0].name, found[0].disabled, ())


def set_subject(connection: sa.Connection, account: int, subject: str | None) -> None:
    """Who this is at the OpenID provider, None for nobody; whoever was signed in has to sign in
    again. Raises SchoolgateError if it is somebody else already."""
    if subject is not None:
        if not 0 < len(subject) <= 200:
            raise SchoolgateError("a subject has 1 to 200 characters")
        held = account_of_subject(connection, subject)
        if held and held.account != account:
            raise SchoolgateError(f"that is the subject of the account {held.name} already")
    connection.execute(
        accounts.update().where(accounts.c.account == account).values(subject=subject)
    )
    connection.execute(sessions.delete().where(sessions.c.account == account))


def note_failure(connection: sa.Connection, name: str | None, address: str, now_ms: int) -> None:
    """Count a failed attempt to sign in, and forget old ones."""
    old = sign_in_failures.c.last_ms < now_ms - FORGOTTEN_MS
    connection.execute(sign_in_failures.delete().where(old))
    for key in _keys(name, address):
        now = failed(_failures(connection, key), now_ms)
        row = {"who": _hash(":".join(key)), "failures": now.count, "last_ms": now.last_ms}
        upsert(connection, sign_in_failures, [row])


def begin_session(connection: sa.Connection, account: int, now_ms: int) -> str:
    """Sign somebody in. Returns the token for the cookie."""
    token = secrets.token_urlsafe(32)
    ended = sa.or_(sessions.c.seen_ms < now_ms - IDLE_MS, sessions.c.began_ms < now_ms - LONGEST_MS)
    connection.execute(sessions.delete().where(ended))
    connection.execute(
        sessions.insert().values(
            token_hash=_hash(token), account=account, began_ms=now_ms, seen_ms=now_ms
        )
    )
    return token


def end_session(connection: sa.Connection, token: str) -> None:
    """Sign out."""
    connection.execute(sessions.delete().where(sessions.c.token_hash == _hash(token)))


def session_viewer(
    connection: sa.Connection, token: str, now_ms: int
) -> tuple[Viewer, bool] | None:
    """Whose session this is, with what they may see now, and whether it is time to note that it is
    in use (`touch`). None: nobody's, or it is over."""
    row = connection.execute(
        sa.select(sessions, accounts.c.name)
        .join(accounts, accounts.c.account == sessions.c.account)
        .where(sessions.c.token_hash == _hash(token), accounts.c.disabled.is_(False))
    ).first()
    if row is None or now_ms - row.seen_ms > IDLE_MS or now_ms - row.began_ms > LONGEST_MS:
        return None
    return (
        viewer_of(connection, row.account, row.name),
        now_ms - row.seen_ms >= _SEEN_EVERY_MS,
    )


def viewer_of(connection: sa.Connection, account: int, name: str) -> Viewer:
    """An account with what it may see now."""
    held = [
        Grant(Role(row.role), row.unit_id)
        for row in connection.execute(grants.select().where(grants.c.account == account))
    ]
    return roles.viewer(account, name, held, ancestry(connection))


def touch(connection: sa.Connection, token: str, now_ms: int) -> None:
    """Note that a session is in use."""
    connection.execute(
        sessions.update().where(sessions.c.token_hash == _hash(token)).values(seen_ms=now_ms)
    )


def note_access(
    connection: sa.Connection,
    account: int | None,
    action: str,
    now_ms: int,
    *,
    unit_id: str | None = None,
    detail: str = "",
) -> None:
    """Write down who did what. `detail` names persons by number only."""
    connection.execute(
        access_log.insert().values(
            at_ms=now_ms, account=account, action=action, unit_id=unit_id, detail=detail[:300]
        )
    )


def _failures(connection: sa.Connection, key: tuple[str, str]) -> Failures:
    row = connection.execute(
        sign_in_failures.select().where(sign_in_failures.c.who == _hash(":".join(key)))
    ).first()
    return Failures(row.failures, row.last_ms) if row else Failures()


def _keys(name: str | None, address: str) -> list[tuple[str, str]]:
    keys = [] if name is None else [("name", name)]
    return [*keys, ("address", address)]


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def looked_lately(
    connection: sa.Connection,
    account: int | None,
    action: str,
    unit_id: str,
    detail: str,
    since_ms: int,
) -> bool:
    """Whether the very same was written down since `since_ms` (UTC)."""
    same = sa.select(access_log.c.id).where(
        access_log.c.unit_id == unit_id,
        access_log.c.at_ms > since_ms,
        access_log.c.account == account,
        access_log.c.action == action,
        access_log.c.detail == detail,
    )
    return connection.execute(same.limit(1)).first() is not None
