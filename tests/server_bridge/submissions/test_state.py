"""Every state of a school in a collection, and every way out of it."""

import pytest

from server_bridge.submissions.state import (
    NotNowError,
    SubmissionAction,
    SubmissionEvent,
    SubmissionState,
    SubmissionStatus,
    after,
    standing_after,
)

DEADLINE = 1_000


def event(
    what: SubmissionAction, at_ms: int = 1, number: int = 1, **more: object
) -> SubmissionEvent:
    reason = "sai lớp" if what is SubmissionAction.REOPENED else ""
    return SubmissionEvent(what, at_ms, number, "cô Hà", reason, **more)  # type: ignore[arg-type]


PATHS: dict[SubmissionState, list[SubmissionEvent]] = {
    SubmissionState.NOT_STARTED: [],
    SubmissionState.IN_PROGRESS: [event(SubmissionAction.SAVED)],
    SubmissionState.ON_TIME: [event(SubmissionAction.SUBMITTED, DEADLINE, 5)],
    SubmissionState.LATE: [event(SubmissionAction.SUBMITTED, DEADLINE + 1, 5)],
    SubmissionState.LOCKED: [
        event(SubmissionAction.SUBMITTED, DEADLINE, 5),
        event(SubmissionAction.LOCKED),
    ],
}
IN_TIME, TOO_LATE = DEADLINE, DEADLINE + 1
TRANSITIONS: list[tuple[SubmissionState, SubmissionAction, int, SubmissionState | None]] = [
    *(
        (state, SubmissionAction.SUBMITTED, at_ms, after_it)
        for state in (
            SubmissionState.NOT_STARTED,
            SubmissionState.IN_PROGRESS,
            SubmissionState.ON_TIME,
            SubmissionState.LATE,
        )
        for at_ms, after_it in (
            (IN_TIME, SubmissionState.ON_TIME),
            (TOO_LATE, SubmissionState.LATE),
        )
    ),
    (SubmissionState.NOT_STARTED, SubmissionAction.SAVED, 1, SubmissionState.IN_PROGRESS),
    (SubmissionState.IN_PROGRESS, SubmissionAction.SAVED, 1, SubmissionState.IN_PROGRESS),
    (SubmissionState.ON_TIME, SubmissionAction.SAVED, 1, SubmissionState.ON_TIME),
    (SubmissionState.LATE, SubmissionAction.SAVED, 1, SubmissionState.LATE),
    *(
        (state, SubmissionAction.LOCKED, 1, SubmissionState.LOCKED)
        for state in SubmissionState
        if state is not SubmissionState.LOCKED
    ),
    *(
        (state, SubmissionAction.REOPENED, 1, None)
        for state in SubmissionState
        if state is not SubmissionState.LOCKED
    ),
    (SubmissionState.LOCKED, SubmissionAction.SAVED, 1, None),
    (SubmissionState.LOCKED, SubmissionAction.SUBMITTED, 1, None),
    (SubmissionState.LOCKED, SubmissionAction.LOCKED, 1, None),
    (SubmissionState.LOCKED, SubmissionAction.REOPENED, 1, SubmissionState.IN_PROGRESS),
]


@pytest.mark.parametrize(("state", "what", "at_ms", "expected"), TRANSITIONS)
def test_each_transition(
    state: SubmissionState, what: SubmissionAction, at_ms: int, expected: SubmissionState | None
) -> None:
    before = standing_after(DEADLINE, PATHS[state])
    assert before.state is state
    if expected is None:
        with pytest.raises(NotNowError):
            after(before, event(what, at_ms))
    else:
        assert after(before, event(what, at_ms)).state is expected


def test_the_table_has_every_transition() -> None:
    assert {(state, what) for state, what, *_ in TRANSITIONS} == {
        (state, what) for state in SubmissionState for what in SubmissionAction
    }


def test_the_last_submission_counts_while_a_reopened_school_works_on_the_next() -> None:
    story = [
        event(SubmissionAction.SUBMITTED, 10, 1),
        event(SubmissionAction.LOCKED, 20, 2),
        event(SubmissionAction.REOPENED, 2_000, 3, deadline_ms=3_000),
    ]
    reopened = standing_after(DEADLINE, story)
    assert reopened == SubmissionStatus(
        3_000, SubmissionState.IN_PROGRESS, 1, 10, late=False, reopened=True
    )
    again = after(reopened, event(SubmissionAction.SUBMITTED, 3_000, 4))
    assert again == SubmissionStatus(
        3_000, SubmissionState.ON_TIME, 4, 3_000, late=False, reopened=False
    )
    without = standing_after(DEADLINE, [*story[:2], event(SubmissionAction.REOPENED, 2_000, 3)])
    assert after(without, event(SubmissionAction.SUBMITTED, 2_001, 4)).state is SubmissionState.LATE


def test_a_reason_is_asked_for() -> None:
    locked = standing_after(DEADLINE, [event(SubmissionAction.LOCKED)])
    with pytest.raises(NotNowError, match="say why"):
        after(locked, SubmissionEvent(SubmissionAction.REOPENED, 1, reason=" "))


def test_locked_without_a_submission_is_still_missing() -> None:
    locked = standing_after(
        DEADLINE, [event(SubmissionAction.SAVED), event(SubmissionAction.LOCKED)]
    )
    assert (locked.state, locked.submission, locked.late) == (SubmissionState.LOCKED, None, None)
