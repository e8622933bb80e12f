"""The gates' public keys, and the heads that they have signed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Do it."""
    op.add_column("gates", sa.Column("public_key", sa.String(length=200), nullable=True))
    op.create_table(
        "signed_heads",
        sa.Column("ledger", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["ledger"],
            ["ledgers.ledger"],
        ),
        sa.PrimaryKeyConstraint("ledger", "day"),
        comment="The last head of each day that a gate has signed.",
    )
