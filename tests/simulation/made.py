"""The tables of a new ledger, made by the shipping migrations once and remembered.

A run begins a few ledgers, and to work out their tables anew costs more than all else that a gate
does when it starts.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from unittest.mock import patch

import sqlite_utils

from device.ledger import file


@contextmanager
def migrations_remembered() -> Iterator[None]:
    """Within, an empty file gets the same statements that the migrations came to before."""
    apply = file.schema.apply
    with closing(sqlite3.connect(":memory:")) as once:
        apply(sqlite_utils.Database(once))
        statements = [line for line in once.iterdump() if line.startswith(("CREATE", "INSERT"))]

    def remembered(db: sqlite_utils.Database) -> None:
        if db.conn.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,):
            for statement in statements:
                db.conn.execute(statement)
        else:
            apply(db)

    with patch.object(file.schema, "apply", remembered):
        yield
