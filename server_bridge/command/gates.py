"""Commands that register gates, make their tickets, and move, revoke or retire them."""

from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec
import sqlalchemy as sa

from gate_contract import gate_files
from gate_contract.errors import SchoolgateError
from gate_contract.ledger_signature import key_text
from server_bridge import pki
from server_bridge.clock import now_ms
from server_bridge.command.broker_files import renew_broker
from server_bridge.command.options import home_option
from server_bridge.command.ticket_files import ask_wifi, with_ticket, write_ticket
from server_bridge.fleet.drafting import DistrictParameters
from server_bridge.fleet.gate_folder import write_gate_folder
from server_bridge.home import open_home
from server_bridge.pki import Identity
from server_bridge.store.gates.certificates import (
    find_gate,
    move_gate,
    revoke_certificates,
    set_retired,
    store_certificate,
)
from server_bridge.store.gates.gate_orders import (
    ChosenSettings,
    Direction,
    change_orders,
    find_orders,
)
from server_bridge.store.gates.health import reported_backlog
from server_bridge.store.units.tree import SCHOOL, add_gate, find_unit, shut_out

DIRECTIONS = click.Choice(["in", "out", "auto"])

school_option = click.option(
    "--school", "--unit", "unit_id", required=True, help="The school where it stands."
)


@click.group("gate")
def gate_group() -> None:
    """Manage gates: tickets, settings, software, certificates."""


@gate_group.command("add")
@home_option
@click.argument("gate_id")
@school_option
@click.option(
    "--direction",
    type=DIRECTIONS,
    default="auto",
    help="Which way people pass; auto: the opposite of the card's last crossing.",
)
@click.option("--timezone", help="The gate's time zone. Default: the district's.")
@click.option(
    "--visitor-ids", default="", help="Visitors' papers that the gate accepts: cccd, bhyt or both."
)
@with_ticket
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write the configuration folder of a gate that is set up by hand.",
)
def gate_add(
    folder: Path,
    gate_id: str,
    unit_id: str,
    direction: str,
    timezone: str | None,
    visitor_ids: str,
    ticket: Path | None,
    ssid: str,
    days: int,
    unsealed: bool,
    out: Path | None,
) -> None:
    """Register a gate, and write its ticket or its configuration folder.

    GATE_ID is 3-40 of a-z, 0-9 and '-'. With --ticket it writes GATE_ID.ticket for the SD card,
    GATE_ID.pdf and GATE_ID.png to hold before the camera, and prints the PIN (also as
    GATE_ID-pin.png). A ticket can be used once. It needs the enrolment server: [enrol] in
    bridge.toml.

    With --out it writes all files of a gate that is set up by hand, its private key included: copy
    the folder to the gate as /etc/schoolgate.
    """
    if (ticket is None) == (out is None):
        raise SchoolgateError("say where its ticket goes (--ticket), or its files (--out)")
    home = open_home(folder)
    identity = Identity.gate(gate_id)
    wifi = ask_wifi(ssid)
    choice = ChosenSettings(
        direction_of(direction), timezone or home.settings.district.timezone, kinds_of(visitor_ids)
    )
    with home.database().write() as connection:
        add_gate(connection, gate_id, unit_id, now_ms())
        wanted = change_orders(
            connection, DistrictParameters.of(home), gate_id, now_ms(), choice=choice
        )
        if ticket is not None:
            write_ticket(home, connection, gate_id, ticket, days, wifi, sealed=not unsealed)
        if out is None:
            return
        issued = pki.issue(home.pki, identity, now=datetime.now(UTC))
        store_certificate(connection, gate_id, issued.serial, key_text(issued.public_key), now_ms())
        settings = DistrictParameters.of(home).settings(
            connection, gate_id, choice, wanted.settings_version
        )
        path = write_gate_folder(
            out,
            gate_files.from_settings(
                gate_id,
                settings,
                cert_pem=issued.cert_pem,
                key_pem=issued.key_pem,
                ca_pem=issued.ca_pem,
            ),
        )
    click.echo(f"{path.parent}: copy this folder to the gate as /etc/schoolgate; it holds its key")


@gate_group.command("replace")
@home_option
@click.argument("gate_id")
@with_ticket
def gate_replace(
    folder: Path, gate_id: str, ticket: Path | None, ssid: str, days: int, unsealed: bool
) -> None:
    """Issue a new ticket for a gate whose device broke or was lost.

    Ends the certificates and tickets that GATE_ID had and writes a new ticket to --ticket. Its
    settings and records stay. Use it also when a ticket expired before it was used.
    """
    if ticket is None:
        raise SchoolgateError("say where the ticket goes: --ticket")
    home, wifi = open_home(folder), ask_wifi(ssid)
    with home.database().write() as connection:
        find_gate(connection, gate_id)
        revoke_certificates(connection, gate_id, now_ms())
        set_retired(connection, gate_id, None)
        if find_orders(connection, gate_id) is None:
            zone = home.settings.district.timezone
            change_orders(
                connection,
                DistrictParameters.of(home),
                gate_id,
                now_ms(),
                choice=ChosenSettings(timezone=zone),
            )
        write_ticket(home, connection, gate_id, ticket, days, wifi, sealed=not unsealed)
    renew_broker(home)


