"""Commands for the tokens of programs that read the API, and for the API's documents."""

from datetime import datetime
from pathlib import Path

import click
import msgspec

from server_bridge.clock import now_ms
from server_bridge.command.options import home_option, json_option
from server_bridge.home import Home, open_home
from server_bridge.integrations.dashboard import dashboard
from server_bridge.store.access.accounts import note_access
from server_bridge.store.access.tokens import Token, add_token, all_tokens, revoke_token
from server_bridge.web.api.openapi_document import openapi


@click.group("token")
def token_group() -> None:
    """Manage the tokens of programs that read counts and gates over HTTP."""


@token_group.command("add")
@home_option
@click.option(
    "--unit", "unit_id", required=True, help="The unit; the token also opens all units below it."
)
@click.option("--note", required=True, help="What it is for; never a person's name.")
@click.option(
    "--days",
    type=click.IntRange(1, 3_650),
    default=365,
    show_default=True,
    help="How long the token is valid.",
)
def token_add(folder: Path, unit_id: str, note: str, days: int) -> None:
    """Make an API token and print it; it is shown only once.

    With it a program reads the counts of --unit and of all units below it, and the health of their
    gates. Only a hash of the token is stored.
    """
    with open_home(folder).database().write() as connection:
        number, secret = add_token(connection, unit_id, note, now_ms(), days)
        note_access(
            connection, None, "token_added", now_ms(), unit_id=unit_id, detail=f"token {number}"
        )
    click.echo(f"token {number} reads {unit_id} for {days} days; keep it, it is not shown again:")
    click.echo(secret)


@token_group.command("list")
@home_option
@json_option
def token_list(folder: Path, as_json: bool) -> None:
    """List all tokens: number, unit, last day, last use, note."""
    home = open_home(folder)
    with home.database().read() as connection:
        found = all_tokens(connection)
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    for token in found:
        used = _day(home, token.used_ms) if token.used_ms else "never"
        click.echo(
            f"{token.token}  {token.unit_id}  {_state(home, token)}; used {used}; {token.note}"
        )


@token_group.command("revoke")
@home_option
@click.argument("number", type=int)
def token_revoke(folder: Path, number: int) -> None:
    """Revoke a token at once.

    NUMBER is the token's in `token list`.
    """
    with open_home(folder).database().write() as connection:
        token = revoke_token(connection, number, now_ms())
        note_access(
            connection,
            None,
            "token_revoked",
            now_ms(),
            unit_id=token.unit_id,
            detail=f"token {number}",
        )
    click.echo(f"token {number}: revoked")


@click.command("openapi")
def print_openapi() -> None:
    """Print the OpenAPI document of the API.

    The same as /api/v1/openapi.json serves.
    """
    click.echo(openapi(), nl=False)


@click.command("grafana")
def print_dashboard() -> None:
    """Print a Grafana dashboard of the bridge's metrics, ready to import."""
    click.echo(dashboard(), nl=False)


def _state(home: Home, token: Token) -> str:
    if token.revoked_ms is not None:
        return f"revoked {_day(home, token.revoked_ms)}"
    word = "expired" if token.expires_ms <= now_ms() else "until"
    return f"{word} {_day(home, token.expires_ms)}"


def _day(home: Home, at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, home.zone):%Y-%m-%d}"
