"""Alembic's entry point: runs migrations in a transaction of `Database`."""

from alembic import context

from server_bridge.store import (  # they add their tables to the metadata
    access_schema,  # noqa: F401 (as above)
    alerts_schema,  # noqa: F401 (as above)
    arrivals_schema,  # noqa: F401 (as above)
    fleet_schema,  # noqa: F401 (as above)
    gate_changes_schema,  # noqa: F401 (as above)
    gate_roster_schema,  # noqa: F401 (as above)
    log_schema,  # noqa: F401 (as above)
    people_schema,  # noqa: F401 (as above)
    report_schema,  # noqa: F401 (as above)
    school_schema,  # noqa: F401 (as above)
    submissions_schema,  # noqa: F401 (as above)
    tokens_schema,  # noqa: F401 (as above)
    visitor_schema,  # noqa: F401 (as above)
)
from server_bridge.store.schema import metadata

with context.config.attributes["write"]() as connection:
    context.configure(connection=connection, target_metadata=metadata, compare_type=True)
    context.run_migrations()
