"""Figures to confirm by a deadline: the pages to request, confirm, lock and reopen them."""

from datetime import UTC, date, datetime, time

import sqlalchemy as sa
from starlette.responses import RedirectResponse, Response

from gate_contract.errors import SchoolgateError
from gate_contract.school_day import local_day
from server_bridge.access.roles import Permission
from server_bridge.i18n.names import tidy
from server_bridge.letters.tables import format_cell
from server_bridge.reports.confirming import (
    ConfirmationRollUp,
    ConfirmationStatus,
    confirm,
    confirmed_table,
    period_of,
    roll_up,
)
from server_bridge.reports.documents import confirmed_workbook
from server_bridge.reports.period import PeriodKind, period
from server_bridge.reports.texts import period_name
from server_bridge.store.reports.deadlines import all_requests
from server_bridge.store.reports.report_requests import REQUESTS, ReportRequest, open_request
from server_bridge.store.schema.base import NAME_LENGTH
from server_bridge.store.units.tree import SCHOOL, ancestry
from server_bridge.submissions.actions import SubmissionWrite, lock, reopen
from server_bridge.web.app.page import PageNotFoundError, PageRequest
from server_bridge.web.reports.request_context import (
    file_response,
    formats,
    requested_period,
    unit_of,
)
from server_bridge.web.school.request_context import number_in, school_of
from server_bridge.web.school.today import minutes


def index(request: PageRequest, connection: sa.Connection) -> Response:
    """List the requests of a unit and of the units above it."""
    unit, f = unit_of(request, connection), formats(request)
    line = ancestry(connection)[unit.unit_id]
    mine = [one for one in all_requests(connection, REQUESTS) if one.unit_id in line]
    today = local_day(request.now_ms, request.context.zone)
    return request.show(
        "report_requests.html",
        unit=unit,
        asks=unit.level != SCHOOL,
        requests=[
            (one, period_name(period_of(one), f), f.moment(one.deadline_ms, today)) for one in mine
        ],
        now_ms=request.now_ms,
        kinds=list(PeriodKind),
        today=today.isoformat(),
        before=requested_period(request).before().first.isoformat(),
    )


def ask(request: PageRequest, connection: sa.Connection) -> Response:
    """Request all schools below a unit to confirm their figures."""
    unit, form = unit_of(request, connection), request.form
    if form.get("period") not in set(PeriodKind):
        raise SchoolgateError("hãy chọn kỳ báo cáo / choose a period")
    selected = period(PeriodKind(form["period"]), _day(form.get("on", "")))
    deadline = _moment(request, form.get("day", ""), form.get("time", ""))
    title = tidy(form.get("title", "")) or period_name(selected, formats(request))
    number = open_request(
        connection,
        unit.unit_id,
        title[:NAME_LENGTH],
        selected.kind,
        selected.first,
        deadline,
        request.viewer.name,
        request.now_ms,
    )
    request.note("asked_for_report", unit.unit_id, f"request {number}")
    return RedirectResponse(f"/reports/{unit.unit_id}/requests/{number}", 303)


def show(request: PageRequest, connection: sa.Connection) -> Response:
    """Show the state of each school."""
    report_request, f = _report_request(request, connection), formats(request)
    rolled = _roll_up(request, connection, report_request)
    unit = unit_of(request, connection)
    today = local_day(request.now_ms, request.context.zone)
    selected, is_open = period_of(report_request), report_request.closed_ms is None
    return request.show(
        "report_request.html",
        unit=unit,
        report_request=report_request,
        rolled=rolled,
        f=f,
        format_cell=format_cell,
        name=period_name(selected, f),
        deadline=f.moment(report_request.deadline_ms, today),
        table=confirmed_table(rolled, f),
        counts={str(outcome): f.number(rolled.number(outcome)) for outcome in ConfirmationStatus},
        absent=[
            one.unit.name for one in rolled.schools if one.outcome is ConfirmationStatus.MISSING
        ],
        query=f"period={selected.kind}&on={selected.first}",
        confirms=is_open
        and unit.level == SCHOOL
        and request.viewer.may(Permission.PEOPLE, unit.unit_id),
        manages=is_open and unit.unit_id == report_request.unit_id,
    )


