"""Create the tables of school hours, entries by hand and roll-calls."""

import sqlalchemy as sa
from alembic import op


def create() -> None:
    """Create the tables and their indexes."""
    op.create_table(
        "manual_crossings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("person", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("account", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("noted_ms", sa.BigInteger(), nullable=False),
        sa.Column("withdraws", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["account"],
            ["accounts.account"],
        ),
        sa.ForeignKeyConstraint(
            ["person"],
            ["people.person"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.ForeignKeyConstraint(
            ["withdraws"],
            ["manual_crossings.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("withdraws"),
        comment="Forgotten cards, written by the office; rows are added only. `withdraws`: takes another row back. What gates recorded is elsewhere and stays as it is.",
    )
    op.create_index("manual_crossings_by_day", "manual_crossings", ["unit_id", "day"], unique=False)
    op.create_index(
        "manual_crossings_by_person", "manual_crossings", ["person", "day"], unique=False
    )
    op.create_table(
        "roll_calls",
        sa.Column(
            "roll_call", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("begun_ms", sa.BigInteger(), nullable=False),
        sa.Column("begun_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["begun_by"],
            ["accounts.account"],
        ),
        sa.ForeignKeyConstraint(
            ["closed_by"],
            ["accounts.account"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("roll_call"),
        comment="Roll-calls after an alarm; at most one open one of a school.",
    )
    op.create_index("roll_calls_by_unit", "roll_calls", ["unit_id", "begun_ms"], unique=False)
    op.create_index(
        "roll_calls_open",
        "roll_calls",
        ["unit_id"],
        unique=True,
        sqlite_where=sa.text("closed_ms IS NULL"),
        postgresql_where=sa.text("closed_ms IS NULL"),
    )
    op.create_table(
        "school_hours",
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("account", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["accounts.account"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("unit_id"),
        comment="When lessons begin and end, in minutes after local midnight; without a row: 7:00-16:30.",
    )
    op.create_table(
        "roll_call_ticks",
        sa.Column(
            "roll_call", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("person", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("card_id", sa.String(length=16), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("group_name", sa.String(length=40), nullable=True),
        sa.Column("expected", sa.Boolean(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=True),
        sa.Column("ticked_ms", sa.BigInteger(), nullable=True),
        sa.Column("ticked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["person"],
            ["people.person"],
        ),
        sa.ForeignKeyConstraint(
            ["roll_call"],
            ["roll_calls.roll_call"],
        ),
        sa.ForeignKeyConstraint(
            ["ticked_by"],
            ["accounts.account"],
        ),
        sa.PrimaryKeyConstraint("roll_call", "line"),
        comment="The list as it was at the alarm, in its order, and who of it was found. `expected`: was inside by the records. Without a person: a card not assigned to anybody of this school.",
    )
