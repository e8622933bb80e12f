"""The state of a school's submission, a pure function of its events.

| state | save | submit | lock | reopen |
|---|---|---|---|---|
| not started | in progress | on time, late | locked | refused |
| in progress | in progress | on time, late | locked | refused |
| on time, late | stays | on time, late | locked | refused |
| locked | refused | refused | refused | in progress |

The last submission counts, also while a reopened school works on the next one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from gate_contract.errors import SchoolgateError


class SubmissionState(StrEnum):
    """The state of one school for one request."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    ON_TIME = "on_time"
    LATE = "late"
    LOCKED = "locked"


class SubmissionAction(StrEnum):
    """An action that changes the state."""

    SAVED = "saved"
    SUBMITTED = "submitted"
    LOCKED = "locked"
    REOPENED = "reopened"


class ActionNotAllowedError(SchoolgateError):
    """Raised if the school's state does not allow an action; nothing was changed."""


@dataclass(frozen=True, slots=True)
class SubmissionEvent:
    """An action at `at_ms` (UTC). `deadline_ms`: the new deadline of a reopened school."""

    action: SubmissionAction
    at_ms: int
    number: int = 0
    by: str = ""
    reason: str = ""
    deadline_ms: int | None = None


@dataclass(frozen=True, slots=True)
class SubmissionStatus:
    """A school's state, its deadline and the submission that counts.

    `submission` is the number of that event; `late`: it came after the deadline. Both are None
    before the first submission. `reopened`: the school was reopened since that submission.
    """

    deadline_ms: int
    state: SubmissionState = SubmissionState.NOT_STARTED
    submission: int | None = None
    submitted_ms: int | None = None
    late: bool | None = None
    reopened: bool = False


def status_after(status: SubmissionStatus, event: SubmissionEvent) -> SubmissionStatus:
    """Return the status after the event.

    Raises ActionNotAllowedError if the state does not allow the action.
    """
    locked = status.state is SubmissionState.LOCKED
    if event.action is SubmissionAction.REOPENED:
        if not locked:
            raise ActionNotAllowedError(
                "chưa khóa, trường vẫn làm được / it is not locked: the school can still change it"
            )
        if not event.reason.strip():
            raise ActionNotAllowedError("hãy ghi lý do / say why it is reopened")
        return replace(
            status,
            state=SubmissionState.IN_PROGRESS,
            deadline_ms=event.deadline_ms or status.deadline_ms,
            reopened=True,
        )
    if locked:
        raise ActionNotAllowedError(
            "đã khóa, đơn vị yêu cầu có thể mở khóa / "
            "it is locked; the unit that asks can reopen it"
        )
    if event.action is SubmissionAction.LOCKED:
        return replace(status, state=SubmissionState.LOCKED)
    if event.action is SubmissionAction.SUBMITTED:
        late = event.at_ms > status.deadline_ms
        return replace(
            status,
            state=SubmissionState.LATE if late else SubmissionState.ON_TIME,
            submission=event.number,
            submitted_ms=event.at_ms,
            late=late,
            reopened=False,
        )
    if status.state is SubmissionState.NOT_STARTED:
        return replace(status, state=SubmissionState.IN_PROGRESS)
    return status


def status_after_all(deadline_ms: int, events: Iterable[SubmissionEvent]) -> SubmissionStatus:
    """Return the status of a school after all its events."""
    status = SubmissionStatus(deadline_ms)
    for event in events:
        status = status_after(status, event)
    return status
