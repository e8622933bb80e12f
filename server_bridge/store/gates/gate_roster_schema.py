"""The tables of what gates were told of cards; see `server_bridge/roster/`."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table

from server_bridge.store.schema import metadata

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
    comment="The roster of each gate, and of the scope '' the one for every gate.",
)

roster_revision = Table(
    "roster_revision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", BigInteger, nullable=False),
    comment="One row; grows by triggers with every change that a roster could say.",
)
