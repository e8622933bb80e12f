"""The command that lists a school's people by level."""

import io
from datetime import datetime
from pathlib import Path

import click
import msgspec

from server_bridge.command.files import write_file
from server_bridge.command.options import home_option, json_option
from server_bridge.command.time_options import TypedTime, as_of, read_asked, shown
from server_bridge.home import open_home
from server_bridge.levels.texts import COLOURS, NO_LEVEL
from server_bridge.lists.list_sheets import write_list
from server_bridge.lists.school_list import By, school_list
from server_bridge.lists.terminal import people_table, totals_table

_LEVELS: dict[str, int | None] = {
    **{colour: level for level, colour in COLOURS.items()},
    NO_LEVEL: None,
}


@click.command("list")
@home_option
@click.option("--school", "unit_id", required=True, help="The school.")
@click.option(
    "--level",
    "levels",
    type=click.Choice(list(_LEVELS)),
    multiple=True,
    help="Only people of this level; may be repeated; none: level not known.",
)
@click.option(
    "--as-of",
    "asked",
    callback=read_asked,
    help="Day (its end; now if it is today), or day and time. Default: now.",
)
@click.option(
    "--by",
    type=click.Choice([str(by) for by in By]),
    default=str(By.CLASS),
    help="The order of the list.",
)
@click.option(
    "--xlsx",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it as an official letter (XLSX).",
)
@json_option
def list_school(
    folder: Path,
    unit_id: str,
    levels: tuple[str, ...],
    asked: TypedTime | None,
    by: str,
    xlsx: Path | None,
    as_json: bool,
) -> None:
    """List a school's people with their areas and levels, and totals.

    The output holds names: keep it safe.
    """
    home = open_home(folder)
    with home.database().read() as connection:
        listed = school_list(
            connection,
            unit_id,
            as_of(home, asked),
            home.zone,
            levels=[_LEVELS[word] for word in dict.fromkeys(levels)],
            by=By(by),
        )
    if xlsx:
        stream = io.BytesIO()
        write_list(stream, listed, made=datetime.now(home.zone), zone=home.zone)
        write_file(xlsx, stream.getvalue())
    if as_json:
        click.echo(msgspec.json.encode(listed))
        return
    if xlsx:
        click.echo(f"{xlsx}: {len(listed.rows)} people")
        return
    click.echo(f"{listed.school.name}, as of {shown(home, listed.at_ms)}")
    for lines in (
        people_table(listed),
        totals_table("class", listed.by_class),
        totals_table("area", listed.by_area),
    ):
        click.echo("\n" + "\n".join(lines))
