"""The `gate-update` command: install bundles, look after the slots, follow the orders.

RAUC runs this program for each of its questions. So every command imports only what it needs.
"""

import sys
import time
from pathlib import Path

import click

from gate_contract.errors import SchoolgateError

GATE_TOML = Path("/etc/schoolgate/gate.toml")

config_option = click.option(
    "--config", "gate_toml", type=click.Path(path_type=Path), default=GATE_TOML, show_default=True
)


@click.group()
def gate_update() -> None:
    """Update the software of this gate."""


@gate_update.command("install")
@click.argument("bundle", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def install_command(bundle: Path) -> None:
    """Verify a bundle and write it into the slot that does not run."""
    from device.updating.slot_service import install, this_gate

    install(bundle, this_gate())
    click.echo("installed; it is tried at the next quiet time")


@gate_update.command("tend")
def tend_command() -> None:
    """Keep, try or leave a slot; gate-update.service runs this after each boot and each hour."""
    from device.updating.slot_service import tend, this_gate

    click.echo(tend(this_gate()))


@gate_update.command("go-back")
def go_back_command() -> None:
    """Reboot into the previous slot if the running one is on trial."""
    from device.updating.slot_service import this_gate

    gate = this_gate()
    if gate.slots.running is not gate.slots.committed():
        gate.run(["systemctl", "reboot"])


@gate_update.command("backend", context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1)
def backend_command(words: tuple[str, ...]) -> None:
    """Answer a question of RAUC's about the slots."""
    from device.updating.slot_service import this_gate

    click.echo(this_gate().slots.answer(list(words)))


@gate_update.command("fetch")
@config_option
def fetch_command(gate_toml: Path) -> None:
    """Download the update that the orders want, if it is time. With network, without devices."""
    from device.updating.https_client import HttpsServer
    from device.updating.order_follower import OrderFollower, Places, describe
    from device.updating.slot_service import KEPT, this_gate

    follower = OrderFollower(Places(gate_toml, KEPT.parent), this_gate())
    broker = follower.config.broker
    server = HttpsServer(follower.config.path(broker.ca))
    click.echo(describe(follower.fetch(server.ask, time.sleep)))


@gate_update.command("follow")
@config_option
def follow_command(gate_toml: Path) -> None:
    """Install a downloaded update, if the orders still want it and it is time. No network."""
    from device.updating.order_follower import OrderFollower, Places, describe
    from device.updating.slot_service import KEPT, this_gate

    click.echo(describe(OrderFollower(Places(gate_toml, KEPT.parent), this_gate()).follow()))


def main() -> None:
    """Run the command; print an error of ours as one line, without a traceback."""
    try:
        gate_update()
    except SchoolgateError as error:
        sys.exit(f"gate-update: {error}")
