"""The page of a report, and the same figures as files."""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from starlette.responses import RedirectResponse, Response

from gate_contract.school_day import local_day
from server_bridge.access.roles import Permission
from server_bridge.i18n.formats import Formats
from server_bridge.letters.tables import shown
from server_bridge.reports.delimited import write_csv
from server_bridge.reports.period import PeriodKind, period
from server_bridge.reports.report import Report, make_report
from server_bridge.reports.tables import indicators, notes, raw_table, tables
from server_bridge.reports.texts import period_name
from server_bridge.reports.written import as_pdf, as_workbook
from server_bridge.web.app.page import PageNotFoundError, PageRequest
from server_bridge.web.reports.parameters import (
    TYPES,
    asked_period,
    counted_units,
    file_answer,
    formats,
)


def index(visit: PageRequest, connection: sa.Connection) -> Response:
    """The visitor's units; of one alone, its report."""
    units = counted_units(visit, connection)
    held = {unit.unit_id for unit, _ in units}
    chosen = visit.query.get("unit", "")
    asked = asked_period(visit)
    if chosen in held or len(units) == 1:
        unit_id = chosen if chosen in held else units[0][0].unit_id
        return RedirectResponse(f"/reports/{unit_id}?{_query(asked.kind, asked.first)}", 303)
    return visit.show("report_units.html", units=units)


def show(visit: PageRequest, connection: sa.Connection) -> Response:
    """A unit's report as tables."""
    report, f = _report(visit, connection), formats(visit)
    asked = report.period
    today = local_day(visit.now_ms, visit.office.zone)
    day = min(max(asked.first, _asked_day(visit, today)), asked.last, today)
    units = counted_units(visit, connection)
    held = {unit.unit_id for unit, _ in units}
    after = asked.after().first
    return visit.show(
        "report.html",
        report=report,
        f=f,
        shown=shown,
        name=period_name(asked, f),
        tables=tables(report, visit.lang),
        overall=indicators(report, visit.lang),
        notes=notes(report, f),
        units=units,
        kinds=[(kind, _query(kind, day)) for kind in PeriodKind],
        query=_query(asked.kind, asked.first),
        before=_query(asked.kind, asked.before().first),
        after=_query(asked.kind, after) if after <= today else "",
        day=day.isoformat(),
        today=today.isoformat(),
        up=report.unit.parent_id if report.unit.parent_id in held else None,
        files=list(TYPES),
        sees_staff=report.is_school and visit.viewer.may(Permission.PEOPLE, report.unit.unit_id),
        requests=visit.viewer.may(Permission.REPORTS, report.unit.unit_id),
    )


def file(visit: PageRequest, connection: sa.Connection) -> Response:
    """A unit's report as a file."""
    kind = visit.query.get("as", "")
    if kind not in TYPES:
        raise PageNotFoundError(f"there are no files of the kind {kind}")
    report, f = _report(visit, connection), formats(visit)
    made = datetime.fromtimestamp(visit.now_ms / 1000, UTC).astimezone(visit.office.zone)
    asked = report.period
    visit.note("exported_report", visit.unit_id, f"{asked.kind} {asked.first} {kind}")
    name = f"bao-cao-{report.unit.unit_id}-{asked.kind}-{asked.first}"
    return file_answer(written(report, kind, f, made), kind, name)


def written(report: Report, kind: str, f: Formats, made: datetime) -> bytes:
    """A report as `xlsx`, `csv` or `pdf`."""
    if kind == "csv":
        return write_csv(raw_table(report, f.lang))
    return as_workbook(report, f, made) if kind == "xlsx" else as_pdf(report, f, made)


def _report(visit: PageRequest, connection: sa.Connection) -> Report:
    return make_report(
        connection,
        visit.unit_id,
        asked_period(visit),
        visit.now_ms,
        visit.office.zone,
        within=visit.viewer.where(Permission.COUNTS),
    )


def _asked_day(visit: PageRequest, today: date) -> date:
    try:
        return date.fromisoformat(visit.query.get("on", ""))
    except ValueError:
        return today


def _query(kind: PeriodKind, day: date) -> str:
    return f"period={kind}&on={max(period(kind, day).first, date(1970, 1, 1))}"
