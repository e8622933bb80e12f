"""What schools do about what they are asked for by a deadline, and the unit that asks them, by the
rule of `standing` over what is written down. Collections of lists (`collecting`) and figures to be
confirmed (`reports/confirming.py`) go by it alike.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from server_bridge.i18n.names import tidy
from server_bridge.store.reports import deadlines as store
from server_bridge.store.reports.deadlines import One, RequestTables, StoredEvent
from server_bridge.store.schema.reports import REASON_LENGTH
from server_bridge.store.units.tree import SCHOOL, all_units, ancestry
from server_bridge.submissions.state import (
    SubmissionAction,
    SubmissionEvent,
    SubmissionStatus,
    after,
    standing_after,
)


@dataclass(frozen=True, slots=True)
class SubmissionWrite:
    """Who does something to a school's part of what is asked, and when (UTC in ms)."""

    number: int
    unit_id: str
    by: str
    now_ms: int


def schools_of(connection: sa.Connection, unit_id: str) -> list[str]:
    """The schools below a unit (or itself), in the order of the tree."""
    lines = ancestry(connection)
    return [
        unit.unit_id
        for unit in all_units(connection)
        if unit.level == SCHOOL and unit_id in lines[unit.unit_id]
    ]


def standings(
    connection: sa.Connection, book: RequestTables[One], asked: One, unit_ids: Collection[str]
) -> dict[str, SubmissionStatus]:
    """Where each of these schools stands."""
    only = next(iter(unit_ids)) if len(unit_ids) == 1 else None
    told: dict[str, list[StoredEvent]] = {unit_id: [] for unit_id in unit_ids}
    for line in store.events(connection, book, asked.number, only):
        if line.unit_id in told:
            told[line.unit_id].append(line)
    return {unit_id: _standing(asked, lines) for unit_id, lines in told.items()}


def do(
    connection: sa.Connection,
    book: RequestTables[One],
    deed: SubmissionWrite,
    what: SubmissionAction,
    *,
    reason: str = "",
    deadline_ms: int | None = None,
    **own: Any,
) -> tuple[int, SubmissionStatus]:
    """Log it if it is allowed; `own`: columns of this kind's events. Returns the event's number,
    and where the school stands then. Raises SchoolgateError."""
    asked = store.find(connection, book, deed.number, lock=True)
    if asked.closed_ms is not None:
        raise SchoolgateError(
            f"đã kết thúc, hãy yêu cầu mới để sửa / {book.name} {deed.number} is closed; open a "
            "new one for corrections"
        )
    if deed.unit_id not in schools_of(connection, asked.unit_id):
        raise SchoolgateError(
            f"{deed.unit_id} is no school of {asked.unit_id}; see: gate-bridge unit list"
        )
    before = standings(connection, book, asked, [deed.unit_id])[deed.unit_id]
    event = SubmissionEvent(what, deed.now_ms, 0, deed.by, reason, deadline_ms)
    after(before, event)  # says no before anything is written
    number = store.add_event(
        connection,
        book,
        deed.number,
        unit_id=deed.unit_id,
        what=what,
        at_ms=deed.now_ms,
        by=deed.by,
        reason=reason,
        deadline_ms=deadline_ms,
        **own,
    )
    return number, after(before, replace(event, number=number))


def lock(
    connection: sa.Connection, book: RequestTables[One], deed: SubmissionWrite
) -> SubmissionStatus:
    """The school may not change anything any more. Raises SchoolgateError."""
    return do(connection, book, deed, SubmissionAction.LOCKED)[1]


def reopen(
    connection: sa.Connection,
    book: RequestTables[One],
    deed: SubmissionWrite,
    reason: str,
    deadline_ms: int | None = None,
) -> SubmissionStatus:
    """The school may submit again ("mở khóa"); who, when and why is logged.

    Raises:
        SchoolgateError: it is not locked, or no reason is given, or a long one.
    """
    said = tidy(reason)
    if len(said) > REASON_LENGTH:
        raise SchoolgateError(
            f"lý do dài quá / a reason has {REASON_LENGTH} characters at the most"
        )
    return do(
        connection, book, deed, SubmissionAction.REOPENED, reason=said, deadline_ms=deadline_ms
    )[1]


def _standing(asked: One, told: Iterable[StoredEvent]) -> SubmissionStatus:
    return standing_after(
        asked.deadline_ms,
        (
            SubmissionEvent(
                SubmissionAction(one.what),
                one.at_ms,
                one.event,
                one.by,
                one.reason,
                one.deadline_ms,
            )
            for one in told
        ),
    )
