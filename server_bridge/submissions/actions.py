"""The actions of schools, and of the unit that requests, on submissions with a deadline.

Each action is stored as an event if the school's state allows it. Used for collections of lists
(`lists/collecting.py`) and for figures to confirm (`reports/confirming.py`).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from server_bridge.i18n.names import tidy
from server_bridge.store.reports import deadlines as store
from server_bridge.store.reports.deadlines import RequestT, RequestTables, StoredEvent
from server_bridge.store.schema.reports import REASON_LENGTH
from server_bridge.store.units.tree import SCHOOL, all_units, ancestry
from server_bridge.submissions.state import (
    SubmissionAction,
    SubmissionEvent,
    SubmissionStatus,
    status_after,
    status_after_all,
)


@dataclass(frozen=True, slots=True)
class SubmissionWrite:
    """A write to a school's submission: request, school, author, time (UTC in ms)."""

    number: int
    unit_id: str
    by: str
    now_ms: int


def schools_of(connection: sa.Connection, unit_id: str) -> list[str]:
    """Return the schools below a unit, or the unit itself, in the order of the tree."""
    lines = ancestry(connection)
    return [
        unit.unit_id
        for unit in all_units(connection)
        if unit.level == SCHOOL and unit_id in lines[unit.unit_id]
    ]


def school_statuses(
    connection: sa.Connection,
    tables: RequestTables[RequestT],
    request: RequestT,
    unit_ids: Collection[str],
) -> dict[str, SubmissionStatus]:
    """Return the status of each of these schools."""
    only = next(iter(unit_ids)) if len(unit_ids) == 1 else None
    found: dict[str, list[StoredEvent]] = {unit_id: [] for unit_id in unit_ids}
    for line in store.request_events(connection, tables, request.number, only):
        if line.unit_id in found:
            found[line.unit_id].append(line)
    return {unit_id: _status(request, lines) for unit_id, lines in found.items()}


def apply_action(
    connection: sa.Connection,
    tables: RequestTables[RequestT],
    write: SubmissionWrite,
    action: SubmissionAction,
    *,
    reason: str = "",
    deadline_ms: int | None = None,
    **own: Any,
) -> tuple[int, SubmissionStatus]:
    """Store an action if it is allowed; return the event's number and the new status.

    `own`: further columns of this table of events. Raises SchoolgateError.
    """
    request = store.find_request(connection, tables, write.number, lock=True)
    if request.closed_ms is not None:
        raise SchoolgateError(
            f"đã kết thúc, hãy yêu cầu mới để sửa / {tables.name} {write.number} is closed; open a "
            "new one for corrections"
        )
    if write.unit_id not in schools_of(connection, request.unit_id):
        raise SchoolgateError(
            f"{write.unit_id} is not a school of {request.unit_id}; see: gate-bridge unit list"
        )
    before = school_statuses(connection, tables, request, [write.unit_id])[write.unit_id]
    event = SubmissionEvent(action, write.now_ms, 0, write.by, reason, deadline_ms)
    status_after(before, event)  # raises before anything is written
    number = store.add_event(
        connection,
        tables,
        write.number,
        unit_id=write.unit_id,
        what=action,
        at_ms=write.now_ms,
        by=write.by,
        reason=reason,
        deadline_ms=deadline_ms,
        **own,
    )
    return number, status_after(before, replace(event, number=number))


def lock(
    connection: sa.Connection, tables: RequestTables[RequestT], write: SubmissionWrite
) -> SubmissionStatus:
    """Lock a school: it can no longer change its submission. Raises SchoolgateError."""
    return apply_action(connection, tables, write, SubmissionAction.LOCKED)[1]


def reopen(
    connection: sa.Connection,
    tables: RequestTables[RequestT],
    write: SubmissionWrite,
    reason: str,
    deadline_ms: int | None = None,
) -> SubmissionStatus:
    """Reopen a school ("mở khóa"): it can submit again. Author, time and reason are stored.

    Raises:
        SchoolgateError: the school is not locked, or the reason is empty or too long.
    """
    tidied = tidy(reason)
    if len(tidied) > REASON_LENGTH:
        raise SchoolgateError(
            f"lý do dài quá / a reason has {REASON_LENGTH} characters at the most"
        )
    return apply_action(
        connection, tables, write, SubmissionAction.REOPENED, reason=tidied, deadline_ms=deadline_ms
    )[1]


def _status(request: RequestT, events: Iterable[StoredEvent]) -> SubmissionStatus:
    return status_after_all(
        request.deadline_ms,
        (
            SubmissionEvent(
                SubmissionAction(one.what),
                one.at_ms,
                one.event,
                one.by,
                one.reason,
                one.deadline_ms,
            )
            for one in events
        ),
    )
