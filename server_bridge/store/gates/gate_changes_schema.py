"""The table of what befell each gate. Times are UTC in ms."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table

from server_bridge.store.schema import BigKey, metadata

gate_changes = Table(
    "gate_changes",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("gate_id", ForeignKey("gates.gate_id"), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("state", String(10), nullable=False),
    Column("faults", String(200), nullable=False),
    Index("gate_changes_by_gate", "gate_id", "id"),
    comment="Written when a gate's health becomes another; the newest few of each gate. `state`: "
    "online, offline, or silent. `faults`: stable codes, by commas.",
)
