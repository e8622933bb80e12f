"""Setting a district up: its folder, its broker, its tree of units, its gates and viewers."""

import re
from datetime import UTC, datetime
from pathlib import Path

import click

from firmware_config import bundle
from gate_contract import topics
from gate_contract.errors import SchoolgateError
from gate_contract.foreign import IdKind
from gate_contract.head import key_text
from server_bridge import pki
from server_bridge.broker.config import write_broker_config
from server_bridge.clock import now_ms
from server_bridge.command.options import home_option
from server_bridge.home import Home, initialise, open_home, sample
from server_bridge.pki import Identity
from server_bridge.store.schema import NAME_LENGTH
from server_bridge.store.units import (
    Unit,
    add_gate,
    add_unit,
    add_viewer,
    all_units,
    gate_units,
    gates_shut_out,
    shut_out,
    unit_viewers,
    viewer_names,
)


@click.command()
@home_option
def init(folder: Path) -> None:
    """Make the folder: settings, authority, card key and database. Again: bring it up to date."""
    home = initialise(folder)
    click.echo(f"{home.folder}: ready. Settings: bridge.toml. Keep a safe copy of it all")


@click.group("config")
def config_group() -> None:
    """The settings."""


@config_group.command("sample")
def config_sample() -> None:
    """Print a sample with every setting and its default."""
    click.echo(sample(), nl=False)


@click.command("broker-config")
@home_option
@click.option("--user", help="The Unix user mosquitto runs as (Debian's service: mosquitto).")
@click.option("--out", type=click.Path(path_type=Path), help="Default: broker/ in the home folder.")
def broker_config(folder: Path, user: str | None, out: Path | None) -> None:
    """Write or renew mosquitto's configuration, certificate and access list."""
    home = open_home(folder)
    broker = home.settings.broker
    with home.database().read() as connection:
        viewers, barred = viewer_names(connection), gates_shut_out(connection)
        bound = unit_viewers(connection)
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
        user=user,
    )
    click.echo(f"{path}: run it with: mosquitto -c {path}")


@click.group("unit")
def unit_group() -> None:
    """The tree of schools and the units above them."""


@unit_group.command("add")
@home_option
@click.argument("unit_id")
@click.option("--name", required=True, help="As people know it.")
@click.option("--level", default="school", show_default=True, help="school, commune, province...")
@click.option("--parent", help="The unit above.")
def unit_add(folder: Path, unit_id: str, name: str, level: str, parent: str | None) -> None:
    """Add a unit. UNIT_ID is 1-40 of a-z, 0-9 and '-'."""
    if not re.fullmatch(topics.UNIT_ID, unit_id):  # it has to stand in a topic
        raise SchoolgateError(f"{unit_id!r} cannot be a unit's id: use 1-40 of a-z, 0-9 and '-'")
    if not 0 < len(name) <= NAME_LENGTH:
        raise SchoolgateError(f"a unit's name has 1 to {NAME_LENGTH} characters")
    with open_home(folder).database().write() as connection:
        add_unit(connection, Unit(unit_id, name, level, parent))
    click.echo(f"{unit_id}: added")


@unit_group.command("list")
@home_option
def unit_list(folder: Path) -> None:
    """All units, each below its parent."""
    depth: dict[str | None, int] = {None: -1}
    with open_home(folder).database().read() as connection:
        for unit in all_units(connection):
            depth[unit.unit_id] = depth[unit.parent_id] + 1
            indent = "  " * depth[unit.unit_id]
            click.echo(f"{indent}{unit.unit_id}  {unit.name} ({unit.level})")


@click.group("gate")
def gate_group() -> None:
    """The gates."""


