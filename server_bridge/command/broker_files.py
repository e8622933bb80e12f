"""The broker's two lists, renewed whenever a gate is turned away or let in again."""

import click

from gate_contract.errors import SchoolgateError
from server_bridge.broker.config import CONFIGURATION, write_access_list, write_revocations
from server_bridge.broker.revoking import reload_broker
from server_bridge.home import Home
from server_bridge.store.certificates import revoked_serials
from server_bridge.store.units import gates_shut_out, viewer_names


def renew_broker(home: Home) -> None:
    """Write both lists and have the broker take them up, where its folder is known.

    Raises:
        SchoolgateError: this user may not write there, or not tell the broker.
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
        revoked = revoked_serials(connection)
    try:
        write_access_list(folder, viewers=viewers, shut_out=barred, user=user)
        write_revocations(folder, authority=home.pki, revoked=revoked, user=user)
    except OSError as error:
        raise SchoolgateError(
            f"{folder}: {error.strerror}. The district knows of it, the broker not yet: type "
            "gate-bridge broker-config as root, then systemctl reload mosquitto"
        ) from error
    told = reload_broker(folder)
    click.echo("the broker knows of it" if told else "the broker hears of it when it starts")
