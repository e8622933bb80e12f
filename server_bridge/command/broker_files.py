"""Renew the broker's access and revocation lists, and detect files of an older version.

The lists are renewed whenever a gate is shut out or admitted again.
"""

import click

from gate_contract.durable_file import replace_file
from gate_contract.errors import SchoolgateError
from server_bridge.broker.config import (
    CONFIGURATION,
    files_version,
    is_outdated,
    write_access_list,
    write_revocations,
)
from server_bridge.broker.revocation import reload_broker
from server_bridge.home import Home
from server_bridge.store.gates.certificates import revoked_serials
from server_bridge.store.units.tree import gates_shut_out, unit_viewers, viewer_names

NOTE = "broker-files"
OUTDATED = (
    "the broker's files are older than this version: some messages may not get through. As root: "
    "gate-bridge broker-config, then systemctl restart mosquitto"
)


def renew_broker(home: Home) -> None:
    """Write both lists and reload the broker, where its folder is known.

    Raises:
        SchoolgateError: this user may not write there, or may not reload the broker.
    """
    folder, user = home.broker_folder, home.settings.broker.user or None
    if not (folder / CONFIGURATION).is_file():
        click.echo(
            "the broker's files are elsewhere: renew them with gate-bridge broker-config, and "
            "reload mosquitto; or say where they are, broker.folder in bridge.toml"
        )
        return
    with home.database().read() as connection:
        viewers, barred = viewer_names(connection), gates_shut_out(connection)
        bound = unit_viewers(connection)
        revoked = revoked_serials(connection)
    try:
        write_access_list(folder, viewers=viewers, shut_out=barred, unit_viewers=bound, user=user)
        write_revocations(folder, authority=home.pki, revoked=revoked, user=user)
    except OSError as error:
        raise SchoolgateError(
            f"{folder}: {error.strerror}. The district knows of it, the broker not yet: type "
            "gate-bridge broker-config as root, then systemctl reload mosquitto"
        ) from error
    told = reload_broker(folder)
    click.echo("the broker knows of it" if told else "the broker reads it when it starts")


def note_broker(home: Home) -> None:
    """Note that the broker's files are those of this version. Raises SchoolgateError."""
    try:
        replace_file(home.folder / NOTE, files_version().encode(), 0o644)
    except OSError as error:
        raise SchoolgateError(f"{home.folder}: {error.strerror}; choose a home you own") from error


def outdated_broker(home: Home) -> str:
    """Return one line with the remedy if the broker's files are older than this version's.

    The line is empty if they are not older, or were never made. The files themselves are read where
    this user may. Under Debian's service they belong to the broker alone; then the version that was
    noted when they were written decides.
    """
    try:
        with home.database().read() as connection:
            outdated = is_outdated(
                home.broker_folder,
                viewers=viewer_names(connection),
                shut_out=gates_shut_out(connection),
                unit_viewers=unit_viewers(connection),
            )
    except FileNotFoundError:
        outdated = _noted(home) not in ("", files_version())
    except (OSError, UnicodeDecodeError):
        outdated = _noted(home) != files_version()
    return OUTDATED if outdated else ""


def _noted(home: Home) -> str:
    try:
        return (home.folder / NOTE).read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return ""
