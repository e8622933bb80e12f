"""The tables of collections: what schools were asked for, what they sent, who locked and reopened.

Events are only ever added, and what was submitted is never changed.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Table

from server_bridge.store.people import people_schema  # noqa: F401 (its tables are there)
from server_bridge.store.reports.deadlines_schema import asked_table, events_table
from server_bridge.store.schema import NAME_LENGTH, metadata

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
