"""The yearly record of a school's staff, for its office; and notes of appeal."""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from starlette.responses import RedirectResponse, Response

from gate_contract.errors import SchoolgateError
from gate_contract.school_day import local_day
from server_bridge.letters.tables import shown
from server_bridge.reports.delimited import write_csv
from server_bridge.reports.period import Period, PeriodKind, period
from server_bridge.reports.staff import StaffYear, day_by_day, staff_table, staff_year
from server_bridge.reports.written import staff_pdf, staff_workbook
from server_bridge.store.reports.staff_year import add_appeal
from server_bridge.web.app.page import PageNotFoundError, PageRequest
from server_bridge.web.reports.parameters import EARLIEST, file_answer, formats
from server_bridge.web.school.request_context import (
    account_of,
    note_look,
    number_in,
    school_of,
)


def show(visit: PageRequest, connection: sa.Connection) -> Response:
    """Everybody of the staff, with the days of the year."""
    year = _year(visit, connection)
    note_look(visit, connection, "looked_at_staff_year", str(year.period.first.year))
    return visit.show(
        "report_staff.html",
        year=year,
        table=staff_table(year, visit.lang),
        f=formats(visit),
        shown=shown,
        years=_around(visit, year.period),
    )


def file(visit: PageRequest, connection: sa.Connection) -> Response:
    """The same as a spreadsheet, CSV or letter."""
    kind = visit.query.get("as", "")
    if kind not in ("xlsx", "csv", "pdf"):
        raise PageNotFoundError(f"there are no files of the kind {kind}")
    year = _year(visit, connection)
    visit.note("exported_staff_year", visit.unit_id, f"{year.period.first} {kind}")
    made = datetime.fromtimestamp(visit.now_ms / 1000, UTC).astimezone(visit.office.zone)
    name = f"can-bo-{visit.unit_id}-{year.period.first.year}"
    if kind == "csv":
        return file_answer(write_csv(staff_table(year, visit.lang)), kind, name)
    if kind == "pdf":
        return file_answer(staff_pdf(year, formats(visit), made), kind, name)
    days = day_by_day(connection, year, incomplete=True)
    return file_answer(staff_workbook(year, days, formats(visit), made), kind, name)


def person(visit: PageRequest, connection: sa.Connection) -> Response:
    """One person's days of the year, the incomplete ones first, and what was noted of them."""
    number = number_in(visit, "person")
    year = _year(visit, connection, number)
    if not year.records:
        raise PageNotFoundError("nobody of that number was of the staff in this year")
    note_look(visit, connection, "looked_at_staff", f"person {number}")
    record, days = year.records[0], day_by_day(connection, year)[number]
    today = local_day(visit.now_ms, visit.office.zone)
    return visit.show(
        "report_staff_person.html",
        year=year,
        record=record,
        incomplete=[day for day in reversed(days) if not day.complete],
        all_days=days,
        f=formats(visit),
        shown=shown,
        today=today,
        chosen=visit.query.get("day", ""),
        years=_around(visit, year.period),
    )


def appeal(visit: PageRequest, connection: sa.Connection) -> Response:
    """Note something on somebody's day."""
    school_of(visit, connection)
    number = number_in(visit, "person")
    try:
        day = date.fromisoformat(visit.form.get("day", ""))
    except ValueError as error:
        raise SchoolgateError("hãy ghi ngày / write a day like 2026-09-07") from error
    add_appeal(
        connection,
        visit.unit_id,
        number,
        day,
        visit.form.get("reason", ""),
        account=account_of(visit),
        now_ms=visit.now_ms,
        today=local_day(visit.now_ms, visit.office.zone),
    )
    visit.note("noted_appeal", visit.unit_id, f"person {number} {day}")
    of = period(PeriodKind.YEAR, day).first.year
    return RedirectResponse(f"/reports/{visit.unit_id}/staff/{number}?year={of}#notes", 303)


def _year(visit: PageRequest, connection: sa.Connection, person: int | None = None) -> StaffYear:
    school_of(visit, connection)
    newest = period(PeriodKind.YEAR, local_day(visit.now_ms, visit.office.zone))
    wanted = visit.query.get("year", "")
    is_year = len(wanted) == 4 and wanted.isascii() and wanted.isdigit()
    first = date(max(int(wanted), EARLIEST.year), newest.first.month, 1) if is_year else None
    asked = period(PeriodKind.YEAR, min(first, newest.first)) if first else newest
    return staff_year(connection, visit.unit_id, asked, person)


def _around(visit: PageRequest, asked: Period) -> dict[str, int | None]:
    """The years before and after, where there are any."""
    newest = period(PeriodKind.YEAR, local_day(visit.now_ms, visit.office.zone))
    year = asked.first.year
    return {
        "first": year,
        "earlier": year - 1 if year > EARLIEST.year else None,
        "later": year + 1 if year < newest.first.year else None,
    }
