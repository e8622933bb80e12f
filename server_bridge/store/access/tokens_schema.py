"""The tables of what programs hold and were told. Times are UTC in ms."""

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table

from server_bridge.store.schema import NAME_LENGTH, BigKey, metadata

tokens = Table(
    "tokens",
    metadata,
    Column("token", BigKey, primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("unit_id", ForeignKey("units.unit_id"), nullable=False),
    Column("note", String(NAME_LENGTH), nullable=False),
    Column("added_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
    Column("used_ms", BigInteger),
    comment="Programs that may read counts of a unit and of all below it. The token itself is kept "
    "by its program only.",
)

discovery_topics = Table(
    "discovery_topics",
    metadata,
    Column("topic", String(200), primary_key=True),
    comment="Where Home Assistant was ever told of a unit or a gate: the broker retains it, so it "
    "has to be taken back.",
)
