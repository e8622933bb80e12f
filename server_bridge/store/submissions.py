"""Collections and what schools submitted to them, as rows: kept, read, never changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from server_bridge.store.database import bump, upsert
from server_bridge.store.submissions_schema import (
    collection_events,
    collections,
    documents,
    drafts,
    submission_counts,
    submissions,
)
from server_bridge.store.units import SCHOOL, find_unit

Counts = Mapping[tuple[str, int], int]
"""People by kind and level; level 0: not known."""


@dataclass(frozen=True, slots=True)
class Collection:
    """What `unit_id` asks of all schools below it. Times: UTC in ms."""

    collection: int
    title: str
    unit_id: str
    as_of_ms: int
    deadline_ms: int
    opened_ms: int
    opened_by: str
    closed_ms: int | None


@dataclass(frozen=True, slots=True)
class Happening:
    """A line of a collection's log."""

    event: int
    unit_id: str
    what: str
    at_ms: int
    by: str
    reason: str
    deadline_ms: int | None


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
    unit = find_unit(connection, unit_id)
    if unit is None or unit.level == SCHOOL:
        raise SchoolgateError(f"{unit_id} is no unit above schools; see: gate-bridge unit list")
    if deadline_ms <= now_ms:
        raise SchoolgateError("the deadline is over already; give one that is still to come")
    number: int = connection.execute(
        collections.insert()
        .values(
            title=title,
            unit_id=unit_id,
            as_of_ms=as_of_ms,
            deadline_ms=deadline_ms,
            opened_ms=now_ms,
            opened_by=by,
        )
        .returning(collections.c.collection)
    ).scalar_one()
    bump(connection)
    return number


def find_collection(connection: sa.Connection, number: int, *, lock: bool = False) -> Collection:
    """Raises SchoolgateError if there is none. `lock`: nobody else writes to it meanwhile."""
    query = collections.select().where(collections.c.collection == number)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise SchoolgateError(f"there is no collection {number}; see: gate-bridge collection list")
    return Collection(**row._mapping)


def all_collections(connection: sa.Connection) -> list[Collection]:
    """The newest first."""
    rows = connection.execute(collections.select().order_by(collections.c.collection.desc()))
    return [Collection(**row._mapping) for row in rows]


def close_collection(connection: sa.Connection, number: int, now_ms: int) -> None:
    """Nothing is saved, submitted, locked or reopened any more."""
    connection.execute(
        collections.update().where(collections.c.collection == number).values(closed_ms=now_ms)
    )
    bump(connection)


def happenings(
    connection: sa.Connection, number: int, unit_id: str | None = None
) -> list[Happening]:
    """What happened in a collection (at one school), in order."""
    columns = (collection_events.c[name] for name in Happening.__slots__)
    query = sa.select(*columns).where(collection_events.c.collection == number)
    if unit_id is not None:
        query = query.where(collection_events.c.unit_id == unit_id)
    return [
        Happening(*row) for row in connection.execute(query.order_by(collection_events.c.event))
    ]


def add_event(
    connection: sa.Connection,
    number: int,
    unit_id: str,
    what: str,
    *,
    at_ms: int,
    by: str,
    reason: str = "",
    deadline_ms: int | None = None,
) -> int:
    """Log what somebody did. Returns the event's number."""
    event: int = connection.execute(
        collection_events.insert()
        .values(
            collection=number,
            unit_id=unit_id,
            what=what,
            at_ms=at_ms,
            by=by,
            reason=reason,
            deadline_ms=deadline_ms,
        )
        .returning(collection_events.c.event)
    ).scalar_one()
    bump(connection)
    return event


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
