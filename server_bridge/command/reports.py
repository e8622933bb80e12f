"""Commands that print reports and write them as files."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from server_bridge.clock import now_ms
from server_bridge.command.files import write_file
from server_bridge.command.options import home_option, json_option
from server_bridge.home import Home, open_home
from server_bridge.i18n.formats import Formats
from server_bridge.i18n.phrases import Lang
from server_bridge.letters.tables import Table, shown
from server_bridge.lists.terminal import table as lines_of
from server_bridge.reports.delimited import write_csv
from server_bridge.reports.period import PeriodKind, period
from server_bridge.reports.report import make_report
from server_bridge.reports.staff import StaffDay, StaffYear, day_by_day, staff_table, staff_year
from server_bridge.reports.tables import notes, raw_table, tables
from server_bridge.reports.tallying import tally_due
from server_bridge.reports.texts import period_name
from server_bridge.reports.written import as_pdf, as_workbook, staff_pdf, staff_workbook
from server_bridge.store.access.accounts import note_access

file_type = click.Path(path_type=Path, dir_okay=False)
period_option = click.option(
    "--period",
    "kind",
    type=click.Choice([str(kind) for kind in PeriodKind]),
    default=str(PeriodKind.MONTH),
    show_default=True,
    help="Length of the period.",
)
language_option = click.option(
    "--language",
    "lang",
    type=click.Choice([str(lang) for lang in Lang]),
    default=str(Lang.VI),
    show_default=True,
    help="Language of the output.",
)
day_type = click.DateTime(["%Y-%m-%d"])
Files = list[tuple[Path | None, Callable[[], bytes]]]


@click.group("report")
def report_group() -> None:
    """Make reports by day, week, month and school year, and have schools confirm figures."""


@report_group.command("show")
@home_option
@click.option("--unit", "unit_id", required=True, help="The unit.")
@period_option
@click.option("--on", "day", type=day_type, help="A day of the period. Default: today.")
@language_option
@click.option("--xlsx", type=file_type, help="Write a spreadsheet with charts.")
@click.option("--csv", type=file_type, help="Write all figures as CSV for other programs.")
@click.option("--pdf", type=file_type, help="Write an official letter.")
@click.option("--place", default="", help="Place name before the letter's date.")
@json_option
def report_show(
    folder: Path,
    unit_id: str,
    kind: str,
    day: datetime | None,
    lang: str,
    xlsx: Path | None,
    csv: Path | None,
    pdf: Path | None,
    place: str,
    as_json: bool,
) -> None:
    """Show or write a unit's report; counts only, no names.

    Brings the figures up to date first. The period is the day, week, month or school year in which
    the day --on lies.
    """
    home, f, now = *_opened(folder, lang), now_ms()
    made = datetime.fromtimestamp(now / 1000, home.zone)
    asked = period(PeriodKind(kind), day.date() if day else made.date())
    database = home.database()
    tally_due(database, now, home.zone)
    with database.read() as connection:
        report = make_report(connection, unit_id, asked, now, home.zone)
    files: Files = [
        (xlsx, lambda: as_workbook(report, f, made)),
        (csv, lambda: write_csv(raw_table(report, f.lang))),
        (pdf, lambda: as_pdf(report, f, made, place)),
    ]
    written = [(path, make()) for path, make in files if path]
    if written:
        with database.write() as connection:
            told = f"{kind} {asked.first}"
            note_access(connection, None, "exported_report", now, unit_id=unit_id, detail=told)
    for path, content in written:
        write_file(path, content)
        click.echo(f"{path}: {report.unit.name}, {period_name(asked, f)}", err=as_json)
    if as_json:
        click.echo(msgspec.json.encode(report))
    elif not written:
        click.echo(f"{report.unit.name}: {period_name(asked, f)}")
        for table in tables(report, f.lang):
            click.echo("\n" + terminal(table, f))
        click.echo("\n" + "\n".join(notes(report, f)))


@report_group.command("staff")
@home_option
@click.option("--school", "unit_id", required=True, help="The school.")
@click.option(
    "--year",
    type=click.IntRange(2000, 9998),
    help="The year in which the school year begins. Default: the current one.",
)
@language_option
@click.option("--xlsx", type=file_type, help="Write a spreadsheet.")
@click.option("--csv", type=file_type, help="Write it as CSV for other programs.")
@click.option("--pdf", type=file_type, help="Write an official letter.")
@click.option("--place", default="", help="Place name before the letter's date.")
@json_option
def report_staff(
    folder: Path,
    unit_id: str,
    year: int | None,
    lang: str,
    xlsx: Path | None,
    csv: Path | None,
    pdf: Path | None,
    place: str,
    as_json: bool,
) -> None:
    """Show or write the yearly scanning record of a school's staff.

    The output holds names: keep it safe.
    """
    home, f, now = *_opened(folder, lang), now_ms()
    made = datetime.fromtimestamp(now / 1000, home.zone)
    asked = period(
        PeriodKind.YEAR, made.date().replace(year=year, month=9) if year else made.date()
    )
    database = home.database()
    tally_due(database, now, home.zone)
    with database.write() as connection:
        found = staff_year(connection, unit_id, asked)
        told = str(asked.first.year)
        days = day_by_day(connection, found, incomplete=not as_json)
        note_access(connection, None, "exported_staff_year", now, unit_id=unit_id, detail=told)
    table = staff_table(found, f.lang)
    files: Files = [
        (xlsx, lambda: staff_workbook(found, days, f, made)),
        (csv, lambda: write_csv(table)),
        (pdf, lambda: staff_pdf(found, f, made, place)),
    ]
    written = [(path, make()) for path, make in files if path]
    for path, content in written:
        write_file(path, content)
        click.echo(f"{path}: {len(found.records)} people", err=as_json)
    if as_json:
        click.echo(msgspec.json.encode(_as_json(found, days)))
    elif not written:
        click.echo(f"{found.school.name}: {period_name(asked, f)}\n\n{terminal(table, f)}")


@report_group.command("tally")
@home_option
def report_tally(folder: Path) -> None:
    """Bring the figures of every day up to date now.

    The running bridge does so every minute.
    """
    home = open_home(folder)
    done = tally_due(home.database(), now_ms(), home.zone)
    click.echo(f"{done} school days tallied")


def terminal(table: Table, f: Formats) -> str:
    """Format a table for a terminal."""
    heading = [column.title for column in table.columns]
    rows = [[shown(cell, f) for cell in row] for row in (*table.rows, table.sums) if row]
    return "\n".join([f"{table.title}:", *lines_of(heading, rows)])


def _as_json(year: StaffYear, days: Mapping[int, Sequence[StaffDay]]) -> dict[str, Any]:
    return {
        "school": year.school,
        "above": year.above,
        "period": year.period,
        "records": [
            {
                "person": one.person,
                "name": one.name,
                "code": one.code,
                "group": one.group,
                "days": days[one.person],
            }
            for one in year.records
        ],
    }


def _opened(folder: Path, lang: str) -> tuple[Home, Formats]:
    home = open_home(folder)
    return home, Formats(Lang(lang), home.zone)
