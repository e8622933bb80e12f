"""Alembic's entry point: runs migrations on the engine that `Database` hands over."""

from alembic import context

from server_bridge.store import (  # they add their tables to the metadata
    access_schema,  # noqa: F401 (as above)
    arrivals_schema,  # noqa: F401 (as above)
    gate_changes_schema,  # noqa: F401 (as above)
    gate_roster_schema,  # noqa: F401 (as above)
    people_schema,  # noqa: F401 (as above)
    report_schema,  # noqa: F401 (as above)
    school_schema,  # noqa: F401 (as above)
    submissions_schema,  # noqa: F401 (as above)
    visitor_schema,  # noqa: F401 (as above)
)
from server_bridge.store.schema import metadata

engine = context.config.attributes["engine"].execution_options(schoolgate_writes=True)

with engine.connect() as connection, connection.begin():
    context.configure(connection=connection, target_metadata=metadata, compare_type=True)
    context.run_migrations()
