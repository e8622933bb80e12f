"""Count changes in two counters: one for open pages, one for rosters."""

import sqlalchemy as sa

from server_bridge.store.schema.base import revision
from server_bridge.store.schema.gates import roster_revision

_REVISION = sa.select(revision.c.number)
_INCREMENT = revision.update().values(number=revision.c.number + 1)


def revision_number(connection: sa.Connection) -> int:
    """Return the counter that grows with every change that a page may show."""
    return int(connection.execute(_REVISION).scalar_one())


def increment_revision(connection: sa.Connection) -> None:
    """Increase the counter for pages, as part of this transaction."""
    connection.execute(_INCREMENT)


def roster_revision_number(connection: sa.Connection) -> int:
    """Return the counter that triggers increase whenever a roster may have to change."""
    return int(connection.execute(sa.select(roster_revision.c.number)).scalar_one())


def increment_roster_revision(connection: sa.Connection) -> None:
    """Increase the counter for rosters after a change outside the database: the card keys."""
    connection.execute(roster_revision.update().values(number=roster_revision.c.number + 1))
