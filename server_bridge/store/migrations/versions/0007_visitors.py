"""Sealed words about visitors, and the log of who opened them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Do it."""
    op.create_table(
        "visitor_words",
        sa.Column("ledger", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ledger"],
            ["ledgers.ledger"],
        ),
        sa.PrimaryKeyConstraint("ledger", "seq"),
        comment="Words beside a crossing, sealed. Erased ones are NULL; the chain needs `seal` "
        "only.",
    )
    op.create_table(
        "visitor_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("by_whom", sa.String(length=100), nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=True),
        sa.Column("from_day", sa.Date(), nullable=True),
        sa.Column("until_day", sa.Date(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        comment="Who opened or erased sealed words, of which days, and why. Days are inclusive.",
    )
