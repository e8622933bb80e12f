"""What gates were told of cards, and a number that grows with all that they are told of.

Triggers, so that whoever changes these tables cannot forget it. A later migration that makes one
of them anew (SQLite: batch_alter_table) has to make its triggers again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

TOLD_OF = (
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
GROW = "UPDATE roster_revision SET number = number + 1"


def upgrade() -> None:
    """Do it."""
    op.create_table(
        "gate_rosters",
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("base_version", sa.BigInteger(), nullable=False),
        sa.Column("base", sa.LargeBinary(), nullable=False),
        sa.Column("changed", sa.String(length=64), nullable=False),
        sa.Column("full_payload", sa.LargeBinary(), nullable=False),
        sa.Column("changes_payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("scope"),
        comment="The roster of each gate, and of the scope '' the one for every gate.",
    )
    op.create_table(
        "roster_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        comment="One row; grows by triggers with every change that a roster could say.",
    )
    op.execute("INSERT INTO roster_revision (id, number) VALUES (1, 1)")
    if op.get_bind().dialect.name == "sqlite":
        for table in TOLD_OF:
            for event in ("INSERT", "UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER roster_{table}_{event.lower()} AFTER {event} ON {table} "
                    f"BEGIN {GROW}; END"
                )
        return
    op.execute(
        "CREATE FUNCTION roster_changed() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {GROW}; RETURN NULL; END $$"
    )
    for table in TOLD_OF:
        op.execute(
            f"CREATE TRIGGER roster_{table} AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION roster_changed()"
        )
