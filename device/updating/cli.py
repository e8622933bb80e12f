"""`gate-update` as gates have it: the slots, and the orders of the district."""

import time
from pathlib import Path

import click

from device.updating import slot_service
from device.updating.slot_service import gate_update, this_gate

GATE_TOML = Path("/etc/schoolgate/gate.toml")

config_option = click.option(
    "--config", "gate_toml", type=click.Path(path_type=Path), default=GATE_TOML, show_default=True
)


@gate_update.command("fetch")
@config_option
def fetch_command(gate_toml: Path) -> None:
    """Fetch the software that the orders want, if it is time to. With network, without devices."""
    # What RAUC asks is answered by this same program, and needs none of this.
    from device.updating.https_client import HttpsServer
    from device.updating.order_follower import OrderFollower, Places, describe

    follower = OrderFollower(Places(gate_toml, slot_service.KEPT.parent), this_gate())
    broker = follower.config.broker
    server = HttpsServer(follower.config.path(broker.ca))
    click.echo(describe(follower.fetch(server.ask, time.sleep)))


@gate_update.command("follow")
@config_option
def follow_command(gate_toml: Path) -> None:
    """Install what was fetched, if it is still wanted and it is time to. Without network."""
    from device.updating.order_follower import OrderFollower, Places, describe

    click.echo(
        describe(OrderFollower(Places(gate_toml, slot_service.KEPT.parent), this_gate()).follow())
    )


main = slot_service.main
