"""Collections of lists: what was asked, what schools sent, who locked and reopened."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"


def upgrade() -> None:
    """Do it."""
    op.create_table(
        "documents",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
        comment="Files by their content, each once.",
    )
    op.create_table(
        "collections",
        sa.Column(
            "collection", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("as_of_ms", sa.BigInteger(), nullable=False),
        sa.Column("deadline_ms", sa.BigInteger(), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.String(length=200), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"]),
        sa.PrimaryKeyConstraint("collection"),
        comment="Lists that a unit asks of all schools below it.",
    )
    op.create_table(
        "collection_events",
        sa.Column("event", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "collection", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("deadline_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["collection"], ["collections.collection"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"]),
        sa.PrimaryKeyConstraint("event"),
        comment="Saved, submitted, locked, reopened: who, when, why. A school's state follows.",
    )
    op.create_index(
        "collection_events_by_unit", "collection_events", ["collection", "unit_id"], unique=False
    )
    op.create_table(
        "drafts",
        sa.Column(
            "collection", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("plan_name", sa.String(length=200), nullable=True),
        sa.Column("plan_sha256", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["collection"], ["collections.collection"]),
        sa.ForeignKeyConstraint(["plan_sha256"], ["documents.sha256"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"]),
        sa.PrimaryKeyConstraint("collection", "unit_id"),
        comment="What a school has prepared and not submitted yet.",
    )
    op.create_table(
        "submissions",
        sa.Column("event", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_sha256", sa.String(length=64), nullable=False),
        sa.Column("plan_name", sa.String(length=200), nullable=False),
        sa.Column("plan_sha256", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["collection_events.event"]),
        sa.ForeignKeyConstraint(["list_sha256"], ["documents.sha256"]),
        sa.ForeignKeyConstraint(["plan_sha256"], ["documents.sha256"]),
        sa.PrimaryKeyConstraint("event"),
        comment="The list as it was and the plan beside it. `digest`: of the people in the list.",
    )
    op.create_table(
        "submission_counts",
        sa.Column("event", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["submissions.event"]),
        sa.PrimaryKeyConstraint("event", "kind", "level"),
        comment="How many people of each level a submitted list has; level 0: not known.",
    )
    # ### end Alembic commands ###
