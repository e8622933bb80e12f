"""Issuing and printing cards."""

import base64
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
import msgspec

from gate_contract.card import Kind
from gate_contract.errors import SchoolgateError
from server_bridge.cards.face import PrintedCard
from server_bridge.cards.issue import issue_cards
from server_bridge.cards.sheet import write_sheet
from server_bridge.clock import now_ms
from server_bridge.command.options import home_option, json_option
from server_bridge.home import Home, open_home
from server_bridge.store.cards import add_cards, cards_of
from server_bridge.store.units import find_unit


@click.group("card")
def card_group() -> None:
    """The cards that people show."""


@card_group.command("issue")
@home_option
@click.option("--unit", "unit_id", required=True, help="The school.")
@click.option("--kind", type=click.Choice([str(kind) for kind in Kind]), default="pupil")
@click.option("--count", type=click.IntRange(1, 100_000), default=1, show_default=True)
@click.option("--from", "not_before", type=click.DateTime(["%Y-%m-%d"]), help="Default: today.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Default: a year later.")
@json_option
def card_issue(
    folder: Path,
    unit_id: str,
    kind: str,
    count: int,
    not_before: datetime | None,
    until: datetime | None,
    as_json: bool,
) -> None:
    """Issue new cards. They are known to every gate at once, by their signature."""
    home = open_home(folder)
    first = not_before.date() if not_before else _today(home)
    issued = issue_cards(
        count,
        kind=Kind(kind),
        unit_id=unit_id,
        not_before=first,
        expires=until.date() if until else first + timedelta(days=365),
        key_id=home.settings.cards.key_id,
        key=home.card_key(),
    )
    with home.database().write() as connection:
        add_cards(connection, issued, now_ms())
    if as_json:
        click.echo(msgspec.json.encode(issued))
    else:
        click.echo(f"{count} cards issued; to print them: gate-bridge card print --unit {unit_id}")


@card_group.command("print")
@home_option
@click.option("--unit", "unit_id", required=True, help="The school.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
def card_print(folder: Path, unit_id: str, out: Path) -> None:
    """Write all cards of a school as a PDF of A4 sheets with cut marks."""
    home = open_home(folder)
    with home.database().read() as connection:
        unit = find_unit(connection, unit_id)
        if unit is None:
            raise SchoolgateError(f"there is no unit {unit_id}; see: gate-bridge unit list")
        printed = [
            PrintedCard(card.text, unit.name, card.kind, card.card_id, card.expires)
            for card in cards_of(connection, unit_id)
        ]
    try:
        write_sheet(out, printed, title=unit.name, created=datetime.now(UTC))
    except OSError as error:
        raise SchoolgateError(f"{out}: {error.strerror}; choose a folder you own") from error
    click.echo(f"{out}: {len(printed)} cards")


@card_group.command("keys")
@home_option
def card_keys(folder: Path) -> None:
    """The public keys that gates verify cards with, as [cards.keys] of gate.toml has them."""
    for key_id, key in open_home(folder).public_keys().items():
        click.echo(f'{key_id} = "{base64.b64encode(key.public_bytes_raw()).decode()}"')


def _today(home: Home) -> date:
    return datetime.now(home.zone).date()
