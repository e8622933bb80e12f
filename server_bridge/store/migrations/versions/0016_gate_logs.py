"""Logs that gates were asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Do it."""
    op.create_table(
        "gate_logs",
        sa.Column("gate_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("heard_ms", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["gate_id"], ["gates.gate_id"]),
        sa.PrimaryKeyConstraint("gate_id", "number"),
        comment="Asked for by an order; no names, no cards. The newest few of each gate.",
    )
