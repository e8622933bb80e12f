"""The database: migrated by Alembic to the tables that the code declares."""

from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from server_bridge.store.database import Database, StoreError
from server_bridge.store.schema.tables import metadata


def test_an_unmigrated_database_is_refused_until_it_is_migrated(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path}/bridge.db")) as database:
        with pytest.raises(StoreError, match="gate-bridge init"):
            database.check_migrated()
        database.migrate()
        database.check_migrated()
        command.stamp(database._alembic(), "base")
        with pytest.raises(StoreError, match="this program needs 0001"):
            database.check_migrated()


def test_migrations_create_the_tables_that_the_code_declares(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
