"""A report as a spreadsheet: letters with a real table each, and charts of what they say."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import IO

from server_bridge.i18n.formats import Formats
from server_bridge.i18n.phrases import Lang
from server_bridge.letters.tables import Holds, Table
from server_bridge.letters.workbook import (
    ENGLISH,
    VIETNAMESE,
    LetterColumn,
    LetterSheet,
    LetterWorkbook,
)
from server_bridge.reports.confirming import ConfirmationRollUp, confirmed_table, period_of
from server_bridge.reports.report import Report
from server_bridge.reports.staff import StaffDay, StaffYear, days_table, staff_table
from server_bridge.reports.tables import notes, tables
from server_bridge.reports.texts import period_name, say

HEADS = {Lang.VI: VIETNAMESE, Lang.EN: ENGLISH}


def write_workbook(stream: IO[bytes], report: Report, f: Formats, *, made: datetime) -> None:
    """Write the report as XLSX. `made`: when, local."""
    with LetterWorkbook(
        stream, office=report.unit.name, above=report.above, made=made, head=HEADS[f.lang]
    ) as letter:
        below = f"({report.unit.name} · {period_name(report.period, f)})"
        drawn = []
        for number, table in enumerate(tables(report, f.lang)):
            first = number == 0
            title = say(f.lang, "report_title") if first else table.title
            sheet = write_table(letter, table, title.upper(), below)
            if first:
                sheet.lines(notes(report, f))
                sheet.signatures(say(f.lang, "report_drawn_up"), say(f.lang, "report_head"))
            drawn += [(table, chart, sheet.plotted(chart.columns)) for chart in table.charts]
        if drawn:
            name = say(f.lang, "report_t_charts")
            charts = letter.charts(name, f"{name} {below}")
            for table, chart, plotted in drawn:
                titles = (table.columns[column].title for column in chart.columns)
                charts.add(f"{table.title}: {', '.join(titles)}", chart.shape, plotted)


def write_table(letter: LetterWorkbook, table: Table, title: str, below: str) -> LetterSheet:
    """A sheet with one table and its sums."""
    columns = [
        LetterColumn(column.title, column.width, centred=column.holds is not Holds.TEXT)
        for column in table.columns
    ]
    sheet = letter.sheet(table.title, title, below, columns)
    sheet.table(table.rows, sums=table.sums)
    return sheet


def write_staff(
    stream: IO[bytes],
    year: StaffYear,
    days: Mapping[int, Sequence[StaffDay]],
    f: Formats,
    *,
    made: datetime,
) -> None:
    """Write the staff's records as XLSX: the year, and its incomplete `days`. Holds names."""
    with LetterWorkbook(
        stream, office=year.school.name, above=year.above, made=made, head=HEADS[f.lang]
    ) as letter:
        below = f"({year.school.name} · {period_name(year.period, f)})"
        table = staff_table(year, f.lang)
        sheet = write_table(letter, table, table.title.upper(), below)
        sheet.signatures(say(f.lang, "report_drawn_up"), say(f.lang, "report_l_principal"))
        table = days_table(year, days, f)
        write_table(letter, table, table.title.upper(), below)


def write_confirmed(
    stream: IO[bytes], rolled: ConfirmationRollUp, f: Formats, *, made: datetime
) -> None:
    """Write who confirmed what as XLSX."""
    with LetterWorkbook(
        stream, office=rolled.unit.name, above="", made=made, head=HEADS[f.lang]
    ) as letter:
        table = confirmed_table(rolled, f)
        name = period_name(period_of(rolled.request), f)
        sheet = write_table(letter, table, rolled.request.title.upper(), f"({name})")
        sheet.signatures(say(f.lang, "report_drawn_up"), say(f.lang, "report_head"))
