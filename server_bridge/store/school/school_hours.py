"""When a school's bell rings."""

from dataclasses import dataclass

import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from server_bridge.store.changes.report_days import mark_since
from server_bridge.store.database import upsert
from server_bridge.store.schema.school import school_hours

DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes after local midnight: whoever comes later is late, whoever leaves earlier and does
    not come back has left early."""

    begins: int = 7 * 60
    ends: int = 16 * 60 + 30


def hours_of(connection: sa.Connection, unit_id: str) -> Hours:
    """The school's hours, the usual ones if it has set none."""
    row = connection.execute(school_hours.select().where(school_hours.c.unit_id == unit_id)).first()
    return Hours(row.begins, row.ends) if row else Hours()


def all_hours(connection: sa.Connection) -> dict[str, Hours]:
    """The hours of each school that has set its own."""
    rows = connection.execute(school_hours.select())
    return {row.unit_id: Hours(row.begins, row.ends) for row in rows}


def set_hours(
    connection: sa.Connection, unit_id: str, hours: Hours, account: int, now_ms: int
) -> None:
    """From now on, and for what is past too. Raises SchoolgateError if the end is not later."""
    if not 0 <= hours.begins < hours.ends < DAY_MINUTES:
        raise SchoolgateError(
            "giờ tan học phải sau giờ vào học / the end must be later than the beginning"
        )
    row = {"unit_id": unit_id, "begins": hours.begins, "ends": hours.ends}
    upsert(connection, school_hours, [{**row, "account": account, "changed_ms": now_ms}])
    mark_since(connection, [unit_id], None)
