"""A school's hours, entries by hand, roll-calls; and when each card first came in on a day."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

FILL = """
UPDATE presence SET first_in_ms = found.first_in_ms FROM (
    SELECT unit_id, day, card_id, min(filed_ms) AS first_in_ms FROM crossings
    WHERE verdict = 'admitted_in' GROUP BY unit_id, day, card_id
) AS found
WHERE presence.unit_id = found.unit_id AND presence.day = found.day
AND presence.card_id = found.card_id
"""


def upgrade() -> None:
    """Do it."""
    op.add_column("presence", sa.Column("first_in_ms", sa.BigInteger(), nullable=True))
    op.execute(FILL)
    op.create_table(
        "school_hours",
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("account", _KEY, nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.account"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"]),
        sa.PrimaryKeyConstraint("unit_id"),
        comment="When a school's bell rings, in minutes after local midnight; without a row: "
        "7:00-16:30.",
    )
    _by_hand()
    _roll_calls()


def _by_hand() -> None:
    op.create_table(
        "manual_crossings",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("person", _KEY, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("account", _KEY, nullable=False),
        sa.Column("noted_ms", sa.BigInteger(), nullable=False),
        sa.Column("withdraws", _KEY, nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.account"]),
        sa.ForeignKeyConstraint(["person"], ["people.person"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"]),
        sa.ForeignKeyConstraint(["withdraws"], ["manual_crossings.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("withdraws"),
        comment="Forgotten cards, written by the office; rows are added only. `withdraws`: takes "
        "another row back. What gates recorded is elsewhere and stays as it is.",
    )
    op.create_index("manual_crossings_by_day", "manual_crossings", ["unit_id", "day"])
    op.create_index("manual_crossings_by_person", "manual_crossings", ["person", "day"])


def _roll_calls() -> None:
    op.create_table(
        "roll_calls",
        sa.Column("roll_call", _KEY, nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("begun_ms", sa.BigInteger(), nullable=False),
        sa.Column("begun_by", _KEY, nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", _KEY, nullable=True),
        sa.ForeignKeyConstraint(["begun_by"], ["accounts.account"]),
        sa.ForeignKeyConstraint(["closed_by"], ["accounts.account"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"]),
        sa.PrimaryKeyConstraint("roll_call"),
        comment="Who is there, after a fire alarm; at most one at a time of a school.",
    )
    op.create_index("roll_calls_by_unit", "roll_calls", ["unit_id", "begun_ms"])
    still_open = sa.text("closed_ms IS NULL")
    op.create_index(
        "roll_calls_open",
        "roll_calls",
        ["unit_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_table(
        "roll_call_ticks",
        sa.Column("roll_call", _KEY, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("person", _KEY, nullable=True),
        sa.Column("card_id", sa.String(length=16), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("group_name", sa.String(length=40), nullable=True),
        sa.Column("expected", sa.Boolean(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=True),
        sa.Column("ticked_ms", sa.BigInteger(), nullable=True),
        sa.Column("ticked_by", _KEY, nullable=True),
        sa.ForeignKeyConstraint(["person"], ["people.person"]),
        sa.ForeignKeyConstraint(["roll_call"], ["roll_calls.roll_call"]),
        sa.ForeignKeyConstraint(["ticked_by"], ["accounts.account"]),
        sa.PrimaryKeyConstraint("roll_call", "line"),
        comment="The list as it was at the alarm, in its order, and who of it was found. "
        "`expected`: was inside by the records. Without a person: a card that is nobody's here.",
    )
