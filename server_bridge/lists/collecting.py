"""What schools save and submit for a collection. `deeds` has what else is done with it.

A submission is the list as it is at that moment, as a letter, with its plan beside it. It stays as
it is; whether the roster says something else by now is told by a digest of the people.
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
from server_bridge.store.people.headcounts import Group, group_counts
from server_bridge.store.reports import submissions as store
from server_bridge.store.reports.submissions import COLLECTIONS, Collection, Draft, Submitted
from server_bridge.submissions.actions import SubmissionWrite, do
from server_bridge.submissions.state import SubmissionAction, SubmissionStatus


@dataclass(frozen=True, slots=True)
class ListFigures:
    """How many people of each kind and level (0: not known), and a digest of who and where."""

    counts: Mapping[tuple[str, int], int]
    digest: str


@dataclass(frozen=True, slots=True)
class ListSnapshot:
    """A school's list at one moment, ready to be submitted."""

    workbook: bytes
    figures: ListFigures


def figures_of(groups: Iterable[Group], level_of: Mapping[str, int]) -> dict[str, ListFigures]:
    """The figures of each school that has people."""
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
    return {unit_id: ListFigures(counts[unit_id], _digest(told)) for unit_id, told in lines.items()}


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


NOBODY = ListFigures({}, _digest(()))


def figures_at(
    connection: sa.Connection, at_ms: int, zone: ZoneInfo, unit_ids: Iterable[str]
) -> dict[str, ListFigures]:
    """The figures of these schools at a moment, as the roster has them now."""
    groups = group_counts(connection, local_day(at_ms, zone), unit_ids)
    return figures_of(groups, levels_at(connection, at_ms))


def take_snapshot(
    connection: sa.Connection, collection: Collection, unit_id: str, made: datetime, zone: ZoneInfo
) -> ListSnapshot:
    """The school's list as of the collection's moment. Raises SchoolgateError: it is no school."""
    listed = school_list(connection, unit_id, collection.as_of_ms, zone)
    stream = io.BytesIO()
    write_list(stream, listed, made=made, zone=zone)
    figures = figures_at(connection, collection.as_of_ms, zone, [unit_id]).get(unit_id, NOBODY)
    return ListSnapshot(stream.getvalue(), figures)


def save(
    connection: sa.Connection, deed: SubmissionWrite, plan: Document | None
) -> SubmissionStatus:
    """Lay a plan ready; without one, say that work has begun. Raises SchoolgateError."""
    _, standing = do(connection, COLLECTIONS, deed, SubmissionAction.SAVED)
    kept = store.find_draft(connection, deed.number, deed.unit_id)
    if plan:
        store.keep_document(connection, plan.sha256, plan.content)
        kept = Draft(plan.name, plan.sha256)
    store.keep_draft(connection, deed.number, deed.unit_id, kept or Draft(None, None))
    return standing


def submit(
    connection: sa.Connection, deed: SubmissionWrite, snapshot: ListSnapshot, plan: Document | None
) -> SubmissionStatus:
    """Submit the list and the plan, or the one that was laid ready. Raises SchoolgateError."""
    draft = store.find_draft(connection, deed.number, deed.unit_id)
    if plan:
        store.keep_document(connection, plan.sha256, plan.content)
        draft = Draft(plan.name, plan.sha256)
    if draft is None or draft.plan_name is None or draft.plan_sha256 is None:
        raise SchoolgateError("the teaching plan is missing; name its file: --plan")
    event, standing = do(connection, COLLECTIONS, deed, SubmissionAction.SUBMITTED)
    listed = hashlib.sha256(snapshot.workbook).hexdigest()
    store.keep_document(connection, listed, snapshot.workbook)
    submitted = Submitted(
        event, listed, draft.plan_name, draft.plan_sha256, snapshot.figures.digest
    )
    store.add_submission(connection, submitted, snapshot.figures.counts)
    return standing
