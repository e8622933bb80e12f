"""The tables of gates' certificates, tickets and orders. Times are UTC in ms."""

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

from server_bridge.store.schema import metadata

certificates = Table(
    "certificates",
    metadata,
    Column("serial", String(40), primary_key=True),
    Column("gate_id", ForeignKey("gates.gate_id"), nullable=False),
    Column("issued_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
    Column("public_key", String(200), nullable=False),
    Index("certificates_by_gate", "gate_id"),
    comment="Every certificate that a gate was given; `serial` in hex. The revoked ones are the "
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
    comment="What is wanted of each gate. `wish`: JSON of its update and its request for logs.",
)
