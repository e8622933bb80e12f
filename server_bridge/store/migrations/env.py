"""Alembic's entry point: runs migrations in a transaction of `Database`."""

from alembic import context

from server_bridge.store.schema.tables import metadata

with context.config.attributes["write"]() as connection:
    context.configure(connection=connection, target_metadata=metadata, compare_type=True)
    context.run_migrations()
