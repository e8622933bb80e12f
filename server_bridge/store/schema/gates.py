"""Define the tables of certificates, tickets, orders, roll-outs, rosters, logs and health changes.

Times are UTC in ms.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from server_bridge.store.schema.base import BigKey, metadata

certificates = Table(
    "certificates",
    metadata,
    Column("serial", String(40), primary_key=True),
    Column("gate_id", ForeignKey("gates.gate_id"), nullable=False),
    Column("issued_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
    Column("public_key", String(200), nullable=False),
    Index("certificates_by_gate", "gate_id"),
    comment="Every certificate of a gate; `serial` in hex. The revoked ones are the "
    "broker's revocation list.",
)

tickets = Table(
    "tickets",
    metadata,
    Column("ticket_id", String(16), primary_key=True),
    Column("gate_id", ForeignKey("gates.gate_id"), nullable=False),
    Column("token_sha256", String(64), nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger),
    Column("request_sha256", String(64)),
    Index("tickets_by_gate", "gate_id"),
    comment="`request_sha256`: of the public key that the token was used for. The same gate may "
    "ask again with the same key, in case the answer was lost.",
)

gate_orders = Table(
    "gate_orders",
    metadata,
    Column("gate_id", ForeignKey("gates.gate_id"), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("direction", String(4), nullable=False),
    Column("timezone", String(60), nullable=False),
    Column("visitor_ids", String(40), nullable=False),
    Column("repeat_window_ms", Integer, nullable=False),
    Column("settings_version", BigInteger, nullable=False),
    Column("wish", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    comment="The desired state of each gate. `wish`: JSON of its update and its request for logs.",
)

rollouts = Table(
    "rollouts",
    metadata,
    Column("rollout", BigKey, primary_key=True),
    Column("state", String(10), nullable=False),
    Column("wanted", Text, nullable=False),
    Column("unit_id", ForeignKey("units.unit_id")),
    Column("first_gates", Text, nullable=False),
    Column("need_ms", BigInteger, nullable=False),
    Column("started_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Column("gate_id", ForeignKey("gates.gate_id")),
    Column("fault", String(20), nullable=False),
    comment="Automatic roll-outs of updates, from one gate to ten to all; at most one is "
    "`running`. `wanted`: JSON of the update; `need_ms`: how long gates must be healthy with it "
    "before others are ordered; `gate_id`, `fault`: what stopped it.",
)

rollout_gates = Table(
    "rollout_gates",
    metadata,
    Column("rollout", ForeignKey("rollouts.rollout"), primary_key=True),
    Column("gate_id", ForeignKey("gates.gate_id"), primary_key=True),
    Column("told_ms", BigInteger, nullable=False),
    Column("faults", String(300), nullable=False),
    Column("well_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger),
    comment="The gates that were ordered. `faults`: those before; `well_ms`: how long the gate has "
    "been online with the new version since, without a new fault; `seen_ms`: seen like that last.",
)

gate_changes = Table(
    "gate_changes",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("gate_id", ForeignKey("gates.gate_id"), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("state", String(10), nullable=False),
    Column("faults", String(200), nullable=False),
    Index("gate_changes_by_gate", "gate_id", "id"),
    comment="Written when a gate's health changes; the newest few of each gate. `state`: "
    "online, offline, or silent. `faults`: stable codes, by commas.",
)

gate_rosters = Table(
    "gate_rosters",
    metadata,
    Column("scope", String(40), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("base_version", BigInteger, nullable=False),
    Column("base", LargeBinary, nullable=False),
    Column("changed", String(64), nullable=False),
    Column("full_payload", LargeBinary, nullable=False),
    Column("changes_payload", LargeBinary, nullable=False),
    comment="The roster of each gate; the scope '' is the district's, for every gate.",
)

roster_revision = Table(
    "roster_revision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", BigInteger, nullable=False),
    comment="One row; grows by triggers with every change that can affect a roster.",
)

gate_logs = Table(
    "gate_logs",
    metadata,
    Column("gate_id", ForeignKey("gates.gate_id"), primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("heard_ms", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    comment="Asked for by an order; no names, no cards. The newest few of each gate.",
)
