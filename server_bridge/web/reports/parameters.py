"""What the handlers of this room read from an address, and how they answer with a file."""

from datetime import date

import sqlalchemy as sa
from starlette.responses import Response

from gate_contract.school_day import local_day
from server_bridge.access.roles import Permission
from server_bridge.i18n.formats import Formats
from server_bridge.reports.period import Period, PeriodKind, period
from server_bridge.store.units.tree import Unit, all_units
from server_bridge.web.app.page import PageNotFoundError, PageRequest

EARLIEST = date(2000, 1, 1)
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}


def asked_period(visit: PageRequest) -> Period:
    """As the address says; else this month. Nothing lies ahead."""
    today = local_day(visit.now_ms, visit.office.zone)
    try:
        kind = PeriodKind(visit.query.get("period", PeriodKind.MONTH))
    except ValueError:
        kind = PeriodKind.MONTH
    try:
        day = date.fromisoformat(visit.query.get("on", ""))
    except ValueError:
        day = today
    return period(kind, min(max(day, EARLIEST), today))


def formats(visit: PageRequest) -> Formats:
    """Writes numbers and times for this visitor."""
    return Formats(visit.lang, visit.office.zone)


def counted_units(visit: PageRequest, connection: sa.Connection) -> list[tuple[Unit, int]]:
    """The units whose counts the visitor may see, each with its depth among them."""
    held = visit.viewer.where(Permission.COUNTS)
    depths: dict[str | None, int] = {}
    found = []
    for unit in all_units(connection):
        if unit.unit_id in held:
            depths[unit.unit_id] = depths.get(unit.parent_id, -1) + 1
            found.append((unit, depths[unit.unit_id]))
    return found


def unit_of(visit: PageRequest, connection: sa.Connection) -> Unit:
    """The unit in the path. Raises NotThereError."""
    for unit in all_units(connection):
        if unit.unit_id == visit.unit_id:
            return unit
    raise PageNotFoundError(f"there is no unit {visit.unit_id}")


def file_answer(content: bytes, kind: str, name: str) -> Response:
    """A file to keep. `name`: of ASCII letters, without its ending."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(content, media_type=TYPES[kind], headers=headers)
