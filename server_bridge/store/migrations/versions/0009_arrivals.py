"""Arrivals by time of day, what befell each gate, and days found without looking at all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

FILL = """
WITH RECURSIVE line (unit_id, above) AS (
    SELECT unit_id, unit_id FROM units
    UNION ALL
    SELECT line.unit_id, units.parent_id FROM line JOIN units ON units.unit_id = line.above
    WHERE units.parent_id IS NOT NULL
)
INSERT INTO arrivals (day, unit_id, slot, entered)
SELECT crossings.day, line.above, crossings.filed_ms / 300000, count(*)
FROM crossings JOIN line ON line.unit_id = crossings.unit_id
WHERE crossings.verdict = 'admitted_in'
GROUP BY crossings.day, line.above, crossings.filed_ms / 300000
"""


def upgrade() -> None:
    """Do it. What was stored before is counted here, once."""
    op.create_table(
        "arrivals",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("entered", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("day", "unit_id", "slot"),
        comment="Entries per unit of the whole tree, local day and five minutes; `slot` counts "
        "these since 1970 (UTC).",
    )
    op.execute(FILL)
    op.create_table(
        "gate_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gate_id", sa.String(length=40), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("faults", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["gate_id"],
            ["gates.gate_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        comment="Written when a gate's health becomes another; the newest few of each gate. "
        "`state`: online, offline, or silent. `faults`: stable codes, by commas.",
    )
    op.create_index("gate_changes_by_gate", "gate_changes", ["gate_id", "id"], unique=False)
    op.create_index("counts_by_day", "counts", ["day"], unique=False)
    op.create_index("refusals_by_day", "refusals", ["day"], unique=False)
