"""The tables of report tallies, requests with a deadline, and submissions. Times: UTC in ms."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)

from server_bridge.store.figures import FIGURES, GATE_FIGURES
from server_bridge.store.schema import access as access_schema  # noqa: F401 (its tables are referenced)
from server_bridge.store.schema import people as people_schema  # noqa: F401 (its tables are referenced)
from server_bridge.store.schema.base import NAME_LENGTH, BigKey, metadata

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


report_days = Table(
    "report_days",
    metadata,
    Column("unit_id", ForeignKey("units.unit_id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("due", Date),
    Column("tallied_ms", BigInteger),
    Index("report_days_due", "due"),
    comment="Each school's days, and from which day on one is to be tallied (again): its own when "
    "something of it changed, the next while it is not over, NULL when its figures stand.",
)

tallies = Table(
    "tallies",
    metadata,
    Column("unit_id", ForeignKey("units.unit_id"), primary_key=True),
    Column("span", String(5), primary_key=True),
    Column("group_name", String(40), primary_key=True),
    Column("first_day", Date, primary_key=True),
    Column("kind", String(10), primary_key=True),
    *(Column(name, BigInteger, nullable=False) for name in FIGURES),
    comment="Per unit of the whole tree, day and month (`span`), kind, and at schools also class; "
    "`store/figures.py` says what is counted.",
)

tally_refusals = Table(
    "tally_refusals",
    metadata,
    Column("unit_id", ForeignKey("units.unit_id"), primary_key=True),
    Column("span", String(5), primary_key=True),
    Column("first_day", Date, primary_key=True),
    Column("code", String(20), primary_key=True),
    Column("scans", BigInteger, nullable=False),
)

tally_gates = Table(
    "tally_gates",
    metadata,
    Column("unit_id", ForeignKey("units.unit_id"), primary_key=True),
    Column("span", String(5), primary_key=True),
    Column("first_day", Date, primary_key=True),
    Column("gate_id", ForeignKey("gates.gate_id"), primary_key=True),
    *(Column(name, BigInteger, nullable=False) for name in GATE_FIGURES),
    comment="What each gate recorded at its school.",
)

staff_months = Table(
    "staff_months",
    metadata,
    Column("unit_id", ForeignKey("units.unit_id"), primary_key=True),
    Column("first_day", Date, primary_key=True),
    Column("person", ForeignKey("people.person"), primary_key=True),
    *(Column(name, Integer, nullable=False) for name in ("days", "came", "left", "by_hand")),
    comment="A school's staff month by month, each figure a set of its days: 1 is the first, 2 the "
    "second, 4 the third. `store/staff_months.py` says of which.",
)

report_requests = asked_table(
    "report_requests",
    "request",
    Column("period", String(10), nullable=False),
    Column("first_day", Date, nullable=False),
    comment="Figures that a unit asks all schools below it to confirm.",
)

report_events = events_table(
    "report_events",
    "report_requests",
    "request",
    Column("figures", JSON),
    comment="Confirmed, locked, reopened: rows are added only. `figures`: those confirmed.",
)

appeals = Table(
    "appeals",
    metadata,
    Column("appeal", BigKey, primary_key=True),
    Column("unit_id", ForeignKey("units.unit_id"), nullable=False),
    Column("person", ForeignKey("people.person"), nullable=False),
    Column("day", Date, nullable=False),
    Column("reason", String(500), nullable=False),
    Column("account", ForeignKey("accounts.account"), nullable=False),
    Column("noted_ms", BigInteger, nullable=False),
    Index("appeals_by_unit", "unit_id", "day"),
    comment="What the office notes on a day of somebody's record; rows are added only, and change "
    "no figure.",
)

collections = asked_table(
    "collections",
    "collection",
    Column("as_of_ms", BigInteger, nullable=False),
    comment="Lists that a unit asks of all schools below it.",
)

collection_events = events_table(
    "collection_events",
    "collections",
    "collection",
    comment="Saved, submitted, locked, reopened: who, when, why. A school's state follows.",
)

documents = Table(
    "documents",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    comment="Files by their content, each once.",
)

drafts = Table(
    "drafts",
    metadata,
    Column("collection", ForeignKey("collections.collection"), primary_key=True),
    Column("unit_id", ForeignKey("units.unit_id"), primary_key=True),
    Column("plan_name", String(NAME_LENGTH)),
    Column("plan_sha256", ForeignKey("documents.sha256")),
    comment="What a school has prepared and not submitted yet.",
)

submissions = Table(
    "submissions",
    metadata,
    Column("event", ForeignKey("collection_events.event"), primary_key=True),
    Column("list_sha256", ForeignKey("documents.sha256"), nullable=False),
    Column("plan_name", String(NAME_LENGTH), nullable=False),
    Column("plan_sha256", ForeignKey("documents.sha256"), nullable=False),
    Column("digest", String(64), nullable=False),
    comment="The list as it was and the plan beside it. `digest`: of the people in the list.",
)

submission_counts = Table(
    "submission_counts",
    metadata,
    Column("event", ForeignKey("submissions.event"), primary_key=True),
    Column("kind", String(10), primary_key=True),
    Column("level", Integer, primary_key=True),
    Column("people", Integer, nullable=False),
    comment="How many people of each level a submitted list has; level 0: not known.",
)
