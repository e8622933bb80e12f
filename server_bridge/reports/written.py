"""Reports as the bytes of files."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime

from server_bridge.i18n.formats import Formats
from server_bridge.letters.pdf import write_letter
from server_bridge.reports.confirming import ConfirmationRollUp
from server_bridge.reports.letters import report_letter, staff_letter
from server_bridge.reports.report import Report
from server_bridge.reports.staff import StaffDay, StaffYear
from server_bridge.reports.workbook import write_confirmed, write_staff, write_workbook


def as_workbook(report: Report, f: Formats, made: datetime) -> bytes:
    """A report as XLSX."""
    stream = io.BytesIO()
    write_workbook(stream, report, f, made=made)
    return stream.getvalue()


def as_pdf(report: Report, f: Formats, made: datetime, place: str = "") -> bytes:
    """A report as an official letter."""
    stream = io.BytesIO()
    write_letter(stream, report_letter(report, f), f, made=made, place=place)
    return stream.getvalue()


def staff_pdf(year: StaffYear, f: Formats, made: datetime, place: str = "") -> bytes:
    """The staff's records as an official letter."""
    stream = io.BytesIO()
    write_letter(stream, staff_letter(year, f), f, made=made, place=place)
    return stream.getvalue()


def staff_workbook(
    year: StaffYear, days: Mapping[int, Sequence[StaffDay]], f: Formats, made: datetime
) -> bytes:
    """The staff's records as XLSX, with their incomplete `days`."""
    stream = io.BytesIO()
    write_staff(stream, year, days, f, made=made)
    return stream.getvalue()


def confirmed_workbook(rolled: ConfirmationRollUp, f: Formats, made: datetime) -> bytes:
    """Who confirmed what as XLSX."""
    stream = io.BytesIO()
    write_confirmed(stream, rolled, f, made=made)
    return stream.getvalue()
