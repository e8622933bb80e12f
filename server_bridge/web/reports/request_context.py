"""What the handlers of reports read from a request, and responses with files."""

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


def requested_period(request: PageRequest) -> Period:
    """Return the period that the address names, otherwise this month; never a future one."""
    today = local_day(request.now_ms, request.context.zone)
    try:
        kind = PeriodKind(request.query.get("period", PeriodKind.MONTH))
    except ValueError:
        kind = PeriodKind.MONTH
    try:
        day = date.fromisoformat(request.query.get("on", ""))
    except ValueError:
        day = today
    return period(kind, min(max(day, EARLIEST), today))


def formats(request: PageRequest) -> Formats:
    """Return the formats of the viewer's language."""
    return Formats(request.lang, request.context.zone)


def counted_units(request: PageRequest, connection: sa.Connection) -> list[tuple[Unit, int]]:
    """Return the units whose counts the viewer may see, each with its depth among them."""
    held = request.viewer.where(Permission.COUNTS)
    depths: dict[str | None, int] = {}
    found = []
    for unit in all_units(connection):
        if unit.unit_id in held:
            depths[unit.unit_id] = depths.get(unit.parent_id, -1) + 1
            found.append((unit, depths[unit.unit_id]))
    return found


def unit_of(request: PageRequest, connection: sa.Connection) -> Unit:
    """Return the unit in the path. Raises PageNotFoundError."""
    for unit in all_units(connection):
        if unit.unit_id == request.unit_id:
            return unit
    raise PageNotFoundError(f"there is no unit {request.unit_id}")


def file_response(content: bytes, kind: str, name: str) -> Response:
    """Return a file to download. `name`: ASCII letters, without the extension."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(content, media_type=TYPES[kind], headers=headers)
