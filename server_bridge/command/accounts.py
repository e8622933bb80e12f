"""Commands for the accounts of the pages, and their roles."""

import sys
from datetime import datetime
from pathlib import Path

import click
import msgspec
import sqlalchemy as sa

from server_bridge.access.roles import Role
from server_bridge.clock import now_ms
from server_bridge.command.options import home_option, json_option
from server_bridge.home import open_home
from server_bridge.store.access import accounts
from server_bridge.store.access.access_log import entries

password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)
role_option = click.option(
    "--role", type=click.Choice([str(role) for role in Role]), required=True, help="The role."
)
unit_option = click.option(
    "--unit", "unit_id", required=True, help="The unit; the role also holds at all units below it."
)


@click.group("account")
def account_group() -> None:
    """Manage who may sign in to the pages."""


@account_group.command("add")
@home_option
@click.argument("name")
@role_option
@unit_option
@click.option("--subject", help="The name at the OpenID provider; then there is no password.")
@password_option
def account_add(
    folder: Path, name: str, role: str, unit_id: str, subject: str | None, password_stdin: bool
) -> None:
    """Add an account for the pages, with a first role at a unit.

    NAME is what the person signs in with. Roles: viewer (counts), office (the people of a school,
    counts, reports), officer (counts, reports, gates), technician (gates, counts), administrator
    (accounts and everything except people). The password is asked for. From the first account on,
    the pages need a sign-in.
    """
    password = None if subject else _password(from_stdin=password_stdin)
    with open_home(folder).database().write() as connection:
        number = accounts.add_account(
            connection, name, now_ms(), password=password, subject=subject
        )
        accounts.grant(connection, number, Role(role), unit_id)
        _note(connection, "account_added", unit_id, f"account {number} as {role}")
    click.echo(f"{name}: {role} at {unit_id}")


@account_group.command("grant")
@home_option
@click.argument("name")
@role_option
@unit_option
@click.option("--undo", is_flag=True, help="Take the role away.")
def account_grant(folder: Path, name: str, role: str, unit_id: str, undo: bool) -> None:
    """Give an account one more role, or take one away.

    NAME is the account's. It takes effect at the next page.
    """
    with open_home(folder).database().write() as connection:
        number = accounts.find_account(connection, name).account
        if undo:
            accounts.ungrant(connection, number, Role(role), unit_id)
        else:
            accounts.grant(connection, number, Role(role), unit_id)
        action = "role_taken" if undo else "role_given"
        _note(connection, action, unit_id, f"account {number} as {role}")
    click.echo(f"{name}: {'no longer ' if undo else ''}{role} at {unit_id}")


@account_group.command("password")
@home_option
@click.argument("name")
@password_option
def account_password(folder: Path, name: str, password_stdin: bool) -> None:
    """Set a new password and end all sessions of an account.

    NAME is the account's. The password is asked for.
    """
    with open_home(folder).database().write() as connection:
        number = accounts.find_account(connection, name).account
        accounts.set_password(connection, number, _password(from_stdin=password_stdin))
        _note(connection, "password_set", None, f"account {number}")
    click.echo(f"{name}: new password")


@account_group.command("subject")
@home_option
@click.argument("name")
@click.argument("subject", required=False)
@click.option(
    "--undo", is_flag=True, help="Remove the subject; from then on only the password works."
)
def account_subject(folder: Path, name: str, subject: str | None, undo: bool) -> None:
    """Let an account sign in at the OpenID provider, as SUBJECT.

    NAME is the account's; SUBJECT is the value of the claim that [openid] names. All sessions of
    the account end.
    """
    if (subject is None) != undo:
        raise click.UsageError("give SUBJECT, or --undo")
    with open_home(folder).database().write() as connection:
        number = accounts.find_account(connection, name).account
        accounts.set_subject(connection, number, subject)
        _note(connection, "subject_set", None, f"account {number}")
    click.echo(f"{name}: {'by password only' if undo else f'signs in as {subject}'}")


@account_group.command("disable")
@home_option
@click.argument("name")
@click.option("--undo", is_flag=True, help="Enable the account again.")
def account_disable(folder: Path, name: str, undo: bool) -> None:
    """Disable an account and end its sessions at once.

    NAME is the account's. It stays in the log.
    """
    with open_home(folder).database().write() as connection:
        number = accounts.find_account(connection, name).account
        accounts.disable(connection, number, disabled=not undo)
        action = "account_enabled" if undo else "account_disabled"
        _note(connection, action, None, f"account {number}")
    click.echo(f"{name}: {'enabled' if undo else 'disabled'}")


@account_group.command("list")
@home_option
@json_option
def account_list(folder: Path, as_json: bool) -> None:
    """List all accounts and their roles."""
    with open_home(folder).database().read() as connection:
        found = accounts.all_accounts(connection)
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    for account in found:
        roles = ", ".join(f"{held.role} at {held.unit_id}" for held in account.grants)
        click.echo(
            f"{account.name}: {roles or 'no role'}{' (disabled)' if account.disabled else ''}"
        )


@account_group.command("log")
@home_option
@click.option("--unit", "unit_id", help="Only this unit.")
@click.option(
    "--count",
    type=click.IntRange(1, 100_000),
    default=50,
    show_default=True,
    help="How many entries.",
)
@json_option
def account_log(folder: Path, unit_id: str | None, count: int, as_json: bool) -> None:
    """List who signed in, looked at or exported people, and was granted roles.

    The newest entries first.
    """
    home = open_home(folder)
    with home.database().read() as connection:
        found = entries(connection, unit_id=unit_id, count=count)
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    for entry in found:
        at = datetime.fromtimestamp(entry.at_ms / 1000, home.zone)
        who = entry.name or "the command line"
        where = f" at {entry.unit_id}" if entry.unit_id else ""
        click.echo(f"{at:%Y-%m-%d %H:%M:%S} {who}: {entry.action}{where} {entry.detail}".rstrip())


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


def _note(connection: sa.Connection, action: str, unit_id: str | None, detail: str) -> None:
    accounts.note_access(connection, None, action, now_ms(), unit_id=unit_id, detail=detail)
