"""The pages of the staff's yearly record, for the school's office, and of notes of appeal."""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from starlette.responses import RedirectResponse, Response

from gate_contract.errors import SchoolgateError
from gate_contract.school_day import local_day
from server_bridge.letters.tables import format_cell
from server_bridge.reports.delimited import write_csv
from server_bridge.reports.documents import staff_pdf, staff_workbook
from server_bridge.reports.period import Period, PeriodKind, period
from server_bridge.reports.staff import StaffYear, day_by_day, staff_table, staff_year
from server_bridge.store.reports.staff_year import add_appeal
from server_bridge.web.app.page import PageNotFoundError, PageRequest
from server_bridge.web.reports.request_context import EARLIEST, file_response, formats
from server_bridge.web.school.request_context import (
    account_of,
    note_look,
    number_in,
    school_of,
)


def show(request: PageRequest, connection: sa.Connection) -> Response:
    """Show all staff with the days of the year."""
    year = _year(request, connection)
    note_look(request, connection, "looked_at_staff_year", str(year.period.first.year))
    return request.show(
        "report_staff.html",
        year=year,
        table=staff_table(year, request.lang),
        f=formats(request),
        format_cell=format_cell,
        years=_years(request, year.period),
    )


def file(request: PageRequest, connection: sa.Connection) -> Response:
    """Return the records as a spreadsheet, CSV or letter."""
    kind = request.query.get("as", "")
    if kind not in ("xlsx", "csv", "pdf"):
        raise PageNotFoundError(f"there are no files of the kind {kind}")
    year = _year(request, connection)
    request.note("exported_staff_year", request.unit_id, f"{year.period.first} {kind}")
    made = datetime.fromtimestamp(request.now_ms / 1000, UTC).astimezone(request.context.zone)
    name = f"can-bo-{request.unit_id}-{year.period.first.year}"
    if kind == "csv":
        return file_response(write_csv(staff_table(year, request.lang)), kind, name)
    if kind == "pdf":
        return file_response(staff_pdf(year, formats(request), made), kind, name)
    days = day_by_day(connection, year, incomplete=True)
    return file_response(staff_workbook(year, days, formats(request), made), kind, name)


def person(request: PageRequest, connection: sa.Connection) -> Response:
    """Show one person's days of the year, the incomplete ones first, with their notes."""
    number = number_in(request, "person")
    year = _year(request, connection, number)
    if not year.records:
        raise PageNotFoundError("no member of the staff in this year has that number")
    note_look(request, connection, "looked_at_staff", f"person {number}")
    record, days = year.records[0], day_by_day(connection, year)[number]
    today = local_day(request.now_ms, request.context.zone)
    return request.show(
        "report_staff_person.html",
        year=year,
        record=record,
        incomplete=[day for day in reversed(days) if not day.complete],
        all_days=days,
        f=formats(request),
        format_cell=format_cell,
        today=today,
        chosen=request.query.get("day", ""),
        years=_years(request, year.period),
    )


def appeal(request: PageRequest, connection: sa.Connection) -> Response:
    """Add a note of appeal to a day of a person."""
    school_of(request, connection)
    number = number_in(request, "person")
    try:
        day = date.fromisoformat(request.form.get("day", ""))
    except ValueError as error:
        raise SchoolgateError("hãy ghi ngày / write a day like 2026-09-07") from error
    add_appeal(
        connection,
        request.unit_id,
        number,
        day,
        request.form.get("reason", ""),
        account=account_of(request),
        now_ms=request.now_ms,
        today=local_day(request.now_ms, request.context.zone),
    )
    request.note("noted_appeal", request.unit_id, f"person {number} {day}")
    of = period(PeriodKind.YEAR, day).first.year
    return RedirectResponse(f"/reports/{request.unit_id}/staff/{number}?year={of}#notes", 303)


def _year(request: PageRequest, connection: sa.Connection, person: int | None = None) -> StaffYear:
    school_of(request, connection)
    newest = period(PeriodKind.YEAR, local_day(request.now_ms, request.context.zone))
    wanted = request.query.get("year", "")
    is_year = len(wanted) == 4 and wanted.isascii() and wanted.isdigit()
    first = date(max(int(wanted), EARLIEST.year), newest.first.month, 1) if is_year else None
    selected = period(PeriodKind.YEAR, min(first, newest.first)) if first else newest
    return staff_year(connection, request.unit_id, selected, person)


def _years(request: PageRequest, selected: Period) -> dict[str, int | None]:
    """Return the year shown, the year before and the year after; None where there is none."""
    newest = period(PeriodKind.YEAR, local_day(request.now_ms, request.context.zone))
    year = selected.first.year
    return {
        "first": year,
        "earlier": year - 1 if year > EARLIEST.year else None,
        "later": year + 1 if year < newest.first.year else None,
    }
