"""Commands that register gates, make their tickets, and move, revoke or retire them."""

from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec
import sqlalchemy as sa

from gate_contract import gate_files
from gate_contract.errors import SchoolgateError
from gate_contract.ledger_signature import key_text
from gate_contract.ticket_signing import pin_text
from server_bridge import pki
from server_bridge.clock import now_ms
from server_bridge.command.broker_files import renew_broker
from server_bridge.command.files import write_file
from server_bridge.command.options import home_option
from server_bridge.fleet.drafting import DistrictParameters
from server_bridge.fleet.gate_folder import write_gate_folder
from server_bridge.fleet.ticket_page import code_image, terminal_code, ticket_page
from server_bridge.fleet.ticketing import MadeTicket, Wifi, make_ticket
from server_bridge.home import Home, open_home
from server_bridge.pki import Identity
from server_bridge.store.gates.certificates import (
    find_gate,
    keep_certificate,
    move,
    retire,
    revoke,
)
from server_bridge.store.gates.gate_orders import Choice, Direction, standing, want
from server_bridge.store.gates.health import backlog_of
from server_bridge.store.units.tree import SCHOOL, add_gate, find_unit, shut_out

DIRECTIONS = click.Choice(["in", "out", "auto"])

school_option = click.option(
    "--school", "--unit", "unit_id", required=True, help="The school where it stands."
)
ticket_options = [
    click.option(
        "--ticket", type=click.Path(path_type=Path), help="Write a ticket into this folder."
    ),
    click.option(
        "--wifi", "ssid", default="", help="Name of the school's Wi-Fi; the password is asked for."
    ),
    click.option(
        "--days",
        type=click.IntRange(1, 90),
        default=7,
        show_default=True,
        help="How long the ticket is valid.",
    ),
    click.option(
        "--unsealed",
        is_flag=True,
        help="Make a ticket that needs no PIN: nothing in it is encrypted.",
    ),
]


@click.group("gate")
def gate_group() -> None:
    """Manage gates: tickets, settings, software, certificates."""


def _with_ticket(command: click.decorators.FC) -> click.decorators.FC:
    for option in reversed(ticket_options):
        command = option(command)
    return command


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
@_with_ticket
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
    wifi = _wifi(ssid)
    choice = Choice(
        direction_of(direction), timezone or home.settings.district.timezone, kinds_of(visitor_ids)
    )
    with home.database().write() as connection:
        add_gate(connection, gate_id, unit_id, now_ms())
        wanted = want(connection, DistrictParameters.of(home), gate_id, now_ms(), choice=choice)
        if ticket is not None:
            _write_ticket(home, connection, gate_id, ticket, days, wifi, sealed=not unsealed)
        if out is None:
            return
        issued = pki.issue(home.pki, identity, now=datetime.now(UTC))
        keep_certificate(connection, gate_id, issued.serial, key_text(issued.public_key), now_ms())
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
@_with_ticket
def gate_replace(
    folder: Path, gate_id: str, ticket: Path | None, ssid: str, days: int, unsealed: bool
) -> None:
    """Issue a new ticket for a gate whose device broke or was lost.

    Ends the certificates and tickets that GATE_ID had and writes a new ticket to --ticket. Its
    settings and records stay. Use it also when a ticket expired before it was used.
    """
    if ticket is None:
        raise SchoolgateError("say where the ticket goes: --ticket")
    home, wifi = open_home(folder), _wifi(ssid)
    with home.database().write() as connection:
        find_gate(connection, gate_id)
        revoke(connection, gate_id, now_ms())
        retire(connection, gate_id, None)
        if standing(connection, gate_id) is None:
            zone = home.settings.district.timezone
            want(
                connection,
                DistrictParameters.of(home),
                gate_id,
                now_ms(),
                choice=Choice(timezone=zone),
            )
        _write_ticket(home, connection, gate_id, ticket, days, wifi, sealed=not unsealed)
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
        count = revoke(connection, gate_id, now_ms())
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
        revoke(connection, gate_id, now_ms())
        retire(connection, gate_id, now_ms())
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
        move(connection, gate_id, unit_id)
        before = standing(connection, gate_id)
        choice = before.choice if before else Choice(timezone=home.settings.district.timezone)
        if direction:
            choice = Choice(
                direction_of(direction),
                choice.timezone,
                choice.visitor_ids,
                choice.repeat_window_ms,
            )
        want(connection, DistrictParameters.of(home), gate_id, now_ms(), choice=choice)
    click.echo(f"{gate_id}: stands at {school.name} now. It hears of it when it is online")


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


def _write_ticket(
    home: Home,
    connection: sa.Connection,
    gate_id: str,
    out: Path,
    days: int,
    wifi: Wifi,
    *,
    sealed: bool,
) -> None:
    now = now_ms()
    made = make_ticket(home, connection, gate_id, now_ms=now, days=days, wifi=wifi, sealed=sealed)
    school = find_unit(connection, find_gate(connection, gate_id).unit_id)
    expires = datetime.fromtimestamp(made.expires_ms / 1000, home.zone)
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SchoolgateError(f"{out}: {error.strerror}; choose a folder you own") from error
    page = ticket_page(
        made, school.name if school else "", expires, datetime.fromtimestamp(now / 1000, UTC)
    )
    write_file(out / f"{gate_id}.ticket", made.text.encode() + b"\n")
    write_file(out / f"{gate_id}.pdf", page)
    _write_codes(out, made)
    click.echo(terminal_code(made.text))
    click.echo(f"{out / gate_id}: .ticket for its SD card; .pdf, .png to hold before its camera")
    if made.pin:
        told = f"{made.pin[:5]}-{made.pin[5:]}"
        click.echo(f"PIN {told}: tell the technician by telephone, or send {gate_id}-pin.png")
    click.echo(f"good once, until {expires:%Y-%m-%d %H:%M}")


def _write_codes(out: Path, made: MadeTicket) -> None:
    with (out / f"{made.gate_id}.png").open("wb") as file:
        code_image(made.text).save(file, "PNG")
    if made.pin:
        with (out / f"{made.gate_id}-pin.png").open("wb") as file:
            code_image(pin_text(made.pin), pixels=16).save(file, "PNG")


def _wifi(ssid: str) -> Wifi:
    if not ssid:
        return Wifi()
    return Wifi(ssid, click.prompt(f"Password of {ssid}", hide_input=True, default=""))


def direction_of(text: str) -> Direction:
    """Return the direction that a choice of DIRECTIONS means."""
    direction: Direction = msgspec.convert(text, Direction)
    return direction


def kinds_of(text: str) -> tuple[str, ...]:
    """Split words at commas."""
    return tuple(kind.strip() for kind in text.split(",") if kind.strip())


def _check_delivered(connection: sa.Connection, gate_id: str, doing: str) -> None:
    backlog = backlog_of(connection, gate_id)
    if backlog:
        raise SchoolgateError(
            f"{gate_id} still holds {backlog} records that would be lost or filed at the wrong "
            f"school. Let it come online first; to {doing} it nonetheless: --force"
        )
