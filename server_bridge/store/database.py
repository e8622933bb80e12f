"""Connect to the district's database: SQLite by default, PostgreSQL by URL."""

import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import Insert

from gate_contract.errors import SchoolgateError

BUSY_MS = 10_000
LOG_BYTES = 4_000_000
"""The size that SQLite's write-ahead log is truncated to when it restarts.

It restarts at a thousand pages (4,120,032 bytes) unless a reader is active. Without a limit, the
file would keep the largest size that it ever had.
"""


class StoreError(SchoolgateError):
    """The database cannot be reached, read or written now; nothing was changed."""


class Database:
    """Gives access to the database, with one write transaction at a time.

    SQLite: WAL, `synchronous=FULL`, writers begin IMMEDIATE. With either database, changes are on
    disk once `write` has ended without an exception.
    """

    def __init__(self, url: str | sa.URL) -> None:
        try:
            self.url = sa.make_url(url)
        except sa.exc.ArgumentError as error:
            raise _unknown(url) from error
        try:
            # Parameters contain card ids, which must not be logged.
            self._engine = sa.create_engine(self.url, pool_pre_ping=True, hide_parameters=True)
        except (sa.exc.ArgumentError, ModuleNotFoundError) as error:
            raise _unknown(url) from error
        # A command ends without `close`: its connections are closed with the object.
        weakref.finalize(self, self._engine.dispose)
        self._is_sqlite = self.url.get_backend_name() == "sqlite"
        if self._is_sqlite:
            sa.event.listen(self._engine, "connect", _prepare_sqlite)
            self._reader = self._engine
        else:
            self._reader = self._engine.execution_options(isolation_level="REPEATABLE READ")

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Open a connection that sees one state of the database. Raises StoreError."""
        with self._transaction(self._reader, "BEGIN") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Open a transaction, committed at the end, rolled back on errors. Raises StoreError."""
        with self._transaction(self._engine, "BEGIN IMMEDIATE") as connection:
            yield connection

    def migrate(self) -> None:
        """Create the tables, or migrate older ones. Raises StoreError."""
        with _explained():
            command.upgrade(self._alembic(), "head")

    def check_migrated(self) -> None:
        """Check that the tables are those of this version; raise StoreError otherwise."""
        with self.read() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
        wanted = ScriptDirectory.from_config(self._alembic()).get_current_head()
        if found != wanted:
            raise StoreError(
                f"the database is at version {found}, this program needs {wanted}. "
                "Run: gate-bridge init"
            )

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self, engine: sa.Engine, sqlite_begins: str) -> Iterator[sa.Connection]:
        with _explained(), engine.connect() as connection, connection.begin():
            if self._is_sqlite:
                connection.exec_driver_sql(sqlite_begins)
            yield connection

    def _alembic(self) -> AlembicConfig:
        config = AlembicConfig()
        config.set_main_option("script_location", "server_bridge.store:migrations")
        config.attributes["write"] = self.write
        return config


def _unknown(url: object) -> StoreError:
    return StoreError(
        f"database.url {str(url)!r} cannot be used; write sqlite:///bridge.db, or "
        "postgresql+psycopg://user:password@host/name"
    )


def upsert(
    connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]], *, add: bool = False
) -> None:
    """Insert rows; if the primary key exists, replace the other columns.

    With `add`, add to the other columns instead, which must be numbers.
    """
    if rows:
        connection.execute(_upsert(connection.dialect.name, table, tuple(rows[0]), add), rows)


@cache  # few statements, each of about a hundred objects in reference cycles
def _upsert(dialect: str, table: sa.Table, names: tuple[str, ...], add: bool) -> Insert:
    insert: Any = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    keys = [column.name for column in table.primary_key]
    changes = {
        name: table.c[name] + insert.excluded[name] if add else insert.excluded[name]
        for name in names
        if name not in keys
    }
    statement: Insert = insert.on_conflict_do_update(index_elements=keys, set_=changes)
    return statement


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # `_transaction` begins transactions explicitly
    connection.executescript(
        f"PRAGMA busy_timeout={BUSY_MS}; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA mmap_size=0;"
        f"PRAGMA journal_size_limit={LOG_BYTES};"
    )


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if isinstance(error, sa.exc.IntegrityError | sa.exc.ProgrammingError | sa.exc.DataError):
            raise  # a bug, not a failure of the database
        raise StoreError(
            f"the database: {error.orig}. Check that it is running, its disk has space and this "
            "user may write to it."
        ) from error
