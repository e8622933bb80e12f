"""Commands shared by everything with a deadline: collections, and figures to be confirmed."""

import getpass
from datetime import datetime
from pathlib import Path

import click

from gate_contract.errors import SchoolgateError
from server_bridge.clock import now_ms
from server_bridge.command.options import home_option
from server_bridge.command.time_options import moment_type, utc_ms
from server_bridge.home import open_home
from server_bridge.i18n.names import tidy
from server_bridge.store.reports import deadlines as store
from server_bridge.store.reports.deadlines import RequestT, RequestTables
from server_bridge.store.schema.base import NAME_LENGTH
from server_bridge.submissions import actions
from server_bridge.submissions.actions import SubmissionWrite, school_statuses, schools_of
from server_bridge.submissions.state import SubmissionState, SubmissionStatus

number_argument = click.argument("number", metavar="ID", type=int)
school_option = click.option("--school", "unit_id", required=True, help="The school's id.")
by_option = click.option("--by", help="Name for the log. Default: the Unix user.")


def who(by: str | None) -> str:
    """Return who acts: `by`, else the Unix user. Raises SchoolgateError."""
    name = tidy(getpass.getuser() if by is None else by)
    if not 0 < len(name) <= NAME_LENGTH:
        raise SchoolgateError(f"a name has 1 to {NAME_LENGTH} characters: --by")
    return name


def say(unit_id: str, status: SubmissionStatus) -> None:
    """Print a school's new state."""
    click.echo(f"{unit_id}: {status.state.replace('_', ' ')}")


def add_endings(group: click.Group, tables: RequestTables[RequestT]) -> None:
    """Add `lock`, `reopen` and `close`, the commands of the unit that asks."""

    @group.command("lock")
    @home_option
    @number_argument
    @click.option("--school", "unit_ids", multiple=True, help="Only this school; may be repeated.")
    @by_option
    def lock(folder: Path, number: int, unit_ids: tuple[str, ...], by: str | None) -> None:
        """Lock schools: they can change nothing any more.

        ID is a number from the list. Without --school all schools are locked that are not locked
        yet.
        """
        with open_home(folder).database().write() as connection:
            asked = store.find_request(connection, tables, number)
            statuses = school_statuses(
                connection, tables, asked, schools_of(connection, asked.unit_id)
            )
            schools = unit_ids or [
                school
                for school, status in statuses.items()
                if status.state is not SubmissionState.LOCKED
            ]
            for unit_id in schools:
                actions.lock(
                    connection, tables, SubmissionWrite(number, unit_id, who(by), now_ms())
                )
        click.echo(f"{len(schools)} schools locked")

    @group.command("reopen")
    @home_option
    @number_argument
    @school_option
    @click.option("--reason", required=True, help="The reason, for the log.")
    @click.option("--deadline", type=moment_type, help="The school's own new deadline.")
    @by_option
    def reopen(
        folder: Path,
        number: int,
        unit_id: str,
        reason: str,
        deadline: datetime | None,
        by: str | None,
    ) -> None:
        """Unlock a school (mở khóa); the log keeps who, when and why.

        ID is a number from the list.
        """
        home = open_home(folder)
        until_ms = utc_ms(home, deadline) if deadline else None
        with home.database().write() as connection:
            write = SubmissionWrite(number, unit_id, who(by), now_ms())
            status = actions.reopen(connection, tables, write, reason, until_ms)
        say(unit_id, status)

    @group.command("close")
    @home_option
    @number_argument
    def close(folder: Path, number: int) -> None:
        """Close it for good: nothing in it changes any more.

        ID is a number from the list.
        """
        with open_home(folder).database().write() as connection:
            store.close_request(connection, tables, number, now_ms())
        click.echo(f"{number}: closed")
