"""Define the tables of a school's office: hours, entries by hand, roll-calls. Times: UTC in ms."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    text,
)

from server_bridge.store.schema.base import BigKey, metadata

school_hours = Table(
    "school_hours",
    metadata,
    Column("unit_id", ForeignKey("units.unit_id"), primary_key=True),
    Column("begins", Integer, nullable=False),
    Column("ends", Integer, nullable=False),
    Column("account", ForeignKey("accounts.account"), nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    comment="When lessons begin and end, in minutes after local midnight; without a row: "
    "7:00-16:30.",
)

manual_crossings = Table(
    "manual_crossings",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("unit_id", ForeignKey("units.unit_id"), nullable=False),
    Column("person", ForeignKey("people.person"), nullable=False),
    Column("day", Date, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("direction", String(3), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("account", ForeignKey("accounts.account"), nullable=False),
    Column("noted_ms", BigInteger, nullable=False),
    Column("withdraws", ForeignKey("manual_crossings.id"), unique=True),
    Index("manual_crossings_by_day", "unit_id", "day"),
    Index("manual_crossings_by_person", "person", "day"),
    comment="Forgotten cards, written by the office; rows are added only. `withdraws`: takes "
    "another row back. What gates recorded is elsewhere and stays as it is.",
)

roll_calls = Table(
    "roll_calls",
    metadata,
    Column("roll_call", BigKey, primary_key=True),
    Column("unit_id", ForeignKey("units.unit_id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("begun_ms", BigInteger, nullable=False),
    Column("begun_by", ForeignKey("accounts.account"), nullable=False),
    Column("closed_ms", BigInteger),
    Column("closed_by", ForeignKey("accounts.account")),
    Index("roll_calls_by_unit", "unit_id", "begun_ms"),
    Index(
        "roll_calls_open",
        "unit_id",
        unique=True,
        sqlite_where=text("closed_ms IS NULL"),
        postgresql_where=text("closed_ms IS NULL"),
    ),
    comment="Roll-calls after an alarm; at most one open one of a school.",
)

roll_call_ticks = Table(
    "roll_call_ticks",
    metadata,
    Column("roll_call", ForeignKey("roll_calls.roll_call"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("person", ForeignKey("people.person")),
    Column("card_id", String(16)),
    Column("kind", String(10), nullable=False),
    Column("group_name", String(40)),
    Column("expected", Boolean, nullable=False),
    Column("since_ms", BigInteger),
    Column("ticked_ms", BigInteger),
    Column("ticked_by", ForeignKey("accounts.account")),
    comment="The list as it was at the alarm, in its order, and who of it was found. `expected`: "
    "was inside by the records. Without a person: a card not assigned to anybody of this school.",
)
