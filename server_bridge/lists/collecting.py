"""Saving and submitting of a school's list for a collection.

A submission is the list at that moment, as a letter, together with the teaching plan. It does not
change afterwards; a digest of the people shows whether the people list has changed since. The other
actions on collections are in `submissions/actions.py`.
"""

import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from gate_contract.school_day import local_day
from server_bridge.documents import Document
from server_bridge.lists.list_sheets import write_list
from server_bridge.lists.school_list import school_list
from server_bridge.store.areas.levels import levels_at
from server_bridge.store.people.headcounts import GroupCount, group_counts
from server_bridge.store.reports import submissions as store
from server_bridge.store.reports.submissions import COLLECTIONS, Collection, Draft, Submitted
from server_bridge.submissions.actions import SubmissionWrite, apply_action
from server_bridge.submissions.state import SubmissionAction, SubmissionStatus


@dataclass(frozen=True, slots=True)
class ListFigures:
    """The number of people by kind and level (0: unknown), and a digest of people and areas."""

    counts: Mapping[tuple[str, int], int]
    digest: str


@dataclass(frozen=True, slots=True)
class ListSnapshot:
    """A school's list at one moment, ready to be submitted."""

    workbook: bytes
    figures: ListFigures


def figures_of(groups: Iterable[GroupCount], level_of: Mapping[str, int]) -> dict[str, ListFigures]:
    """Return the figures of each school that has people."""
    lines: dict[str, list[str]] = {}
    counts: dict[str, Counter[tuple[str, int]]] = {}
    for group in groups:
        level = level_of.get(group.area_id or "", 0)
        counts.setdefault(group.unit_id, Counter())[str(group.kind), level] += group.people
        lines.setdefault(group.unit_id, []).append(
            repr(
                (str(group.kind), group.group_name, group.area_id, level, group.people, group.mark)
            )
        )
    return {unit_id: ListFigures(counts[unit_id], _digest(some)) for unit_id, some in lines.items()}


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


NO_FIGURES = ListFigures({}, _digest(()))


def figures_at(
    connection: sa.Connection, at_ms: int, zone: ZoneInfo, unit_ids: Iterable[str]
) -> dict[str, ListFigures]:
    """Return the figures of these schools at a moment, by the current people list."""
    groups = group_counts(connection, local_day(at_ms, zone), unit_ids)
    return figures_of(groups, levels_at(connection, at_ms))


def take_snapshot(
    connection: sa.Connection, collection: Collection, unit_id: str, made: datetime, zone: ZoneInfo
) -> ListSnapshot:
    """Return the school's list as of the collection's moment.

    Raises SchoolgateError if the unit is no school.
    """
    listed = school_list(connection, unit_id, collection.as_of_ms, zone)
    stream = io.BytesIO()
    write_list(stream, listed, made=made, zone=zone)
    figures = figures_at(connection, collection.as_of_ms, zone, [unit_id]).get(unit_id, NO_FIGURES)
    return ListSnapshot(stream.getvalue(), figures)


def save(
    connection: sa.Connection, write: SubmissionWrite, plan: Document | None
) -> SubmissionStatus:
    """Save a draft of the plan; without one, mark the work as begun. Raises SchoolgateError."""
    _, status = apply_action(connection, COLLECTIONS, write, SubmissionAction.SAVED)
    draft = store.find_draft(connection, write.number, write.unit_id)
    if plan:
        store.keep_document(connection, plan.sha256, plan.content)
        draft = Draft(plan.name, plan.sha256)
    store.keep_draft(connection, write.number, write.unit_id, draft or Draft(None, None))
    return status


def submit(
    connection: sa.Connection, write: SubmissionWrite, snapshot: ListSnapshot, plan: Document | None
) -> SubmissionStatus:
    """Submit the list, with the plan given or the saved draft. Raises SchoolgateError."""
    draft = store.find_draft(connection, write.number, write.unit_id)
    if plan:
        store.keep_document(connection, plan.sha256, plan.content)
        draft = Draft(plan.name, plan.sha256)
    if draft is None or draft.plan_name is None or draft.plan_sha256 is None:
        raise SchoolgateError("the teaching plan is missing; name its file: --plan")
    event, status = apply_action(connection, COLLECTIONS, write, SubmissionAction.SUBMITTED)
    listed = hashlib.sha256(snapshot.workbook).hexdigest()
    store.keep_document(connection, listed, snapshot.workbook)
    submitted = Submitted(
        event, listed, draft.plan_name, draft.plan_sha256, snapshot.figures.digest
    )
    store.add_submission(connection, submitted, snapshot.figures.counts)
    return status
