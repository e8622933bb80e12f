"""Create the first tables."""

from alembic import op

from server_bridge.store.migrations.first import (
    access,
    alerts,
    base,
    crossings,
    gates,
    people,
    reports,
    roster_triggers,
    school,
)

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables, the triggers that count roster changes, and the counters' rows."""
    for tables in (base, people, access, crossings, gates, alerts, reports, school):
        tables.create()
    op.execute("INSERT INTO revision (id, number) VALUES (1, 0)")
    op.execute("INSERT INTO roster_revision (id, number) VALUES (1, 1)")
    roster_triggers.create()
