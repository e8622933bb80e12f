"""The group that commands on collections belong to."""

import click

from server_bridge.command.deadlines import add_endings
from server_bridge.store.reports.submissions import COLLECTIONS


@click.group("collection")
def collection_group() -> None:
    """Lists that a unit collects from all schools below it, until a deadline."""


add_endings(collection_group, COLLECTIONS)
