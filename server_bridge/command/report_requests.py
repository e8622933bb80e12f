"""Commands for figures that schools confirm by a deadline."""

from datetime import datetime
from pathlib import Path

import click
import msgspec

from gate_contract.errors import SchoolgateError
from server_bridge.clock import now_ms
from server_bridge.command.deadlines import (
    add_endings,
    by_option,
    number_argument,
    school_option,
    who,
)
from server_bridge.command.files import write_file
from server_bridge.command.options import home_option, json_option
from server_bridge.command.reports import (
    day_type,
    file_type,
    language_option,
    period_option,
    report_group,
    terminal,
)
from server_bridge.command.time_options import local, moment_type, shown, utc_ms
from server_bridge.home import open_home
from server_bridge.i18n.formats import Formats
from server_bridge.i18n.names import tidy
from server_bridge.i18n.phrases import Lang
from server_bridge.reports import confirming
from server_bridge.reports.confirming import (
    ConfirmationStatus,
    confirmed_table,
    period_of,
    roll_up,
)
from server_bridge.reports.documents import confirmed_workbook
from server_bridge.reports.period import PeriodKind, period
from server_bridge.reports.tallying import tally_due
from server_bridge.reports.texts import period_name
from server_bridge.store.reports import report_requests as store
from server_bridge.store.reports.deadlines import all_requests
from server_bridge.store.schema.base import NAME_LENGTH
from server_bridge.submissions.actions import SubmissionWrite


@report_group.command("ask")
@home_option
@click.option("--unit", "unit_id", required=True, help="The unit that asks the schools below it.")
@period_option
@click.option("--on", "day", type=day_type, required=True, help="A day of the period.")
@click.option("--deadline", type=moment_type, required=True, help="Who confirms later is late.")
@click.option("--title", default="", help="Title. Default: the period's name.")
@by_option
def report_ask(
    folder: Path,
    unit_id: str,
    kind: str,
    day: datetime,
    deadline: datetime,
    title: str,
    by: str | None,
) -> None:
    """Ask all schools below a unit to confirm their figures of a period.

    Prints the request's ID.
    """
    home = open_home(folder)
    asked = period(PeriodKind(kind), day.date())
    named = tidy(title) or period_name(asked, Formats(Lang.VI, home.zone))
    if len(named) > NAME_LENGTH:
        raise SchoolgateError(f"a title has 1 to {NAME_LENGTH} characters")
    with home.database().write() as connection:
        number = store.open_request(
            connection,
            unit_id,
            named,
            asked.kind,
            asked.first,
            utc_ms(home, deadline),
            who(by),
            now_ms(),
        )
    click.echo(f"{number}: {named}; to be confirmed until {deadline:%Y-%m-%d %H:%M}")


@report_group.command("requests")
@home_option
@json_option
def report_requests(folder: Path, as_json: bool) -> None:
    """List all requests to confirm figures, the newest first."""
    home = open_home(folder)
    with home.database().read() as connection:
        found = all_requests(connection, store.REQUESTS)
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    for one in found:
        asked = period_of(one)
        click.echo(
            f"{one.number}  {one.title} ({one.unit_id}): {asked.first} to {asked.last}, "
            f"deadline {shown(home, one.deadline_ms)}{', closed' if one.closed_ms else ''}"
        )


@report_group.command("status")
@home_option
@number_argument
@language_option
@click.option("--xlsx", type=file_type, help="Write a spreadsheet.")
@json_option
def report_status(folder: Path, number: int, lang: str, xlsx: Path | None, as_json: bool) -> None:
    """Show which schools confirmed on time, late, or not at all.

    ID is the request's number.
    """
    home, now = open_home(folder), now_ms()
    f = Formats(Lang(lang), home.zone)
    with home.database().read() as connection:
        rolled = roll_up(connection, number, now)
    if xlsx:
        write_file(xlsx, confirmed_workbook(rolled, f, local(home, now)))
        click.echo(f"{xlsx}: {len(rolled.schools)} schools", err=as_json)
    if as_json:
        click.echo(msgspec.json.encode(rolled))
    elif not xlsx:
        told = ", ".join(f"{rolled.number(o)} {o.replace('_', ' ')}" for o in ConfirmationStatus)
        click.echo(f"{rolled.request.title}: {told}\n\n{terminal(confirmed_table(rolled, f), f)}")


@report_group.command("confirm")
@home_option
@number_argument
@school_option
@by_option
def report_confirm(folder: Path, number: int, unit_id: str, by: str | None) -> None:
    """Confirm a school's figures as they are now, once the period is over.

    ID is the request's number.
    """
    home, now = open_home(folder), now_ms()
    database = home.database()
    tally_due(database, now, home.zone)
    with database.write() as connection:
        write = SubmissionWrite(number, unit_id, who(by), now)
        state = confirming.confirm(connection, write, home.zone)
    click.echo(f"{unit_id}: confirmed, {state.replace('_', ' ')}")


add_endings(report_group, store.REQUESTS)
