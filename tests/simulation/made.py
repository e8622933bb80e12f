"""Cache the tables of a new ledger, made by the shipping migrations.

A run creates a few ledgers, and running the migrations again costs more than the rest of a gate's
start.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from unittest.mock import patch

from device.ledger import schema


@contextmanager
def migrations_remembered() -> Iterator[None]:
    """Create tables by the same statements that the migrations produced the first time."""
    migrate = schema.migrate
    with closing(sqlite3.connect(":memory:")) as once:
        migrate(once)
        statements = [line for line in once.iterdump() if line.startswith(("CREATE", "INSERT"))]

    def remembered(connection: sqlite3.Connection) -> None:
        if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,):
            for statement in statements:
                connection.execute(statement)
        else:
            migrate(connection)

    with patch.object(schema, "migrate", remembered):
        yield