def file(request: PageRequest, connection: sa.Connection) -> Response:
    """Return the state of each school as a spreadsheet."""
    report_request = _report_request(request, connection)
    rolled = _roll_up(request, connection, report_request)
    made = datetime.fromtimestamp(request.now_ms / 1000, UTC).astimezone(request.context.zone)
    request.note("exported_report", request.unit_id, f"request {report_request.number} xlsx")
    content = confirmed_workbook(rolled, formats(request), made)
    return file_response(content, "xlsx", f"xac-nhan-{report_request.number}")


def confirm_school(request: PageRequest, connection: sa.Connection) -> Response:
    """Confirm the school's figures."""
    school_of(request, connection)
    report_request = _report_request(request, connection)
    write = SubmissionWrite(
        report_request.number, request.unit_id, request.viewer.name, request.now_ms
    )
    confirm(connection, write, request.context.zone)
    request.note("confirmed_report", request.unit_id, f"request {report_request.number}")
    return _back(request, report_request)


def lock_school(request: PageRequest, connection: sa.Connection) -> Response:
    """Lock a school for the requesting unit: the school can no longer confirm."""
    report_request, write = _write_of_form(request, connection)
    lock(connection, REQUESTS, write)
    request.note("locked_report", write.unit_id, f"request {report_request.number}")
    return _back(request, report_request)


def reopen_school(request: PageRequest, connection: sa.Connection) -> Response:
    """Reopen a school for the requesting unit: the school can confirm again."""
    report_request, write = _write_of_form(request, connection)
    reopen(connection, REQUESTS, write, request.form.get("reason", ""))
    request.note("reopened_report", write.unit_id, f"request {report_request.number}")
    return _back(request, report_request)


def _report_request(request: PageRequest, connection: sa.Connection) -> ReportRequest:
    """Return the request in the path, made by the unit in the path or by one above it.

    Raises PageNotFoundError.
    """
    number = number_in(request, "request")
    found = next((r for r in all_requests(connection, REQUESTS) if r.number == number), None)
    if found is None or found.unit_id not in ancestry(connection).get(request.unit_id, ()):
        raise PageNotFoundError(f"no request {number} applies to {request.unit_id}")
    return found


def _roll_up(
    request: PageRequest, connection: sa.Connection, report_request: ReportRequest
) -> ConfirmationRollUp:
    """Return the confirmations of the schools at or below the unit in the path."""
    lines = ancestry(connection)
    below = {unit_id for unit_id, line in lines.items() if request.unit_id in line}
    within = below & request.viewer.where(Permission.REPORTS)
    return roll_up(connection, report_request.number, request.now_ms, within=within)


def _write_of_form(
    request: PageRequest, connection: sa.Connection
) -> tuple[ReportRequest, SubmissionWrite]:
    """Return the request and the write to a school that its form asks for.

    Raises PageNotFoundError unless the unit in the path made the request.
    """
    report_request = _report_request(request, connection)
    if report_request.unit_id != request.unit_id:
        raise PageNotFoundError(f"{request.unit_id} did not make this request")
    school = request.form.get("school", "")
    return report_request, SubmissionWrite(
        report_request.number, school, request.viewer.name, request.now_ms
    )


def _back(request: PageRequest, report_request: ReportRequest) -> Response:
    return RedirectResponse(f"/reports/{request.unit_id}/requests/{report_request.number}", 303)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SchoolgateError("hãy ghi ngày / write a day like 2026-09-07") from error


def _moment(request: PageRequest, day: str, at: str) -> int:
    minute = minutes(at)
    local = datetime.combine(_day(day), time(minute // 60, minute % 60), request.context.zone)
    try:
        return int(local.astimezone(UTC).timestamp() * 1000)
    except OverflowError as error:
        raise SchoolgateError("hãy ghi ngày / write a day like 2026-09-07") from error
