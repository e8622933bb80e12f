"""Commands that set a district up: folder, broker, tree of units, viewers, quick guide."""

import re
from datetime import UTC, datetime
from pathlib import Path

import click

from gate_contract import topics
from gate_contract.errors import SchoolgateError
from server_bridge import pki
from server_bridge.broker.config import write_broker_config
from server_bridge.clock import now_ms
from server_bridge.command.broker_files import note_broker
from server_bridge.command.options import home_option
from server_bridge.fleet.guide import write_guide
from server_bridge.home import initialise, open_home
from server_bridge.pki import Identity
from server_bridge.settings import sample
from server_bridge.store.gates.certificates import revoked_serials
from server_bridge.store.schema.base import NAME_LENGTH
from server_bridge.store.units.tree import (
    Unit,
    add_unit,
    add_viewer,
    all_units,
    gates_shut_out,
    unit_viewers,
    viewer_names,
)


@click.command()
@home_option
def init(folder: Path) -> None:
    """Make the bridge's folder: settings, authority, card key and database.

    In a folder that exists already it keeps everything and migrates the database. Run it after
    every upgrade.
    """
    home = initialise(folder)
    click.echo(f"{home.folder}: ready. Settings: bridge.toml. Keep a safe copy of it all")


@click.group("config")
def config_group() -> None:
    """Print the settings."""


@config_group.command("sample")
def config_sample() -> None:
    """Print a configuration with every setting, its default and its meaning.

    The bridge's own settings are in bridge.toml in its folder.
    """
    click.echo(sample(), nl=False)


@click.command("broker-config")
@home_option
@click.option("--user", help="The Unix user mosquitto runs as (Debian's service: mosquitto).")
@click.option(
    "--out", type=click.Path(path_type=Path), help="The folder to write. Default: broker.folder."
)
def broker_config(folder: Path, user: str | None, out: Path | None) -> None:
    """Write or renew mosquitto's configuration, certificate and access list.

    Also writes the list of revoked certificates. The folder is broker.folder of bridge.toml, or
    broker/ in the bridge's folder if that is empty. Where Debian's own service runs mosquitto, run
    it as root with /var/lib/schoolgate-broker as the folder and mosquitto as the user.
    """
    home = open_home(folder)
    broker = home.settings.broker
    with home.database().read() as connection:
        viewers, barred = viewer_names(connection), gates_shut_out(connection)
        bound = unit_viewers(connection)
        revoked = revoked_serials(connection)
    path = write_broker_config(
        out or home.broker_folder,
        authority=home.pki,
        host=home.broker_listens_on,
        port=broker.port,
        now=datetime.now(UTC),
        names=(broker.host,),
        viewers=viewers,
        shut_out=barred,
        unit_viewers=bound,
        revoked=revoked,
        user=user or broker.user or None,
    )
    note_broker(home)
    click.echo(f"{path}: run it with: mosquitto -c {path}")


@click.group("unit")
def unit_group() -> None:
    """Manage the tree of schools and the units above them."""


@unit_group.command("add")
@home_option
@click.argument("unit_id")
@click.option("--name", required=True, help="The name that people know.")
@click.option(
    "--level",
    default="school",
    show_default=True,
    help="The unit's level: school, commune, province, or any word.",
)
@click.option("--parent", help="The unit above.")
def unit_add(folder: Path, unit_id: str, name: str, level: str, parent: str | None) -> None:
    """Add a school, or a unit above schools such as a commune or a province.

    UNIT_ID is 1-40 of a-z, 0-9 and '-', and can never be changed. Only units of the level school
    have gates.
    """
    if not re.fullmatch(topics.UNIT_ID, unit_id):  # the id becomes a level of MQTT topics
        raise SchoolgateError(f"{unit_id!r} cannot be a unit's id: use 1-40 of a-z, 0-9 and '-'")
    if not 0 < len(name) <= NAME_LENGTH:
        raise SchoolgateError(f"a unit's name has 1 to {NAME_LENGTH} characters")
    with open_home(folder).database().write() as connection:
        add_unit(connection, Unit(unit_id, name, level, parent))
    click.echo(f"{unit_id}: added")


@unit_group.command("list")
@home_option
def unit_list(folder: Path) -> None:
    """List all units, each below its parent."""
    depth: dict[str | None, int] = {None: -1}
    with open_home(folder).database().read() as connection:
        for unit in all_units(connection):
            depth[unit.unit_id] = depth[unit.parent_id] + 1
            indent = "  " * depth[unit.unit_id]
            click.echo(f"{indent}{unit.unit_id}  {unit.name} ({unit.level})")


@click.command("guide")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A PDF file.")
def guide(out: Path) -> None:
    """Write the technician's quick guide: one A4 page, Vietnamese and English.

    It has the blink codes as gates play them.
    """
    try:
        write_guide(out, datetime.now(UTC))
    except OSError as error:
        raise SchoolgateError(f"{out}: {error.strerror}; choose a folder you own") from error
    click.echo(f"{out}: print it on A4, both languages")


@click.group("viewer")
def viewer_group() -> None:
    """Manage the programs and displays that may read the counts topics."""


@viewer_group.command("add")
@home_option
@click.argument("name")
@click.option(
    "--unit",
    "unit_id",
    help="Only this unit and those below it; also their gates' health and Home Assistant topics.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The new folder to write."
)
def viewer_add(folder: Path, name: str, unit_id: str | None, out: Path) -> None:
    """Write a client certificate for a program that reads the counts topics.

    Without --unit it reads the counts of every unit and nothing else. NAME it after the program or
    display, not a person: it appears in the broker's log. Afterwards run `gate-bridge
    broker-config` and `systemctl reload mosquitto`; with --unit also after a gate or unit was added
    below it.
    """
    home = open_home(folder)
    identity = Identity.viewer(name)
    with home.database().write() as connection:
        add_viewer(connection, name, now_ms(), unit_id)
        pki.issue(home.pki, identity, now=datetime.now(UTC)).write(out)
    click.echo(f"{out}: the certificate of {identity.common_name}")