@gate_group.command("revoke")
@home_option
@click.argument("gate_id")
def gate_revoke(folder: Path, gate_id: str) -> None:
    """Revoke a lost or stolen gate: the broker refuses it from now on.

    Revokes the certificates of GATE_ID, ends its tickets and reloads the broker. Where mosquitto
    runs as a service, run it as root, with broker.folder and broker.user set in bridge.toml.
    """
    home = open_home(folder)
    with home.database().write() as connection:
        find_gate(connection, gate_id)
        count = revoke_certificates(connection, gate_id, now_ms())
        shut_out(connection, gate_id)
    click.echo(f"{gate_id}: {count} certificates revoked, and shut out by name")
    renew_broker(home)


@gate_group.command("retire")
@home_option
@click.argument("gate_id")
@click.option("--force", is_flag=True, help="Even if it has not delivered everything.")
def gate_retire(folder: Path, gate_id: str, force: bool) -> None:
    """Take a gate out of service for good and revoke its certificates.

    GATE_ID must have delivered all its records, or --force is needed. What it recorded stays. `gate
    replace` puts it into service again.
    """
    home = open_home(folder)
    with home.database().write() as connection:
        find_gate(connection, gate_id)
        if not force:
            _check_delivered(connection, gate_id, "retire")
        revoke_certificates(connection, gate_id, now_ms())
        set_retired(connection, gate_id, now_ms())
    click.echo(f"{gate_id}: out of service. Its crossings stay, and count as before")
    renew_broker(home)


@gate_group.command("move")
@home_option
@click.argument("gate_id")
@school_option
@click.option("--direction", type=DIRECTIONS, help="Default: as before.")
@click.option("--force", is_flag=True, help="Even if it has not delivered everything.")
def gate_move(folder: Path, gate_id: str, unit_id: str, direction: str | None, force: bool) -> None:
    """Move a gate to another school.

    GATE_ID gets that school's settings. It must have delivered all its records first, because later
    ones are filed at the new school; --force skips this check.
    """
    home = open_home(folder)
    with home.database().write() as connection:
        school = find_unit(connection, unit_id)
        if school is None or school.level != SCHOOL:
            raise SchoolgateError(f"{unit_id} is not a school; see: gate-bridge unit list")
        find_gate(connection, gate_id)
        if not force:
            _check_delivered(connection, gate_id, "move")
        move_gate(connection, gate_id, unit_id)
        before = find_orders(connection, gate_id)
        choice = (
            before.choice if before else ChosenSettings(timezone=home.settings.district.timezone)
        )
        if direction:
            choice = ChosenSettings(
                direction_of(direction),
                choice.timezone,
                choice.visitor_ids,
                choice.repeat_window_ms,
            )
        change_orders(connection, DistrictParameters.of(home), gate_id, now_ms(), choice=choice)
    click.echo(f"{gate_id}: stands at {school.name} now. It receives the change when it is online")


@gate_group.command("shut-out")
@home_option
@click.argument("gate_id")
@click.option("--undo", is_flag=True, help="Accept the gate again.")
def gate_shut_out(folder: Path, gate_id: str, undo: bool) -> None:
    """Refuse a gate for a while without revoking its certificate.

    Reloads the broker at once. Where the broker runs elsewhere, run `gate-bridge broker-config` and
    `systemctl reload mosquitto`. For a lost gate use `gate revoke`. GATE_ID is its name.
    """
    home = open_home(folder)
    with home.database().write() as connection:
        shut_out(connection, gate_id, out=not undo)
    click.echo(f"{gate_id}: {'let in again' if undo else 'shut out'}")
    renew_broker(home)


@gate_group.command("keys")
@home_option
def gate_keys(folder: Path) -> None:
    """Print the public keys that gates hold, as gate.toml has them.

    These are [cards.keys] and [orders.keys], for gates that were set up before a key was made.
    """
    home = open_home(folder)
    click.echo(f"[cards.keys]\n{gate_files.key_lines(home.keys.public_keys())}\n")
    click.echo(f"[orders.keys]\n{gate_files.key_lines(home.keys.orders_public_keys())}")


def direction_of(text: str) -> Direction:
    """Return the direction that a choice of DIRECTIONS means."""
    direction: Direction = msgspec.convert(text, Direction)
    return direction


def kinds_of(text: str) -> tuple[str, ...]:
    """Split words at commas."""
    return tuple(kind.strip() for kind in text.split(",") if kind.strip())


def _check_delivered(connection: sa.Connection, gate_id: str, doing: str) -> None:
    backlog = reported_backlog(connection, gate_id)
    if backlog:
        raise SchoolgateError(
            f"{gate_id} still holds {backlog} records that would be lost or filed at the wrong "
            f"school. Let it come online first; to {doing} it nonetheless: --force"
        )
