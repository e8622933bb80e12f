"""Two counters that grow with changes: one for open pages, one for rosters."""

import sqlalchemy as sa

from server_bridge.store.schema.base import revision
from server_bridge.store.schema.gates import roster_revision

_REVISION = sa.select(revision.c.number)
_BUMP = revision.update().values(number=revision.c.number + 1)


def revision_number(connection: sa.Connection) -> int:
    """Return the counter that grows with every change that a page could show."""
    return int(connection.execute(_REVISION).scalar_one())


def bump(connection: sa.Connection) -> None:
    """Tell pages, as part of this transaction, that something they show has changed."""
    connection.execute(_BUMP)


def roster_revision_number(connection: sa.Connection) -> int:
    """Return the counter that grows, by triggers, whenever a roster might have to change."""
    return int(connection.execute(sa.select(roster_revision.c.number)).scalar_one())


def bump_rosters(connection: sa.Connection) -> None:
    """Have rosters made anew for something that is not in the database: the card keys."""
    connection.execute(roster_revision.update().values(number=roster_revision.c.number + 1))
