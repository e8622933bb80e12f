"""Reading the log of who looked at what."""

from dataclasses import dataclass

import sqlalchemy as sa

from server_bridge.store.schema.access import access_log, accounts


@dataclass(frozen=True, slots=True)
class AccessLogEntry:
    """`name` is None for the command line."""

    at_ms: int
    name: str | None
    action: str
    unit_id: str | None
    detail: str


def entries(
    connection: sa.Connection, *, unit_id: str | None = None, count: int
) -> list[AccessLogEntry]:
    """The newest entries, newest first."""
    query = (
        sa.select(access_log, accounts.c.name)
        .outerjoin(accounts, accounts.c.account == access_log.c.account)
        .order_by(access_log.c.at_ms.desc(), access_log.c.id.desc())
        .limit(count)
    )
    if unit_id is not None:
        query = query.where(access_log.c.unit_id == unit_id)
    return [
        AccessLogEntry(row.at_ms, row.name, row.action, row.unit_id, row.detail)
        for row in connection.execute(query)
    ]
