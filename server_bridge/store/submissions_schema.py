"""The tables of collections: what schools were asked for, what they sent, who locked and reopened.

Events are only ever added, and what was submitted is never changed.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from server_bridge.store import people_schema  # noqa: F401 (its tables are there first)
from server_bridge.store.schema import NAME_LENGTH, BigKey, metadata

collections = Table(
    "collections",
    metadata,
    Column("collection", BigKey, primary_key=True),
    Column("title", String(NAME_LENGTH), nullable=False),
    Column("unit_id", ForeignKey("units.unit_id"), nullable=False),
    Column("as_of_ms", BigInteger, nullable=False),
    Column("deadline_ms", BigInteger, nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
    Column("opened_by", String(NAME_LENGTH), nullable=False),
    Column("closed_ms", BigInteger),
    comment="Lists that a unit asks of all schools below it.",
)

collection_events = Table(
    "collection_events",
    metadata,
    Column("event", BigKey, primary_key=True),
    Column("collection", ForeignKey("collections.collection"), nullable=False),
    Column("unit_id", ForeignKey("units.unit_id"), nullable=False),
    Column("what", String(10), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("by", String(NAME_LENGTH), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("deadline_ms", BigInteger),
    Index("collection_events_by_unit", "collection", "unit_id"),
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
