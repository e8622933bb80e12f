"""What commands on collections share."""

import getpass

import click

from gate_contract.errors import SchoolgateError
from server_bridge.lists.standing import Standing
from server_bridge.people.names import tidy
from server_bridge.store.schema import NAME_LENGTH

number_argument = click.argument("number", metavar="ID", type=int)
school_option = click.option("--school", "unit_id", required=True, help="The school's id.")
by_option = click.option("--by", help="Who does it, for the log. Default: the Unix user.")


@click.group("collection")
def collection_group() -> None:
    """Lists that a unit collects from all schools below it, until a deadline."""


def who(by: str | None) -> str:
    """Who does it: as told, else the Unix user. Raises SchoolgateError."""
    name = tidy(getpass.getuser() if by is None else by)
    if not 0 < len(name) <= NAME_LENGTH:
        raise SchoolgateError(f"a name has 1 to {NAME_LENGTH} characters: --by")
    return name


def say(unit_id: str, standing: Standing) -> None:
    """A school's new state."""
    click.echo(f"{unit_id}: {standing.state.replace('_', ' ')}")
