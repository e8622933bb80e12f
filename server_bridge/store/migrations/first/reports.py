"""Create the tables of report tallies, requests and submissions."""

import sqlalchemy as sa
from alembic import op


def create() -> None:
    """Create the tables and their indexes."""
    op.create_table(
        "documents",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
        comment="Files by their content, each once.",
    )
    op.create_table(
        "appeals",
        sa.Column("appeal", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("person", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("account", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("noted_ms", sa.BigInteger(), nullable=False),
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
        sa.PrimaryKeyConstraint("appeal"),
        comment="What the office notes on a day of somebody's record; rows are added only, and change no figure.",
    )
    op.create_index("appeals_by_unit", "appeals", ["unit_id", "day"], unique=False)
    op.create_table(
        "collections",
        sa.Column(
            "collection", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("deadline_ms", sa.BigInteger(), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.String(length=200), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.Column("as_of_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("collection"),
        comment="Lists that a unit asks of all schools below it.",
    )
    op.create_table(
        "report_days",
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("tallied_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("unit_id", "day"),
        comment="Each school's days, and from which day on one is to be tallied (again): its own when something of it changed, the next while it is not over, NULL when its figures stand.",
    )
    op.create_index("report_days_due", "report_days", ["due"], unique=False)
    op.create_table(
        "report_requests",
        sa.Column("request", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("deadline_ms", sa.BigInteger(), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.String(length=200), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("request"),
        comment="Figures that a unit asks all schools below it to confirm.",
    )
    op.create_table(
        "staff_months",
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("person", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("came", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("by_hand", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"],
            ["people.person"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("unit_id", "first_day", "person"),
        comment="A school's staff month by month, each figure a set of its days: 1 is the first, 2 the second, 4 the third. `store/staff_months.py` says of which.",
    )
    op.create_table(
        "tallies",
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("span", sa.String(length=5), nullable=False),
        sa.Column("group_name", sa.String(length=40), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("odd_days", sa.BigInteger(), nullable=False),
        sa.Column("enrolled", sa.BigInteger(), nullable=False),
        sa.Column("scanned", sa.BigInteger(), nullable=False),
        sa.Column("present", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.BigInteger(), nullable=False),
        sa.Column("left_early", sa.BigInteger(), nullable=False),
        sa.Column("entered", sa.BigInteger(), nullable=False),
        sa.Column("left", sa.BigInteger(), nullable=False),
        sa.Column("cards", sa.BigInteger(), nullable=False),
        sa.Column("no_exit", sa.BigInteger(), nullable=False),
        sa.Column("no_entry", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("unit_id", "span", "group_name", "first_day", "kind"),
        comment="Per unit of the whole tree, day and month (`span`), kind, and at schools also class; `store/figures.py` says what is counted.",
    )
    op.create_table(
        "tally_refusals",
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("span", sa.String(length=5), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("scans", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("unit_id", "span", "first_day", "code"),
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
        sa.ForeignKeyConstraint(
            ["collection"],
            ["collections.collection"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
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
        sa.ForeignKeyConstraint(
            ["collection"],
            ["collections.collection"],
        ),
        sa.ForeignKeyConstraint(
            ["plan_sha256"],
            ["documents.sha256"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("collection", "unit_id"),
        comment="What a school has prepared and not submitted yet.",
    )
    op.create_table(
        "report_events",
        sa.Column("event", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("request", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("deadline_ms", sa.BigInteger(), nullable=True),
        sa.Column("figures", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["request"],
            ["report_requests.request"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("event"),
        comment="Confirmed, locked, reopened: rows are added only. `figures`: those confirmed.",
    )
    op.create_index("report_events_by_unit", "report_events", ["request", "unit_id"], unique=False)
    op.create_table(
        "tally_gates",
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("span", sa.String(length=5), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("gate_id", sa.String(length=40), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("entered", sa.BigInteger(), nullable=False),
        sa.Column("left", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gate_id"],
            ["gates.gate_id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("unit_id", "span", "first_day", "gate_id"),
        comment="What each gate recorded at its school.",
    )
    op.create_table(
        "submissions",
        sa.Column("event", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_sha256", sa.String(length=64), nullable=False),
        sa.Column("plan_name", sa.String(length=200), nullable=False),
        sa.Column("plan_sha256", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["event"],
            ["collection_events.event"],
        ),
        sa.ForeignKeyConstraint(
            ["list_sha256"],
            ["documents.sha256"],
        ),
        sa.ForeignKeyConstraint(
            ["plan_sha256"],
            ["documents.sha256"],
        ),
        sa.PrimaryKeyConstraint("event"),
        comment="The list as it was and the plan beside it. `digest`: of the people in the list.",
    )
    op.create_table(
        "submission_counts",
        sa.Column("event", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event"],
            ["submissions.event"],
        ),
        sa.PrimaryKeyConstraint("event", "kind", "level"),
        comment="How many people of each level a submitted list has; level 0: not known.",
    )
