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
    "--config",
    "gate_toml",
    type=click.Path(path_type=Path),
    default=GATE_TOML,
    show_default=True,
    help="The gate's configuration.",
)


@click.group()
def gate_update() -> None:
    """Update the software of this gate."""


@gate_update.command("install")
@click.argument("bundle", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def install_command(bundle: Path) -> None:
    """Verify an update BUNDLE and write it into the slot that does not run.

    For installing by hand. Not from 5:00 to 18:30 except on Sundays, and not before the clock was
    set. Refuses what is unsigned, signed by others, damaged, older than the running version, or
    already given up on this gate.
    """
    from device.updating.slot_service import install, this_gate

    install(bundle, this_gate())
    click.echo("installed; it is tried at the next quiet time")


@gate_update.command("tend")
def tend_command() -> None:
    """Keep a slot on trial that works, leave one that does not, start a due trial.

    The service gate-update runs it after each boot and every half hour. A slot on trial has four
    minutes until both services run.
    """
    from device.updating.slot_service import tend, this_gate

    click.echo(tend(this_gate()))


@gate_update.command("go-back")
def go_back_command() -> None:
    """Leave a slot that is on trial by a reboot; do nothing if none is."""
    from device.updating.slot_service import this_gate

    gate = this_gate()
    if gate.slots.running is not gate.slots.committed():
        gate.run(["systemctl", "reboot"])


@gate_update.command("backend", context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1)
def backend_command(words: tuple[str, ...]) -> None:
    """Answer RAUC's questions about the slots; RAUC calls this itself.

    WORDS are RAUC's: a question such as get-primary, and its arguments.
    """
    from device.updating.slot_service import this_gate

    click.echo(this_gate().slots.answer(list(words)))


@gate_update.command("fetch")
@config_option
def fetch_command(gate_toml: Path) -> None:
    """Fetch the update that the orders name, within their hours.

    Uses the network and no devices. The service gate-fetch runs it every half hour. A download that
    was cut off continues where it stopped.
    """
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
    """Install a fetched update if the orders still name it, within their hours.

    Uses no network. The service gate-update runs it after `gate-update tend`.
    """
    from device.updating.order_follower import OrderFollower, Places, describe
    from device.updating.slot_service import KEPT, this_gate

    click.echo(describe(OrderFollower(Places(gate_toml, KEPT.parent), this_gate()).follow()))


def main() -> None:
    """Run the command; print an error of ours as one line, without a traceback."""
    try:
        gate_update()
    except SchoolgateError as error:
        sys.exit(f"gate-update: {error}")
