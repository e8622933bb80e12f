"""The shape of what a unit asks of all schools below it until a deadline: a table of what was
asked, and one of what was done about it, to which rows are only ever added. Times: UTC in ms."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table

from server_bridge.store.schema import NAME_LENGTH, BigKey, metadata

REASON_LENGTH = 500


def asked_table(several: str, name: str, *own: Column, comment: str) -> Table:  # type: ignore[type-arg] # of any type
    """What was asked: one is called `name`, and so is the column with its number."""
    return Table(
        several,
        metadata,
        Column(name, BigKey, primary_key=True),
        Column("unit_id", ForeignKey("units.unit_id"), nullable=False),
        Column("title", String(NAME_LENGTH), nullable=False),
        Column("deadline_ms", BigInteger, nullable=False),
        Column("opened_ms", BigInteger, nullable=False),
        Column("opened_by", String(NAME_LENGTH), nullable=False),
        Column("closed_ms", BigInteger),
        *own,
        comment=comment,
    )


def events_table(events: str, asked: str, name: str, *own: Column, comment: str) -> Table:  # type: ignore[type-arg] # of any type
    """What schools and the asking unit did about each: who, when, why."""
    return Table(
        events,
        metadata,
        Column("event", BigKey, primary_key=True),
        Column(name, ForeignKey(f"{asked}.{name}"), nullable=False),
        Column("unit_id", ForeignKey("units.unit_id"), nullable=False),
        Column("what", String(10), nullable=False),
        Column("at_ms", BigInteger, nullable=False),
        Column("by", String(NAME_LENGTH), nullable=False),
        Column("reason", String(REASON_LENGTH), nullable=False),
        Column("deadline_ms", BigInteger),
        *own,
        Index(f"{events}_by_unit", name, "unit_id"),
        comment=comment,
    )
