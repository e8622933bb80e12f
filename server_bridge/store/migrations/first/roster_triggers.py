"""Create the triggers that count the changes that a roster may have to carry.

Triggers, so that no writer of these tables can forget it. A later migration that rebuilds one of
them (SQLite: batch_alter_table) has to create its triggers again.
"""

from alembic import op

ROSTER_SOURCES = (
    "area_levels",
    "areas",
    "card_holders",
    "gates",
    "level_policies",
    "notices",
    "revocations",
    "stays",
    "units",
)
INCREMENT = "UPDATE roster_revision SET number = number + 1"


def create() -> None:
    """Create the triggers: SQLite needs one for each event, PostgreSQL one for each table."""
    if op.get_bind().dialect.name == "sqlite":
        for table in ROSTER_SOURCES:
            for event in ("INSERT", "UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER roster_{table}_{event.lower()} AFTER {event} ON {table} "
                    f"BEGIN {INCREMENT}; END"
                )
        return
    op.execute(
        "CREATE FUNCTION roster_changed() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {INCREMENT}; RETURN NULL; END $$"
    )
    for table in ROSTER_SOURCES:
        op.execute(
            f"CREATE TRIGGER roster_{table} AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION roster_changed()"
        )
