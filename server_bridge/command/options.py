"""Options that several commands share."""

from pathlib import Path

import click

DEFAULT_HOME = Path("/var/lib/schoolgate-bridge")

home_option = click.option(
    "--home",
    "folder",
    type=click.Path(path_type=Path),
    default=DEFAULT_HOME,
    envvar="GATE_BRIDGE_HOME",
    show_default=True,
    help="The bridge's folder.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
