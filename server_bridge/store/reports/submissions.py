"""Collections and what schools submitted to them, as rows: kept, read, never changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from server_bridge.store.database import upsert
from server_bridge.store.reports.deadlines import DeadlineRequest, RequestTables, ask
from server_bridge.store.schema.reports import (
    collection_events,
    collections,
    documents,
    drafts,
    submission_counts,
    submissions,
)

Counts = Mapping[tuple[str, int], int]
"""People by kind and level; level 0: not known."""


@dataclass(frozen=True, slots=True)
class Collection(DeadlineRequest):
    """The lists as of a moment (UTC in ms)."""

    as_of_ms: int


COLLECTIONS = RequestTables(
    "collection", "collection list", Collection, collections, collection_events
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan that a school has laid ready."""

    plan_name: str | None
    plan_sha256: str | None


@dataclass(frozen=True, slots=True)
class Submitted:
    """The files of one submission, and the digest of its people."""

    event: int
    list_sha256: str
    plan_name: str
    plan_sha256: str
    digest: str


def open_collection(
    connection: sa.Connection,
    title: str,
    unit_id: str,
    as_of_ms: int,
    deadline_ms: int,
    by: str,
    now_ms: int,
) -> int:
    """A new collection's number. Raises SchoolgateError: no unit above schools, or too late."""
    return ask(
        connection,
        COLLECTIONS,
        unit_id=unit_id,
        title=title,
        deadline_ms=deadline_ms,
        by=by,
        now_ms=now_ms,
        as_of_ms=as_of_ms,
    )


def keep_document(connection: sa.Connection, sha256: str, content: bytes) -> None:
    """Keep a file, unless its content is there already."""
    known = sa.select(documents.c.sha256).where(documents.c.sha256 == sha256)
    if connection.execute(known).first() is None:
        connection.execute(documents.insert().values(sha256=sha256, content=content))


def document(connection: sa.Connection, sha256: str) -> bytes:
    """A kept file."""
    query = sa.select(documents.c.content).where(documents.c.sha256 == sha256)
    return bytes(connection.execute(query).scalar_one())


def keep_draft(connection: sa.Connection, number: int, unit_id: str, draft: Draft) -> None:
    """What the school has laid ready, instead of what it had before."""
    row = {"collection": number, "unit_id": unit_id}
    plan = {"plan_name": draft.plan_name, "plan_sha256": draft.plan_sha256}
    upsert(connection, drafts, [row | plan])


def find_draft(connection: sa.Connection, number: int, unit_id: str) -> Draft | None:
    """None: nothing was laid ready."""
    row = connection.execute(
        sa.select(drafts.c.plan_name, drafts.c.plan_sha256).where(
            drafts.c.collection == number, drafts.c.unit_id == unit_id
        )
    ).first()
    return Draft(*row) if row else None


def add_submission(connection: sa.Connection, submitted: Submitted, counts: Counts) -> None:
    """Keep a submission, for good."""
    connection.execute(
        submissions.insert().values(
            {name: getattr(submitted, name) for name in Submitted.__slots__}
        )
    )
    rows = [
        {"event": submitted.event, "kind": kind, "level": level, "people": people}
        for (kind, level), people in counts.items()
    ]
    if rows:
        connection.execute(submission_counts.insert(), rows)


def find_submissions(connection: sa.Connection, events: Iterable[int]) -> dict[int, Submitted]:
    """Submissions by the number of their event."""
    columns = (submissions.c[name] for name in Submitted.__slots__)
    query = sa.select(*columns).where(submissions.c.event.in_(list(events)))
    return {row.event: Submitted(*row) for row in connection.execute(query)}


def counts_of(connection: sa.Connection, events: Iterable[int]) -> dict[int, dict[int, int]]:
    """People by level (0: not known) of each submission."""
    query = (
        sa.select(
            submission_counts.c.event,
            submission_counts.c.level,
            sa.func.sum(submission_counts.c.people),
        )
        .where(submission_counts.c.event.in_(list(events)))
        .group_by(submission_counts.c.event, submission_counts.c.level)
    )
    found: dict[int, dict[int, int]] = {}
    for event, level, people in connection.execute(query):
        found.setdefault(event, {})[level] = int(people)
    return found
