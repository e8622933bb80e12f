"""Options for tickets, and the files that a ticket is written to."""

from datetime import UTC, datetime
from pathlib import Path

import click
import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from gate_contract.ticket_signing import pin_text
from server_bridge.clock import now_ms
from server_bridge.command.files import write_file
from server_bridge.fleet.ticket_page import code_image, terminal_code, ticket_page
from server_bridge.fleet.tickets import MadeTicket, Wifi, make_ticket
from server_bridge.home import Home
from server_bridge.store.gates.certificates import find_gate
from server_bridge.store.units.tree import find_unit

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


def with_ticket(command: click.decorators.FC) -> click.decorators.FC:
    """Add the options of a ticket to a command."""
    for option in reversed(ticket_options):
        command = option(command)
    return command


def write_ticket(
    home: Home,
    connection: sa.Connection,
    gate_id: str,
    out: Path,
    days: int,
    wifi: Wifi,
    *,
    sealed: bool,
) -> None:
    """Make a ticket and write its file, page and codes into `out`; print it with its PIN."""
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


def ask_wifi(ssid: str) -> Wifi:
    """Ask for the password of a Wi-Fi network, unless `ssid` is empty."""
    if not ssid:
        return Wifi()
    return Wifi(ssid, click.prompt(f"Password of {ssid}", hide_input=True, default=""))
