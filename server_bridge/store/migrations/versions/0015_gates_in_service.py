"""Certificates by number, tickets of gates to come, and what is wanted of each gate."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Do it. Certificates from before have no row: their gates are shut out by name."""
    op.add_column("gates", sa.Column("retired_ms", sa.BigInteger(), nullable=True))
    op.create_table(
        "certificates",
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("gate_id", sa.String(length=40), nullable=False),
        sa.Column("issued_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=True),
        sa.Column("public_key", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["gate_id"], ["gates.gate_id"]),
        sa.PrimaryKeyConstraint("serial"),
        comment="Every certificate that a gate was given; `serial` in hex. The revoked ones are "
        "the broker's revocation list.",
    )
    op.create_index("certificates_by_gate", "certificates", ["gate_id"])
    op.create_table(
        "tickets",
        sa.Column("ticket_id", sa.String(length=16), nullable=False),
        sa.Column("gate_id", sa.String(length=40), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=True),
        sa.Column("request_sha256", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["gate_id"], ["gates.gate_id"]),
        sa.PrimaryKeyConstraint("ticket_id"),
        comment="`request_sha256`: of the public key that the token was used for. The same gate "
        "may ask again with the same key, in case the answer was lost.",
    )
    op.create_index("tickets_by_gate", "tickets", ["gate_id"])
    op.create_table(
        "gate_orders",
        sa.Column("gate_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("direction", sa.String(length=4), nullable=False),
        sa.Column("timezone", sa.String(length=60), nullable=False),
        sa.Column("visitor_ids", sa.String(length=40), nullable=False),
        sa.Column("repeat_window_ms", sa.Integer(), nullable=False),
        sa.Column("settings_version", sa.BigInteger(), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["gate_id"], ["gates.gate_id"]),
        sa.PrimaryKeyConstraint("gate_id"),
        comment="What is wanted of each gate. `wish`: JSON of its update and its request for logs.",
    )
