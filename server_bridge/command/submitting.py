"""Commands of a school in a collection: save a draft, submit it, show what was sent."""

from pathlib import Path

import click
import msgspec
import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from server_bridge.clock import now_ms
from server_bridge.command.collecting import collection_group
from server_bridge.command.deadlines import by_option, number_argument, say, school_option, who
from server_bridge.command.files import write_file
from server_bridge.command.options import home_option, json_option
from server_bridge.command.time_options import local, shown
from server_bridge.documents import MAX_SIZE, Document, DocumentError, read_document
from server_bridge.home import open_home
from server_bridge.lists import collecting
from server_bridge.store.reports import submissions as store
from server_bridge.store.reports.deadlines import find_request, request_events
from server_bridge.store.reports.submissions import COLLECTIONS
from server_bridge.submissions.actions import SubmissionWrite, school_statuses

plan_option = click.option(
    "--plan",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The teaching plan: PDF, DOC, DOCX, ODT or XLSX, at most 20 MB.",
)


@collection_group.command("show")
@home_option
@number_argument
@click.option("--school", "unit_id", help="Only this school.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write the list and plan that the school submitted into this folder.",
)
@json_option
def collection_show(
    folder: Path, number: int, unit_id: str | None, out: Path | None, as_json: bool
) -> None:
    """Show a collection's log, and write a school's submitted files.

    The log says who saved, submitted, locked and reopened, when and why. ID is the collection's
    number.
    """
    home = open_home(folder)
    with home.database().read() as connection:
        collection = find_request(connection, COLLECTIONS, number)
        lines = request_events(connection, COLLECTIONS, number, unit_id)
        if out:
            if unit_id is None:
                raise SchoolgateError("say whose files: --school")
            files = _submitted(connection, collection, unit_id)
    if as_json:
        click.echo(msgspec.json.encode(lines))
    else:
        click.echo(f"{collection.title}: opened by {collection.opened_by}")
        for line in lines:
            until = f", until {shown(home, line.deadline_ms)}" if line.deadline_ms else ""
            why = f": {line.reason}" if line.reason else ""
            click.echo(
                f"{shown(home, line.at_ms)}  {line.unit_id}  {line.what} by {line.by}{until}{why}"
            )
    if out:
        _make_folder(out)
        for name, content in files.items():
            write_file(out / name, content)
            click.echo(f"{out / name}", err=as_json)


@collection_group.command("save")
@home_option
@number_argument
@school_option
@plan_option
@by_option
def collection_save(
    folder: Path, number: int, unit_id: str, plan: Path | None, by: str | None
) -> None:
    """Save a school's draft with its teaching plan, to submit later.

    ID is the collection's number. The school's state becomes "in progress".
    """
    document = _read_plan(plan)
    with open_home(folder).database().write() as connection:
        write = SubmissionWrite(number, unit_id, who(by), now_ms())
        say(unit_id, collecting.save(connection, write, document))


@collection_group.command("submit")
@home_option
@number_argument
@school_option
@plan_option
@by_option
def collection_submit(
    folder: Path, number: int, unit_id: str, plan: Path | None, by: str | None
) -> None:
    """Submit a school's list as it is now, with its teaching plan.

    ID is the collection's number. The plan is --plan or the one saved before. What is submitted is
    stored and never changes. Submitting again before the lock replaces what counts and keeps the
    earlier submissions.
    """
    home, document = open_home(folder), _read_plan(plan)
    database, now = home.database(), now_ms()
    with database.read() as connection:
        collection = find_request(connection, COLLECTIONS, number)
        snapshot = collecting.take_snapshot(
            connection, collection, unit_id, local(home, now), home.zone
        )
    with database.write() as connection:
        write = SubmissionWrite(number, unit_id, who(by), now)
        status = collecting.submit(connection, write, snapshot, document)
    say(unit_id, status)
    click.echo(f"{sum(snapshot.figures.counts.values())} people; the list stays as it is now")


def _submitted(
    connection: sa.Connection, collection: store.Collection, unit_id: str
) -> dict[str, bytes]:
    """Return the files of the submission that counts. Raises SchoolgateError without one."""
    status = school_statuses(connection, COLLECTIONS, collection, [unit_id])[unit_id]
    if status.submission is None:
        raise SchoolgateError(
            f"{unit_id} has not submitted yet; see: gate-bridge collection status"
        )
    sent = store.find_submissions(connection, [status.submission])[status.submission]
    return {
        f"{unit_id}.xlsx": store.document(connection, sent.list_sha256),
        f"{unit_id}-{sent.plan_name}": store.document(connection, sent.plan_sha256),
    }


def _read_plan(path: Path | None) -> Document | None:
    """Read the teaching plan's file. Raises SchoolgateError."""
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SIZE + 1)
        return read_document(path.name, content)
    except OSError as error:
        raise SchoolgateError(f"{path}: {error.strerror}; name a file you may read") from error
    except DocumentError as error:
        raise DocumentError(f"{path}: {error}") from error


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SchoolgateError(f"{path}: {error.strerror}; choose a folder you own") from error
