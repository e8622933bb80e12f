"""Commands of the unit that collects lists: open a collection, see who has submitted."""

import io
from datetime import datetime
from pathlib import Path

import click
import msgspec

from gate_contract.errors import SchoolgateError
from server_bridge.clock import now_ms
from server_bridge.command.deadlines import add_endings, by_option, number_argument, who
from server_bridge.command.files import write_file
from server_bridge.command.options import home_option, json_option
from server_bridge.command.time_options import (
    TypedTime,
    as_of,
    local,
    moment_type,
    read_asked,
    shown,
    utc_ms,
)
from server_bridge.home import open_home
from server_bridge.i18n.names import tidy
from server_bridge.lists.roll_up_sheets import write_roll_up
from server_bridge.lists.rolling_up import roll_up
from server_bridge.lists.terminal import roll_up_lines
from server_bridge.store.reports import submissions as store
from server_bridge.store.reports.deadlines import newest_first
from server_bridge.store.schema.base import NAME_LENGTH
from server_bridge.store.units.tree import find_unit
from server_bridge.submissions.actions import schools_of


@click.group("collection")
def collection_group() -> None:
    """Collect lists from all schools below a unit, until a deadline."""


add_endings(collection_group, store.COLLECTIONS)


@collection_group.command("open")
@home_option
@click.option("--title", required=True, help="What the schools are asked for.")
@click.option("--unit", "unit_id", required=True, help="The unit that asks the schools below it.")
@click.option(
    "--as-of",
    "asked",
    callback=read_asked,
    required=True,
    help="The day, or day and time, of which the lists are.",
)
@click.option("--deadline", type=moment_type, required=True, help="Who submits later is late.")
@by_option
def collection_open(
    folder: Path, title: str, unit_id: str, asked: TypedTime, deadline: datetime, by: str | None
) -> None:
    """Ask all schools below a unit for their lists, and print the collection's ID."""
    home = open_home(folder)
    tidied = tidy(title)
    if not 0 < len(tidied) <= NAME_LENGTH:
        raise SchoolgateError(f"a title has 1 to {NAME_LENGTH} characters")
    with home.database().write() as connection:
        number = store.open_collection(
            connection,
            tidied,
            unit_id,
            as_of(home, asked),
            utc_ms(home, deadline),
            who(by),
            now_ms(),
        )
        schools = len(schools_of(connection, unit_id))
    click.echo(f"{number}: open; {schools} schools are asked until {deadline:%Y-%m-%d %H:%M}")


@collection_group.command("list")
@home_option
@json_option
def collection_list(folder: Path, as_json: bool) -> None:
    """List all collections, the newest first."""
    home = open_home(folder)
    with home.database().read() as connection:
        found = newest_first(connection, store.COLLECTIONS)
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    for one in found:
        state = "open" if one.closed_ms is None else "closed"
        click.echo(
            f"{one.number}  {one.title} ({one.unit_id}): as of {shown(home, one.as_of_ms)}, "
            f"deadline {shown(home, one.deadline_ms)}, {state}"
        )


@collection_group.command("status")
@home_option
@number_argument
@click.option(
    "--xlsx",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it as an official letter (XLSX).",
)
@json_option
def collection_status(folder: Path, number: int, xlsx: Path | None, as_json: bool) -> None:
    """Show every school's state and each unit's sums; counts only, no names.

    ID is the collection's number. Schools that are missing or late are listed by name.
    """
    home, now = open_home(folder), now_ms()
    with home.database().read() as connection:
        rolled = roll_up(connection, number, now, home.zone)
        unit = find_unit(connection, rolled.collection.unit_id)
        above = find_unit(connection, unit.parent_id) if unit and unit.parent_id else None
    if xlsx:
        stream = io.BytesIO()
        write_roll_up(
            stream, rolled, above=above.name if above else "", made=local(home, now), zone=home.zone
        )
        write_file(xlsx, stream.getvalue())
        click.echo(f"{xlsx}: {len(rolled.schools)} schools", err=as_json)
    if as_json:
        told = msgspec.to_builtins(rolled) | {"missing": rolled.missing, "late": rolled.late}
        click.echo(msgspec.json.encode(told))
    elif not xlsx:
        click.echo("\n".join(roll_up_lines(rolled, lambda at_ms: shown(home, at_ms))))
