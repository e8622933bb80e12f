"""Every state of a school in a collection, and every way out of it."""

import pytest

from server_bridge.lists.standing import (
    Event,
    NotNowError,
    Standing,
    State,
    What,
    after,
    standing_after,
)

DEADLINE = 1_000


def event(what: What, at_ms: int = 1, number: int = 1, **more: object) -> Event:
    reason = "sai lớp" if what is What.REOPENED else ""
    return Event(what, at_ms, number, "cô Hà", reason, **more)  # type: ignore[arg-type]


PATHS: dict[State, list[Event]] = {
    State.NOT_STARTED: [],
    State.IN_PROGRESS: [event(What.SAVED)],
    State.ON_TIME: [event(What.SUBMITTED, DEADLINE, 5)],
    State.LATE: [event(What.SUBMITTED, DEADLINE + 1, 5)],
    State.LOCKED: [event(What.SUBMITTED, DEADLINE, 5), event(What.LOCKED)],
}
IN_TIME, TOO_LATE = DEADLINE, DEADLINE + 1
TRANSITIONS: list[tuple[State, What, int, State | None]] = [
    *(
        (state, What.SUBMITTED, at_ms, after_it)
        for state in (State.NOT_STARTED, State.IN_PROGRESS, State.ON_TIME, State.LATE)
        for at_ms, after_it in ((IN_TIME, State.ON_TIME), (TOO_LATE, State.LATE))
    ),
    (State.NOT_STARTED, What.SAVED, 1, State.IN_PROGRESS),
    (State.IN_PROGRESS, What.SAVED, 1, State.IN_PROGRESS),
    (State.ON_TIME, What.SAVED, 1, State.ON_TIME),
    (State.LATE, What.SAVED, 1, State.LATE),
    *((state, What.LOCKED, 1, State.LOCKED) for state in State if state is not State.LOCKED),
    *((state, What.REOPENED, 1, None) for state in State if state is not State.LOCKED),
    (State.LOCKED, What.SAVED, 1, None),
    (State.LOCKED, What.SUBMITTED, 1, None),
    (State.LOCKED, What.LOCKED, 1, None),
    (State.LOCKED, What.REOPENED, 1, State.IN_PROGRESS),
]


@pytest.mark.parametrize(("state", "what", "at_ms", "expected"), TRANSITIONS)
def test_each_transition(state: State, what: What, at_ms: int, expected: State | None) -> None:
    before = standing_after(DEADLINE, PATHS[state])
    assert before.state is state
    if expected is None:
        with pytest.raises(NotNowError):
            after(before, event(what, at_ms))
    else:
        assert after(before, event(what, at_ms)).state is expected


def test_the_table_has_every_transition() -> None:
    assert {(state, what) for state, what, *_ in TRANSITIONS} == {
        (state, what) for state in State for what in What
    }


def test_the_last_submission_counts_while_a_reopened_school_works_on_the_next() -> None:
    story = [
        event(What.SUBMITTED, 10, 1),
        event(What.LOCKED, 20, 2),
        event(What.REOPENED, 2_000, 3, deadline_ms=3_000),
    ]
    reopened = standing_after(DEADLINE, story)
    assert reopened == Standing(3_000, State.IN_PROGRESS, 1, 10, late=False, reopened=True)
    again = after(reopened, event(What.SUBMITTED, 3_000, 4))
    assert again == Standing(3_000, State.ON_TIME, 4, 3_000, late=False, reopened=False)
    without = standing_after(DEADLINE, [*story[:2], event(What.REOPENED, 2_000, 3)])
    assert after(without, event(What.SUBMITTED, 2_001, 4)).state is State.LATE


def test_a_reason_is_asked_for() -> None:
    locked = standing_after(DEADLINE, [event(What.LOCKED)])
    with pytest.raises(NotNowError, match="say why"):
        after(locked, Event(What.REOPENED, 1, reason=" "))


def test_locked_without_a_submission_is_still_missing() -> None:
    locked = standing_after(DEADLINE, [event(What.SAVED), event(What.LOCKED)])
    assert (locked.state, locked.submission, locked.late) == (State.LOCKED, None, None)
