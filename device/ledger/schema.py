"""The tables of the ledger, with one migration for each change."""

import sqlite3

import sqlite_utils

migrations = sqlite_utils.Migrations("ledger")


@migrations()
def first(db: sqlite_utils.Database) -> None:
    """Create the tables of version 0.1."""
    db.table("ledger").create(
        {"id": int, "gate_id": str, "ledger_id": str, "created_at": str}, pk="id"
    )
    db.table("records").create(
        {
            "seq": int,
            "boot_id": str,
            "up_ms": int,
            "at": int,
            "clock": str,
            "verdict": str,
            "card_id": str,
            "kind": str,
            "direction": str,
            "count": int,
            "chain": bytes,
        },
        pk="seq",
        not_null={"boot_id", "up_ms", "clock", "verdict", "count", "chain"},
    )
    db.table("records").create_index(["card_id", "seq"])
    db.table("boots").create({"boot_id": str, "offset_ms": int}, pk="boot_id")
    db.table("delivery").create({"id": int, "receipted": int}, pk="id")
    db.table("delivery").insert({"id": 1, "receipted": 0})
    db.table("proof").create({"id": int, "up_ms": int}, pk="id")


@migrations()
def sealed_words(db: sqlite_utils.Database) -> None:
    """Add a column for the encrypted details of visitors."""
    db.table("records").add_column("sealed", bytes)


def migrate(connection: sqlite3.Connection) -> None:
    """Apply the missing migrations within the caller's transaction."""
    migrations.apply(sqlite_utils.Database(connection))
