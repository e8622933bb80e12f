"""Create the tables of certificates, tickets, orders, roll-outs, rosters and logs."""

import sqlalchemy as sa
from alembic import op


def create() -> None:
    """Create the tables and their indexes."""
    op.create_table(
        "gate_rosters",
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("base_version", sa.BigInteger(), nullable=False),
        sa.Column("base", sa.LargeBinary(), nullable=False),
        sa.Column("changed", sa.String(length=64), nullable=False),
        sa.Column("full_payload", sa.LargeBinary(), nullable=False),
        sa.Column("changes_payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("scope"),
        comment="The roster of each gate; the scope '' is the district's, for every gate.",
    )
    op.create_table(
        "roster_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        comment="One row; grows by triggers with every change that can affect a roster.",
    )
    op.create_table(
        "certificates",
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("gate_id", sa.String(length=40), nullable=False),
        sa.Column("issued_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=True),
        sa.Column("public_key", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["gate_id"],
            ["gates.gate_id"],
        ),
        sa.PrimaryKeyConstraint("serial"),
        comment="Every certificate of a gate; `serial` in hex. The revoked ones are the broker's revocation list.",
    )
    op.create_index("certificates_by_gate", "certificates", ["gate_id"], unique=False)
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
        comment="Written when a gate's health changes; the newest few of each gate. `state`: online, offline, or silent. `faults`: stable codes, by commas.",
    )
    op.create_index("gate_changes_by_gate", "gate_changes", ["gate_id", "id"], unique=False)
    op.create_table(
        "gate_logs",
        sa.Column("gate_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("heard_ms", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gate_id"],
            ["gates.gate_id"],
        ),
        sa.PrimaryKeyConstraint("gate_id", "number"),
        comment="Asked for by an order; no names, no cards. The newest few of each gate.",
    )
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
        sa.ForeignKeyConstraint(
            ["gate_id"],
            ["gates.gate_id"],
        ),
        sa.PrimaryKeyConstraint("gate_id"),
        comment="The desired state of each gate. `wish`: JSON of its update and its request for logs.",
    )
    op.create_table(
        "rollouts",
        sa.Column("rollout", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=True),
        sa.Column("first_gates", sa.Text(), nullable=False),
        sa.Column("need_ms", sa.BigInteger(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("gate_id", sa.String(length=40), nullable=True),
        sa.Column("fault", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["gate_id"],
            ["gates.gate_id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("rollout"),
        comment="Automatic roll-outs of updates, from one gate to ten to all; at most one is `running`. `wanted`: JSON of the update; `need_ms`: how long gates must be healthy with it before others are ordered; `gate_id`, `fault`: what stopped it.",
    )
    op.create_table(
        "tickets",
        sa.Column("ticket_id", sa.String(length=16), nullable=False),
        sa.Column("gate_id", sa.String(length=40), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=True),
        sa.Column("request_sha256", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["gate_id"],
            ["gates.gate_id"],
        ),
        sa.PrimaryKeyConstraint("ticket_id"),
        comment="`request_sha256`: of the public key that the token was used for. The same gate may ask again with the same key, in case the answer was lost.",
    )
    op.create_index("tickets_by_gate", "tickets", ["gate_id"], unique=False)
    op.create_table(
        "rollout_gates",
        sa.Column("rollout", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gate_id", sa.String(length=40), nullable=False),
        sa.Column("told_ms", sa.BigInteger(), nullable=False),
        sa.Column("faults", sa.String(length=300), nullable=False),
        sa.Column("well_ms", sa.BigInteger(), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["gate_id"],
            ["gates.gate_id"],
        ),
        sa.ForeignKeyConstraint(
            ["rollout"],
            ["rollouts.rollout"],
        ),
        sa.PrimaryKeyConstraint("rollout", "gate_id"),
        comment="The gates that were ordered. `faults`: those before; `well_ms`: how long the gate has been online with the new version since, without a new fault; `seen_ms`: seen like that last.",
    )
