"""The page of a report, and its files."""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from starlette.responses import RedirectResponse, Response

from gate_contract.school_day import local_day
from server_bridge.access.roles import Permission
from server_bridge.i18n.formats import Formats
from server_bridge.letters.tables import format_cell
from server_bridge.reports.delimited import write_csv
from server_bridge.reports.documents import as_pdf, as_workbook
from server_bridge.reports.period import PeriodKind, period
from server_bridge.reports.report import Report, make_report
from server_bridge.reports.tables import indicators, notes, raw_table, tables
from server_bridge.reports.texts import period_name
from server_bridge.web.app.page import PageNotFoundError, PageRequest
from server_bridge.web.reports.request_context import (
    TYPES,
    counted_units,
    file_response,
    formats,
    requested_period,
)


def index(request: PageRequest, connection: sa.Connection) -> Response:
    """List the viewer's units; redirect to the report of the only or the chosen one."""
    units = counted_units(request, connection)
    held = {unit.unit_id for unit, _ in units}
    chosen = request.query.get("unit", "")
    selected = requested_period(request)
    if chosen in held or len(units) == 1:
        unit_id = chosen if chosen in held else units[0][0].unit_id
        return RedirectResponse(f"/reports/{unit_id}?{_query(selected.kind, selected.first)}", 303)
    return request.show("report_units.html", units=units)


def show(request: PageRequest, connection: sa.Connection) -> Response:
    """Show a unit's report as tables."""
    report, f = _report(request, connection), formats(request)
    selected = report.period
    today = local_day(request.now_ms, request.context.zone)
    day = min(max(selected.first, _requested_day(request, today)), selected.last, today)
    units = counted_units(request, connection)
    held = {unit.unit_id for unit, _ in units}
    after = selected.after().first
    return request.show(
        "report.html",
        report=report,
        f=f,
        format_cell=format_cell,
        name=period_name(selected, f),
        tables=tables(report, request.lang),
        overall=indicators(report, request.lang),
        notes=notes(report, f),
        units=units,
        kinds=[(kind, _query(kind, day)) for kind in PeriodKind],
        query=_query(selected.kind, selected.first),
        before=_query(selected.kind, selected.before().first),
        after=_query(selected.kind, after) if after <= today else "",
        day=day.isoformat(),
        today=today.isoformat(),
        up=report.unit.parent_id if report.unit.parent_id in held else None,
        files=list(TYPES),
        sees_staff=report.is_school and request.viewer.may(Permission.PEOPLE, report.unit.unit_id),
        requests=request.viewer.may(Permission.REPORTS, report.unit.unit_id),
    )


def file(request: PageRequest, connection: sa.Connection) -> Response:
    """Return a unit's report as a file."""
    kind = request.query.get("as", "")
    if kind not in TYPES:
        raise PageNotFoundError(f"there are no files of the kind {kind}")
    report, f = _report(request, connection), formats(request)
    made = datetime.fromtimestamp(request.now_ms / 1000, UTC).astimezone(request.context.zone)
    selected = report.period
    request.note("exported_report", request.unit_id, f"{selected.kind} {selected.first} {kind}")
    name = f"bao-cao-{report.unit.unit_id}-{selected.kind}-{selected.first}"
    return file_response(report_file(report, kind, f, made), kind, name)


def report_file(report: Report, kind: str, f: Formats, made: datetime) -> bytes:
    """Return a report as `xlsx`, `csv` or `pdf`."""
    if kind == "csv":
        return write_csv(raw_table(report, f.lang))
    return as_workbook(report, f, made) if kind == "xlsx" else as_pdf(report, f, made)


def _report(request: PageRequest, connection: sa.Connection) -> Report:
    return make_report(
        connection,
        request.unit_id,
        requested_period(request),
        request.now_ms,
        request.context.zone,
        within=request.viewer.where(Permission.COUNTS),
    )


def _requested_day(request: PageRequest, today: date) -> date:
    try:
        return date.fromisoformat(request.query.get("on", ""))
    except ValueError:
        return today


def _query(kind: PeriodKind, day: date) -> str:
    return f"period={kind}&on={max(period(kind, day).first, date(1970, 1, 1))}"
