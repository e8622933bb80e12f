"""What an office does with a collection: ask, see who has sent, lock, reopen, close."""

import io
from datetime import datetime
from pathlib import Path

import click
import msgspec

from gate_contract.errors import SchoolgateError
from server_bridge.clock import now_ms
from server_bridge.command.collection import (
    by_option,
    collection_group,
    number_argument,
    say,
    school_option,
    who,
)
from server_bridge.command.files import write_file
from server_bridge.command.moments import (
    Asked,
    as_of,
    local,
    moment_type,
    read_asked,
    shown,
    utc_ms,
)
from server_bridge.command.options import home_option, json_option
from server_bridge.home import open_home
from server_bridge.lists import collecting
from server_bridge.lists.collecting import Deed
from server_bridge.lists.roll_up_sheets import write_roll_up
from server_bridge.lists.rolling_up import roll_up
from server_bridge.lists.standing import State
from server_bridge.lists.text import roll_up_lines
from server_bridge.people.names import tidy
from server_bridge.store import submissions as store
from server_bridge.store.schema import NAME_LENGTH
from server_bridge.store.units import find_unit


@collection_group.command("open")
@home_option
@click.option("--title", required=True, help="What is asked for.")
@click.option("--unit", "unit_id", required=True, help="The unit that asks the schools below it.")
@click.option("--as-of", "asked", callback=read_asked, required=True, help="Of which moment.")
@click.option("--deadline", type=moment_type, required=True, help="On time until then.")
@by_option
def collection_open(
    folder: Path, title: str, unit_id: str, asked: Asked, deadline: datetime, by: str | None
) -> None:
    """Ask all schools below a unit for their lists."""
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
        schools = len(collecting.schools_of(connection, unit_id))
    click.echo(f"{number}: open; {schools} schools are asked until {deadline:%Y-%m-%d %H:%M}")


@collection_group.command("list")
@home_option
@json_option
def collection_list(folder: Path, as_json: bool) -> None:
    """All collections, the newest first."""
    home = open_home(folder)
    with home.database().read() as connection:
        found = store.all_collections(connection)
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    for one in found:
        state = "open" if one.closed_ms is None else "closed"
        click.echo(
            f"{one.collection}  {one.title} ({one.unit_id}): as of {shown(home, one.as_of_ms)}, "
            f"deadline {shown(home, one.deadline_ms)}, {state}"
        )


@collection_group.command("lock")
@home_option
@number_argument
@click.option("--school", "unit_ids", multiple=True, help="This school only; may be repeated.")
@by_option
def collection_lock(folder: Path, number: int, unit_ids: tuple[str, ...], by: str | None) -> None:
    """Lock schools' lists: all that are not locked yet, or some."""
    with open_home(folder).database().write() as connection:
        collection = store.find_collection(connection, number)
        schools = unit_ids or [
            unit_id
            for unit_id, standing in collecting.standings(
                connection, collection, collecting.schools_of(connection, collection.unit_id)
            ).items()
            if standing.state is not State.LOCKED
        ]
        for unit_id in schools:
            collecting.lock(connection, Deed(number, unit_id, who(by), now_ms()))
    click.echo(f"{len(schools)} schools locked")


@collection_group.command("reopen")
@home_option
@number_argument
@school_option
@click.option("--reason", required=True, help="Why, for the log.")
@click.option("--deadline", type=moment_type, help="The school's own new deadline.")
@by_option
def collection_reopen(
    folder: Path,
    number: int,
    unit_id: str,
    reason: str,
    deadline: datetime | None,
    by: str | None,
) -> None:
    """Unlock a school's list ("mở khóa"); who, when and why is kept."""
    home = open_home(folder)
    if not 0 < len(tidy(reason)) <= 500:
        raise SchoolgateError("a reason has 1 to 500 characters")
    with home.database().write() as connection:
        standing = collecting.reopen(
            connection,
            Deed(number, unit_id, who(by), now_ms()),
            tidy(reason),
            utc_ms(home, deadline) if deadline else None,
        )
    say(unit_id, standing)


@collection_group.command("close")
@home_option
@number_argument
def collection_close(folder: Path, number: int) -> None:
    """End a collection: it stays as it is, for ever."""
    with open_home(folder).database().write() as connection:
        collection = store.find_collection(connection, number, lock=True)
        if collection.closed_ms is not None:
            raise SchoolgateError(f"collection {number} is closed already")
        store.close_collection(connection, number, now_ms())
    click.echo(f"{number}: closed")


@collection_group.command("status")
@home_option
@number_argument
@click.option("--xlsx", type=click.Path(path_type=Path, dir_okay=False), help="Write a letter.")
@json_option
def collection_status(folder: Path, number: int, xlsx: Path | None, as_json: bool) -> None:
    """The roll-up: every school's state, and each unit's sums. Counts only, nobody's name."""
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
