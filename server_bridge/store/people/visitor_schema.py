"""The tables of visitors without a card: their sealed words, and who opened or erased them."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
)

from server_bridge.store.schema import BigKey, metadata

visitor_words = Table(
    "visitor_words",
    metadata,
    Column("ledger", ForeignKey("ledgers.ledger"), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("seal", String(64), nullable=False),
    Column("sealed", LargeBinary),
    comment="Words beside a crossing, sealed. Erased ones are NULL; the chain needs `seal` only.",
)

visitor_log = Table(
    "visitor_log",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("action", String(10), nullable=False),
    Column("by_whom", String(100), nullable=False),
    Column("unit_id", ForeignKey("units.unit_id")),
    Column("from_day", Date),
    Column("until_day", Date, nullable=False),
    Column("visits", Integer, nullable=False),
    Column("reason", String(200), nullable=False),
    comment="Who opened or erased sealed words, of which days, and why. Days are inclusive.",
)
