"""The table of logs that gates were asked for."""

from sqlalchemy import BigInteger, Column, ForeignKey, Table, Text

from server_bridge.store.schema import metadata

gate_logs = Table(
    "gate_logs",
    metadata,
    Column("gate_id", ForeignKey("gates.gate_id"), primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("heard_ms", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    comment="Asked for by an order; no names, no cards. The newest few of each gate.",
)
