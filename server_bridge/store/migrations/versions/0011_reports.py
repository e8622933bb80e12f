"""What reports are read from, what schools confirm, and notes of appeal."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_FIGURES = (
    *("days", "odd_days", "enrolled", "scanned", "present", "late", "left_early"),
    *("entered", "left", "cards", "no_exit", "no_entry"),
)
_GATE_FIGURES = ("days", "entered", "left", "refused")

FILL = """
INSERT INTO report_days (unit_id, day, due)
SELECT unit_id, day, day FROM counts
WHERE unit_id IN (SELECT unit_id FROM units WHERE level = 'school')
UNION
SELECT unit_id, day, day FROM refusals
WHERE unit_id IN (SELECT unit_id FROM units WHERE level = 'school')
"""
"""Every day so far is to be tallied, once."""


def upgrade() -> None:
    """Do it."""
    op.create_table(
        "report_days",
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("tallied_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"]),
        sa.PrimaryKeyConstraint("unit_id", "day"),
        comment="Each school's days, and from which day on one is to be tallied (again): its own "
        "when something of it changed, the next while it is not over, NULL when its figures stand.",
    )
    op.create_index("report_days_due", "report_days", ["due"])
    op.execute(FILL)
    _tallies()
    _requests()
    _appeals()


def _tallies() -> None:
    op.create_table(
        "tallies",
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("span", sa.String(length=5), nullable=False),
        sa.Column("group_name", sa.String(length=40), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _FIGURES),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"]),
        sa.PrimaryKeyConstraint("unit_id", "span", "group_name", "first_day", "kind"),
        comment="Per unit of the whole tree, day and month (`span`), kind, and at schools also "
        "class; `store/figures.py` says what is counted.",
    )
    op.create_table(
        "tally_refusals",
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("span", sa.String(length=5), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("scans", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"]),
        sa.PrimaryKeyConstraint("unit_id", "span", "first_day", "code"),
    )
    op.create_table(
        "tally_gates",
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("span", sa.String(length=5), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("gate_id", sa.String(length=40), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _GATE_FIGURES),
        sa.ForeignKeyConstraint(["gate_id"], ["gates.gate_id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"]),
        sa.PrimaryKeyConstraint("unit_id", "span", "first_day", "gate_id"),
        comment="What each gate recorded at its school.",
    )


def _requests() -> None:
    op.create_table(
        "report_requests",
        sa.Column("request", _KEY, nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("deadline_ms", sa.BigInteger(), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"]),
        sa.PrimaryKeyConstraint("request"),
        comment="Figures that a unit asks all schools below it to confirm.",
    )
    op.create_table(
        "report_events",
        sa.Column("event", _KEY, nullable=False),
        sa.Column("request", _KEY, nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("deadline_ms", sa.BigInteger(), nullable=True),
        sa.Column("figures", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["request"], ["report_requests.request"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"]),
        sa.PrimaryKeyConstraint("event"),
        comment="Confirmed, locked, reopened: rows are added only. `figures`: those confirmed.",
    )
    op.create_index("report_events_by_unit", "report_events", ["request", "unit_id"])


def _appeals() -> None:
    op.create_table(
        "appeals",
        sa.Column("appeal", _KEY, nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("person", _KEY, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("account", _KEY, nullable=False),
        sa.Column("noted_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.account"]),
        sa.ForeignKeyConstraint(["person"], ["people.person"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"]),
        sa.PrimaryKeyConstraint("appeal"),
        comment="What the office notes on a day of somebody's record; rows are added only, and "
        "change no figure.",
    )
    op.create_index("appeals_by_unit", "appeals", ["unit_id", "day"])
