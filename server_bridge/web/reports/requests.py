"""Figures that are asked for by a deadline: asking, confirming, locking, reopening."""

from datetime import UTC, date, datetime, time

import sqlalchemy as sa
from starlette.responses import RedirectResponse, Response

from gate_contract.errors import SchoolgateError
from gate_contract.school_day import local_day
from server_bridge.access.roles import Permission
from server_bridge.i18n.names import tidy
from server_bridge.letters.tables import shown
from server_bridge.reports.confirming import (
    ConfirmationRollUp,
    ConfirmationStatus,
    confirm,
    confirmed_table,
    period_of,
    roll_up,
)
from server_bridge.reports.period import PeriodKind, period
from server_bridge.reports.texts import period_name
from server_bridge.reports.written import confirmed_workbook
from server_bridge.store.reports.deadlines import newest_first
from server_bridge.store.reports.report_requests import REQUESTS, Request, open_request
from server_bridge.store.schema.base import NAME_LENGTH
from server_bridge.store.units.tree import SCHOOL, ancestry
from server_bridge.submissions.actions import SubmissionWrite, lock, reopen
from server_bridge.web.app.page import PageNotFoundError, PageRequest
from server_bridge.web.reports.parameters import asked_period, file_answer, formats, unit_of
from server_bridge.web.school.request_context import number_in, school_of
from server_bridge.web.school.today import minutes


def index(visit: PageRequest, connection: sa.Connection) -> Response:
    """What a unit asks, and what is asked of it."""
    unit, f = unit_of(visit, connection), formats(visit)
    line = ancestry(connection)[unit.unit_id]
    mine = [one for one in newest_first(connection, REQUESTS) if one.unit_id in line]
    today = local_day(visit.now_ms, visit.office.zone)
    return visit.show(
        "report_requests.html",
        unit=unit,
        asks=unit.level != SCHOOL,
        requests=[
            (one, period_name(period_of(one), f), f.moment(one.deadline_ms, today)) for one in mine
        ],
        now_ms=visit.now_ms,
        kinds=list(PeriodKind),
        today=today.isoformat(),
        before=asked_period(visit).before().first.isoformat(),
    )


def ask(visit: PageRequest, connection: sa.Connection) -> Response:
    """Ask all schools below a unit to confirm their figures."""
    unit, form = unit_of(visit, connection), visit.form
    if form.get("period") not in set(PeriodKind):
        raise SchoolgateError("hãy chọn kỳ báo cáo / choose a period")
    asked = period(PeriodKind(form["period"]), _day(form.get("on", "")))
    deadline = _moment(visit, form.get("day", ""), form.get("time", ""))
    title = tidy(form.get("title", "")) or period_name(asked, formats(visit))
    number = open_request(
        connection,
        unit.unit_id,
        title[:NAME_LENGTH],
        asked.kind,
        asked.first,
        deadline,
        visit.viewer.name,
        visit.now_ms,
    )
    visit.note("asked_for_report", unit.unit_id, f"request {number}")
    return RedirectResponse(f"/reports/{unit.unit_id}/requests/{number}", 303)


def show(visit: PageRequest, connection: sa.Connection) -> Response:
    """Where each school stands."""
    request, f = _request(visit, connection), formats(visit)
    rolled = _rolled(visit, connection, request)
    unit = unit_of(visit, connection)
    today = local_day(visit.now_ms, visit.office.zone)
    asked, is_open = period_of(request), request.closed_ms is None
    return visit.show(
        "report_request.html",
        unit=unit,
        request=request,
        rolled=rolled,
        f=f,
        shown=shown,
        name=period_name(asked, f),
        deadline=f.moment(request.deadline_ms, today),
        table=confirmed_table(rolled, f),
        counts={str(outcome): f.number(rolled.number(outcome)) for outcome in ConfirmationStatus},
        absent=[
            one.unit.name for one in rolled.schools if one.outcome is ConfirmationStatus.MISSING
        ],
        query=f"period={asked.kind}&on={asked.first}",
        confirms=is_open
        and unit.level == SCHOOL
        and visit.viewer.may(Permission.PEOPLE, unit.unit_id),
        manages=is_open and unit.unit_id == request.unit_id,
    )


