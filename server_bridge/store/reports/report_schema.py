"""The tables that reports are read from, and what schools confirm. Times: UTC in ms."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
)

from server_bridge.store.access import access_schema  # noqa: F401 (its tables are there)
from server_bridge.store.people import people_schema  # noqa: F401 (its tables are there)
from server_bridge.store.reports.deadlines_schema import asked_table, events_table
from server_bridge.store.reports.figures import FIGURES, GATE_FIGURES
from server_bridge.store.schema import BigKey, metadata

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
