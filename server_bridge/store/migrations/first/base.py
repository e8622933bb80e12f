"""Create the tables of units, gates, ledgers, crossings and their counts."""

import sqlalchemy as sa
from alembic import op


def create() -> None:
    """Create the tables and their indexes."""
    op.create_table(
        "dead_letter_counts",
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("letters", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "reason"),
    )
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("heard_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        comment="Messages set aside, the newest few of each topic.",
    )
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        comment="One row; grows with every change that a page could show.",
    )
    op.create_table(
        "units",
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("parent_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("unit_id"),
        comment="The organisation tree; a school is a leaf.",
    )
    op.create_table(
        "viewers",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("added_ms", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("name"),
        comment="Certificates that may read the counts topics; with a unit, its own and those below, and the health of the gates there.",
    )
    op.create_table(
        "cards",
        sa.Column("card_id", sa.String(length=16), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("not_before", sa.Date(), nullable=False),
        sa.Column("expires", sa.Date(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("issued_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("card_id"),
    )
    op.create_table(
        "counts",
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("entered", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("inside", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("unit_id", "day", "kind"),
        comment="Per unit of the whole tree, day and kind; above schools, the sum of the schools.",
    )
    op.create_index("counts_by_day", "counts", ["day"], unique=False)
    op.create_table(
        "gates",
        sa.Column("gate_id", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("added_ms", sa.BigInteger(), nullable=False),
        sa.Column("shut_out", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("public_key", sa.String(length=200), nullable=True),
        sa.Column("retired_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("gate_id"),
    )
    op.create_table(
        "presence",
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("card_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.Column("first_in_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_ledger", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("unit_id", "day", "card_id"),
        comment="Each card's first way in and last crossing of a day at a school, from crossings.",
    )
    op.create_table(
        "refusals",
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("scans", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("unit_id", "day", "code"),
    )
    op.create_index("refusals_by_day", "refusals", ["day"], unique=False)
    op.create_table(
        "gate_health",
        sa.Column("gate_id", sa.String(length=40), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("heard_ms", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gate_id"],
            ["gates.gate_id"],
        ),
        sa.PrimaryKeyConstraint("gate_id"),
    )
    op.create_table(
        "ledgers",
        sa.Column("ledger", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gate_id", sa.String(length=40), nullable=False),
        sa.Column("ledger_id", sa.String(length=32), nullable=False),
        sa.Column("stored_through", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("missing", sa.BigInteger(), nullable=False),
        sa.Column("proven_from", sa.BigInteger(), nullable=False),
        sa.Column("proven_chain", sa.String(length=64), nullable=False),
        sa.Column("first_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_crossing_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["gate_id"],
            ["gates.gate_id"],
        ),
        sa.PrimaryKeyConstraint("ledger"),
        comment="How far each ledger is stored. From `proven_from` on its chain is proven.",
    )
    op.create_index("ledgers_identity", "ledgers", ["gate_id", "ledger_id"], unique=True)
    op.create_table(
        "boots",
        sa.Column("ledger", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("boot_id", sa.String(length=32), nullable=False),
        sa.Column("offset_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ledger"],
            ["ledgers.ledger"],
        ),
        sa.PrimaryKeyConstraint("ledger", "boot_id"),
        comment="UTC minus boot time, for boots whose clock was synchronised.",
    )
    op.create_table(
        "crossings",
        sa.Column("ledger", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("boot_id", sa.String(length=32), nullable=False),
        sa.Column("up_ms", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.Column("clock", sa.String(length=10), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("card_id", sa.String(length=16), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=True),
        sa.Column("direction", sa.String(length=3), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("filed_ms", sa.BigInteger(), nullable=False),
        sa.Column("filed_clock", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["ledger"],
            ["ledgers.ledger"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("ledger", "seq"),
        comment="Records as the gate wrote them; the bridge sets the last three columns.",
    )
    op.create_index("crossings_by_day", "crossings", ["unit_id", "day"], unique=False)
    op.create_table(
        "signed_heads",
        sa.Column("ledger", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["ledger"],
            ["ledgers.ledger"],
        ),
        sa.PrimaryKeyConstraint("ledger", "day"),
        comment="The last head of each day that a gate has signed.",
    )