def file(visit: PageRequest, connection: sa.Connection) -> Response:
    """Where each school stands, as a spreadsheet."""
    request = _request(visit, connection)
    rolled = _rolled(visit, connection, request)
    made = datetime.fromtimestamp(visit.now_ms / 1000, UTC).astimezone(visit.office.zone)
    visit.note("exported_report", visit.unit_id, f"request {request.number} xlsx")
    content = confirmed_workbook(rolled, formats(visit), made)
    return file_answer(content, "xlsx", f"xac-nhan-{request.number}")


def confirm_school(visit: PageRequest, connection: sa.Connection) -> Response:
    """The school confirms its figures."""
    school_of(visit, connection)
    request = _request(visit, connection)
    deed = SubmissionWrite(request.number, visit.unit_id, visit.viewer.name, visit.now_ms)
    confirm(connection, deed, visit.office.zone)
    visit.note("confirmed_report", visit.unit_id, f"request {request.number}")
    return _back(visit, request)


def lock_school(visit: PageRequest, connection: sa.Connection) -> Response:
    """The unit that asks lets a school confirm no more."""
    request, deed = _deed(visit, connection)
    lock(connection, REQUESTS, deed)
    visit.note("locked_report", deed.unit_id, f"request {request.number}")
    return _back(visit, request)


def reopen_school(visit: PageRequest, connection: sa.Connection) -> Response:
    """The unit that asks lets a school confirm again."""
    request, deed = _deed(visit, connection)
    reopen(connection, REQUESTS, deed, visit.form.get("reason", ""))
    visit.note("reopened_report", deed.unit_id, f"request {request.number}")
    return _back(visit, request)


def _request(visit: PageRequest, connection: sa.Connection) -> Request:
    """The request in the path: of the unit there, or of one above it. Raises NotThereError."""
    number = number_in(visit, "request")
    found = next((r for r in newest_first(connection, REQUESTS) if r.number == number), None)
    if found is None or found.unit_id not in ancestry(connection).get(visit.unit_id, ()):
        raise PageNotFoundError(f"nothing of the number {number} is asked of {visit.unit_id}")
    return found


def _rolled(visit: PageRequest, connection: sa.Connection, request: Request) -> ConfirmationRollUp:
    """Of the schools at or below the unit in the path."""
    lines = ancestry(connection)
    below = {unit_id for unit_id, line in lines.items() if visit.unit_id in line}
    within = below & visit.viewer.where(Permission.REPORTS)
    return roll_up(connection, request.number, visit.now_ms, within=within)


def _deed(visit: PageRequest, connection: sa.Connection) -> tuple[Request, SubmissionWrite]:
    """What the asking unit does to a school. Raises NotThereError for any other unit."""
    request = _request(visit, connection)
    if request.unit_id != visit.unit_id:
        raise PageNotFoundError(f"{visit.unit_id} has not asked for this")
    school = visit.form.get("school", "")
    return request, SubmissionWrite(request.number, school, visit.viewer.name, visit.now_ms)


def _back(visit: PageRequest, request: Request) -> Response:
    return RedirectResponse(f"/reports/{visit.unit_id}/requests/{request.number}", 303)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SchoolgateError("hãy ghi ngày / write a day like 2026-09-07") from error


def _moment(visit: PageRequest, day: str, at: str) -> int:
    minute = minutes(at)
    local = datetime.combine(_day(day), time(minute // 60, minute % 60), visit.office.zone)
    try:
        return int(local.astimezone(UTC).timestamp() * 1000)
    except OverflowError as error:
        raise SchoolgateError("hãy ghi ngày / write a day like 2026-09-07") from error
