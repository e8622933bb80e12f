"""The staff's yearly record, kept by month."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

FILL = """
UPDATE report_days SET due = day
WHERE EXISTS (
    SELECT 1 FROM tallies
    WHERE tallies.unit_id = report_days.unit_id AND tallies.span = 'day'
    AND tallies.group_name = '' AND tallies.first_day = report_days.day
    AND tallies.kind = 'staff' AND tallies.days > 0
)
"""
"""Every day on which staff was there is to be tallied, once more."""


def upgrade() -> None:
    """Do it."""
    op.create_table(
        "staff_months",
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("person", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("days", "came", "left", "by_hand")
        ),
        sa.ForeignKeyConstraint(["person"], ["people.person"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.unit_id"]),
        sa.PrimaryKeyConstraint("unit_id", "first_day", "person"),
        comment="A school's staff month by month, each figure a set of its days: 1 is the first, "
        "2 the second, 4 the third. `store/staff_months.py` says of which.",
    )
    op.execute(FILL)
