"""How far a school is with what is asked of it: a pure rule over what has happened.

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
    """Of one school, with one thing that is asked."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    ON_TIME = "on_time"
    LATE = "late"
    LOCKED = "locked"


class SubmissionAction(StrEnum):
    """What somebody did."""

    SAVED = "saved"
    SUBMITTED = "submitted"
    LOCKED = "locked"
    REOPENED = "reopened"


class NotNowError(SchoolgateError):
    """The school's state does not allow it; nothing was changed."""


@dataclass(frozen=True, slots=True)
class SubmissionEvent:
    """Something done, at `at_ms` (UTC). `deadline_ms`: a reopened school's new one."""

    what: SubmissionAction
    at_ms: int
    number: int = 0
    by: str = ""
    reason: str = ""
    deadline_ms: int | None = None


@dataclass(frozen=True, slots=True)
class SubmissionStatus:
    """`submission` is the number of the event that counts, `late` if that came after the
    deadline; both None before the first. `reopened`: since that submission."""

    deadline_ms: int
    state: SubmissionState = SubmissionState.NOT_STARTED
    submission: int | None = None
    submitted_ms: int | None = None
    late: bool | None = None
    reopened: bool = False


def after(standing: SubmissionStatus, event: SubmissionEvent) -> SubmissionStatus:
    """The standing after the event. Raises NotNowError if the state does not allow it."""
    locked = standing.state is SubmissionState.LOCKED
    if event.what is SubmissionAction.REOPENED:
        if not locked:
            raise NotNowError(
                "chưa khóa, trường vẫn làm được / it is not locked: the school can go on as it is"
            )
        if not event.reason.strip():
            raise NotNowError("hãy ghi lý do / say why it is reopened")
        return replace(
            standing,
            state=SubmissionState.IN_PROGRESS,
            deadline_ms=event.deadline_ms or standing.deadline_ms,
            reopened=True,
        )
    if locked:
        raise NotNowError(
            "đã khóa, đơn vị yêu cầu có thể mở khóa / "
            "it is locked; the unit that asks can reopen it"
        )
    if event.what is SubmissionAction.LOCKED:
        return replace(standing, state=SubmissionState.LOCKED)
    if event.what is SubmissionAction.SUBMITTED:
        late = event.at_ms > standing.deadline_ms
        return replace(
            standing,
            state=SubmissionState.LATE if late else SubmissionState.ON_TIME,
            submission=event.number,
            submitted_ms=event.at_ms,
            late=late,
            reopened=False,
        )
    if standing.state is SubmissionState.NOT_STARTED:
        return replace(standing, state=SubmissionState.IN_PROGRESS)
    return standing


def standing_after(deadline_ms: int, events: Iterable[SubmissionEvent]) -> SubmissionStatus:
    """Where a school stands after all that has happened."""
    standing = SubmissionStatus(deadline_ms)
    for event in events:
        standing = after(standing, event)
    return standing
