"""The table of arrivals by time of day. Crossings are in `server_bridge.store.schema.base`."""

from sqlalchemy import Column, Date, ForeignKey, Integer, Table

from server_bridge.store.schema.base import metadata

arrivals = Table(
    "arrivals",
    metadata,
    Column("day", Date, primary_key=True),
    Column("unit_id", ForeignKey("units.unit_id"), primary_key=True),
    Column("slot", Integer, primary_key=True),
    Column("entered", Integer, nullable=False),
    comment="Entries per unit of the whole tree, local day and five minutes; `slot` counts these "
    "since 1970 (UTC).",
)
