"""Create the tables of alerts and their messages."""

import sqlalchemy as sa
from alembic import op


def create() -> None:
    """Create the tables and their indexes."""
    op.create_table(
        "alert_messages",
        sa.Column("message", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("news", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("body", sa.String(length=4000), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("next_ms", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_ms", sa.BigInteger(), nullable=True),
        sa.Column("dropped_ms", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("message"),
        comment="Messages to channels. `news`: raised or resolved. Neither sent nor dropped: it is tried again at `next_ms`.",
    )
    op.create_index("alert_messages_by_time", "alert_messages", ["made_ms"], unique=False)
    op.create_table(
        "alerts",
        sa.Column("alert", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=True),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("raised_ms", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged_ms", sa.BigInteger(), nullable=True),
        sa.Column(
            "acknowledged_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("resolved_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"],
            ["accounts.account"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("alert"),
        comment="Alerts; at most one open one of a kind and subject. `subject`: a gate, a card, a certificate. `detail`: codes, never of a person.",
    )
    op.create_index("alerts_by_time", "alerts", ["raised_ms"], unique=False)
    op.create_index(
        "alerts_open",
        "alerts",
        ["kind", "subject"],
        unique=True,
        sqlite_where=sa.text("resolved_ms IS NULL"),
        postgresql_where=sa.text("resolved_ms IS NULL"),
    )
    op.create_table(
        "alert_mentions",
        sa.Column("alert", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("news", sa.String(length=10), nullable=False),
        sa.Column("message", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert"],
            ["alerts.alert"],
        ),
        sa.ForeignKeyConstraint(
            ["message"],
            ["alert_messages.message"],
        ),
        sa.PrimaryKeyConstraint("alert", "channel", "news"),
        comment="Which message told a channel of an alert: one for each channel, alert and event.",
    )
    op.create_index("alert_mentions_by_message", "alert_mentions", ["message"], unique=False)
