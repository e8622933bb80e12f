"""`gate-update` as gates have it: the slots, and the orders of the district."""

import time
from pathlib import Path

import click

from device.updating import command
from device.updating.command import gate_update, here

GATE_TOML = Path("/etc/schoolgate/gate.toml")

config_option = click.option(
    "--config",
    "gate_toml",
    type=click.Path(path_type=Path),
    default=GATE_TOML,
    show_default=True,
    help="The gate's configuration.",
)


@gate_update.command("fetch")
@config_option
def fetch_command(gate_toml: Path) -> None:
    """Fetch the update that the orders name, within their hours.

    Uses the network and no devices. The service gate-fetch runs it every half hour. A download that
    was cut off continues where it stopped.
    """
    # What RAUC asks is answered by this same program, and needs none of this.
    from device.updating.follow import Follower, Places, waits
    from device.updating.https_client import HttpsServer

    follower = Follower(Places(gate_toml, command.KEPT.parent), here())
    broker = follower.config.broker
    server = HttpsServer(follower.config.path(broker.ca))
    click.echo(waits(follower.fetch(server.ask, time.sleep)))


@gate_update.command("follow")
@config_option
def follow_command(gate_toml: Path) -> None:
    """Install a fetched update if the orders still name it, within their hours.

    Uses no network. The service gate-update runs it after `gate-update tend`.
    """
    from device.updating.follow import Follower, Places, waits

    click.echo(waits(Follower(Places(gate_toml, command.KEPT.parent), here()).follow()))


main = command.main
