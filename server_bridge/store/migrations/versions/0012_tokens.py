"""Tokens of programs, viewers of one unit, and where Home Assistant was told of what."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Do it."""
    op.create_table(
        "tokens",
        sa.Column("token", _KEY, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("added_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=True),
        sa.Column("used_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"]),
        sa.PrimaryKeyConstraint("token"),
        sa.UniqueConstraint("token_hash"),
        comment="Programs that may read counts of a unit and of all below it. The token itself is "
        "kept by its program only.",
    )
    op.create_table(
        "discovery_topics",
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("topic"),
        comment="Where Home Assistant was ever told of a unit or a gate: the broker retains it, so "
        "it has to be taken back.",
    )
    # SQLite cannot add a foreign key to a table that is there.
    op.add_column("viewers", sa.Column("unit_id", sa.String(length=40), nullable=True))