@gate_group.command("add")
@home_option
@click.argument("gate_id")
@click.option("--unit", "unit_id", required=True, help="The school where it stands.")
@click.option("--direction", type=click.Choice(["in", "out", "auto"]), default="auto")
@click.option("--visitor-ids", default="", help="cccd, bhyt or both: papers of visitors.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A new folder.")
def gate_add(
    folder: Path, gate_id: str, unit_id: str, direction: str, visitor_ids: str, out: Path
) -> None:
    """Register a gate and write its bundle: configuration, certificate, key."""
    home = open_home(folder)
    visitors = _visitors(home, unit_id, visitor_ids)
    identity = Identity.gate(gate_id)
    with home.database().write() as connection:
        issued = pki.issue(home.pki, identity, now=datetime.now(UTC))
        add_gate(connection, gate_id, unit_id, now_ms(), key_text(issued.public_key))
        path = bundle.write(
            out,
            bundle.Bundle(
                gate_id=gate_id,
                direction=direction,
                timezone=home.settings.district.timezone,
                broker_host=home.settings.broker.host,
                broker_port=home.settings.broker.port,
                card_keys=home.keys.public_keys(),
                order_keys=home.keys.orders_public_keys(),
                cert_pem=issued.cert_pem,
                key_pem=issued.key_pem,
                ca_pem=issued.ca_pem,
                visitors=visitors,
            ),
        )
    click.echo(f"{path.parent}: copy this folder to the gate as /etc/schoolgate; it holds its key")


def _visitors(home: Home, unit_id: str, accepted: str) -> bundle.VisitorIds | None:
    kinds = tuple(kind.strip() for kind in accepted.split(",") if kind.strip())
    unknown = set(kinds) - set(IdKind)
    if unknown:
        raise SchoolgateError(f"visitors' papers are cccd and bhyt, not {', '.join(unknown)}")
    if not kinds:
        return None
    home.keys.make_visitor_keys()
    key, seal_to = home.keys.school_visitor_key(unit_id), home.keys.visitor_key().public_key()
    return bundle.VisitorIds(kinds, key, seal_to)


@gate_group.command("list")
@home_option
def gate_list(folder: Path) -> None:
    """All gates and the schools where they stand."""
    with open_home(folder).database().read() as connection:
        barred = gates_shut_out(connection)
        for gate_id, unit_id in sorted(gate_units(connection).items()):
            click.echo(f"{gate_id}  {unit_id}{'  shut out' if gate_id in barred else ''}")


@gate_group.command("keys")
@home_option
def gate_keys(folder: Path) -> None:
    """The public keys that gates hold, as [cards.keys] and [orders.keys] of gate.toml have them."""
    home = open_home(folder)
    click.echo(f"[cards.keys]\n{bundle.key_lines(home.keys.public_keys())}\n")
    click.echo(f"[orders.keys]\n{bundle.key_lines(home.keys.orders_public_keys())}")


@gate_group.command("shut-out")
@home_option
@click.argument("gate_id")
@click.option("--undo", is_flag=True, help="Let it in again.")
def gate_shut_out(folder: Path, gate_id: str, undo: bool) -> None:
    """Turn away a gate that was lost or stolen. Renew the broker's files afterwards."""
    with open_home(folder).database().write() as connection:
        shut_out(connection, gate_id, out=not undo)
    state = "let in again" if undo else "shut out"
    click.echo(f"{gate_id}: {state} after broker-config and a reload of mosquitto")


@click.group("viewer")
def viewer_group() -> None:
    """Programs and displays that may read the counts topics."""


@viewer_group.command("add")
@home_option
@click.argument("name")
@click.option("--unit", "unit_id", help="Of this unit and below only, with its gates' health.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A new folder.")
def viewer_add(folder: Path, name: str, unit_id: str | None, out: Path) -> None:
    """Write a viewer's certificate. Renew the broker's files afterwards: broker-config."""
    home = open_home(folder)
    identity = Identity.viewer(name)
    with home.database().write() as connection:
        add_viewer(connection, name, now_ms(), unit_id)
        pki.issue(home.pki, identity, now=datetime.now(UTC)).write(out)
    click.echo(f"{out}: the certificate of {identity.common_name}")
