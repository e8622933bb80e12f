"""Alembic's entry point: runs migrations in a transaction of `Database`."""

from alembic import context

from server_bridge.store.access import (
    access_schema,  # noqa: F401 (its tables are there)
    tokens_schema,  # noqa: F401 (its tables are there)
)
from server_bridge.store.alerts import alerts_schema  # noqa: F401 (its tables are there)
from server_bridge.store.crossings import arrivals_schema  # noqa: F401 (its tables are there)
from server_bridge.store.gates import (
    fleet_schema,  # noqa: F401 (its tables are there)
    gate_changes_schema,  # noqa: F401 (its tables are there)
    gate_roster_schema,  # noqa: F401 (its tables are there)
    log_schema,  # noqa: F401 (its tables are there)
)
from server_bridge.store.people import (
    people_schema,  # noqa: F401 (its tables are there)
    visitor_schema,  # noqa: F401 (its tables are there)
)
from server_bridge.store.reports import (
    report_schema,  # noqa: F401 (its tables are there)
    submissions_schema,  # noqa: F401 (its tables are there)
)
from server_bridge.store.schema import metadata
from server_bridge.store.school import school_schema  # noqa: F401 (its tables are there)

with context.config.attributes["write"]() as connection:
    context.configure(connection=connection, target_metadata=metadata, compare_type=True)
    context.run_migrations()
