"""Updates that the bridge takes through the fleet by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Do it."""
    op.create_table(
        "rollouts",
        sa.Column("rollout", _KEY, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=True),
        sa.Column("first_gates", sa.Text(), nullable=False),
        sa.Column("need_ms", sa.BigInteger(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("gate_id", sa.String(length=40), nullable=True),
        sa.Column("fault", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["gate_id"], ["gates.gate_id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"]),
        sa.PrimaryKeyConstraint("rollout"),
        comment="Updates that the bridge takes from one gate to ten to all by itself; at most one "
        "is `running`. `wanted`: JSON of the update; `need_ms`: how long gates have to be well "
        "with it before others are told; `gate_id`, `fault`: what stopped it.",
    )
    op.create_table(
        "rollout_gates",
        sa.Column("rollout", _KEY, nullable=False),
        sa.Column("gate_id", sa.String(length=40), nullable=False),
        sa.Column("told_ms", sa.BigInteger(), nullable=False),
        sa.Column("faults", sa.String(length=300), nullable=False),
        sa.Column("well_ms", sa.BigInteger(), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["gate_id"], ["gates.gate_id"]),
        sa.ForeignKeyConstraint(["rollout"], ["rollouts.rollout"]),
        sa.PrimaryKeyConstraint("rollout", "gate_id"),
        comment="The gates that were told. `faults`: what was wrong before; `well_ms`: how long it "
        "has been online with the new version since, without anything new; `seen_ms`: seen so "
        "last.",
    )
