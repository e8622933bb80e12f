"""Alerts that were raised, acknowledged and resolved."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from server_bridge.store.changes.revisions import bump
from server_bridge.store.schema.access import accounts
from server_bridge.store.schema.alerts import alerts


@dataclass(frozen=True, slots=True)
class Alert:
    """Times are UTC in ms. `unit_id` None: of the district's server itself. `acknowledged_by` is
    an account's name; empty: somebody at the server's own keyboard."""

    alert: int
    kind: str
    subject: str
    unit_id: str | None
    detail: str
    since_ms: int
    raised_ms: int
    acknowledged_ms: int | None = None
    resolved_ms: int | None = None
    acknowledged_by: str = ""


def raise_alert(
    connection: sa.Connection,
    kind: str,
    subject: str,
    unit_id: str | None,
    *,
    since_ms: int,
    now_ms: int,
    detail: str = "",
) -> int:
    """Write down that an alert begins; none of its kind and subject is open. Returns its number."""
    number: int = connection.execute(
        alerts.insert()
        .values(
            kind=kind,
            subject=subject,
            unit_id=unit_id,
            detail=detail,
            since_ms=since_ms,
            raised_ms=now_ms,
        )
        .returning(alerts.c.alert)
    ).scalar_one()
    bump(connection)
    return number


def resolve(connection: sa.Connection, numbers: Collection[int], now_ms: int) -> None:
    """Write down that these are over."""
    over = alerts.update().where(alerts.c.alert.in_(numbers), alerts.c.resolved_ms.is_(None))
    connection.execute(over.values(resolved_ms=now_ms))
    bump(connection)


def acknowledge(connection: sa.Connection, number: int, account: int | None, now_ms: int) -> Alert:
    """Somebody sees to it. Raises SchoolgateError if there is no such open alert."""
    found = find_alert(connection, number)
    if found is None or found.resolved_ms is not None:
        raise SchoolgateError(
            f"không có cảnh báo {number} đang mở / there is no open alert {number}"
        )
    if found.acknowledged_ms is None:
        connection.execute(
            alerts.update()
            .where(alerts.c.alert == number)
            .values(acknowledged_ms=now_ms, acknowledged_by=account)
        )
        bump(connection)
    return found


def find_alert(connection: sa.Connection, number: int) -> Alert | None:
    """The alert of that number."""
    found = _read(connection, _all().where(alerts.c.alert == number))
    return found[0] if found else None


def open_alerts(connection: sa.Connection) -> list[Alert]:
    """Those that are not over, the oldest first."""
    query = _all().where(alerts.c.resolved_ms.is_(None))
    return _read(connection, query.order_by(alerts.c.raised_ms, alerts.c.alert))


def past_alerts(connection: sa.Connection, count: int) -> list[Alert]:
    """Those that are over, the newest first."""
    query = _all().where(alerts.c.resolved_ms.is_not(None))
    return _read(connection, query.order_by(alerts.c.raised_ms.desc()).limit(count))


def raised_since(connection: sa.Connection, kind: str, since_ms: int) -> set[str]:
    """The subjects of all alerts of a kind that were raised since then, also of those over."""
    query = sa.select(alerts.c.subject).where(alerts.c.kind == kind, alerts.c.raised_ms >= since_ms)
    return set(connection.execute(query).scalars())


def open_by_unit(connection: sa.Connection) -> dict[str, int]:
    """How many alerts are open at each unit that has any."""
    query = (
        sa.select(alerts.c.unit_id, sa.func.count())
        .where(alerts.c.resolved_ms.is_(None), alerts.c.unit_id.is_not(None))
        .group_by(alerts.c.unit_id)
    )
    return {str(row[0]): int(row[1]) for row in connection.execute(query)}


def _all() -> sa.Select[Any]:
    columns = (alerts.c[name] for name in Alert.__slots__[:9])
    who = accounts.c.account == alerts.c.acknowledged_by
    return sa.select(*columns, sa.func.coalesce(accounts.c.name, "")).outerjoin(accounts, who)


def _read(connection: sa.Connection, query: sa.Select[Any]) -> list[Alert]:
    return [Alert(*row) for row in connection.execute(query)]
