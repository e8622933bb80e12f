"""The pages of roll-calls: begin one, tick people off on several phones at once, close it."""

from urllib.parse import urlencode

import sqlalchemy as sa
from starlette.responses import JSONResponse, RedirectResponse, Response

from gate_contract.card import CardKind
from gate_contract.school_day import local_day
from server_bridge.cards.face import card_number
from server_bridge.school.day import ListGroup, group_order, sort_lines
from server_bridge.store.school.roll_calls import (
    RollCall,
    RollCallLine,
    begin_roll_call,
    close_roll_call,
    count_roll_call,
    find_roll_call,
    latest_roll_calls,
    open_roll_call,
    roll_call_lines,
    tick,
    ticked_lines,
)
from server_bridge.web.app.page import PageNotFoundError, PageRequest
from server_bridge.web.school.request_context import (
    account_of,
    formats,
    group_label,
    group_value,
    note_look,
    number_in,
    school_of,
)
from server_bridge.web.school.today import current_lines

MAX_LISTED = 12
"""The number of earlier roll-calls listed."""
UNASSIGNED = "?"
UNASSIGNED_GROUP: ListGroup = (CardKind.VISITOR, UNASSIGNED)
"""The group of unassigned cards, listed last; no class has this name."""


def index(request: PageRequest, connection: sa.Connection) -> Response:
    """Redirect to the open roll-call; without one, show the form to begin one."""
    school = school_of(request, connection)
    if (going := open_roll_call(connection, request.unit_id)) is not None:
        return RedirectResponse(_path(request, going), 303)
    past = [
        (roll_call, count_roll_call(connection, roll_call.roll_call))
        for roll_call in latest_roll_calls(connection, request.unit_id, MAX_LISTED)
    ]
    today = local_day(request.now_ms, request.context.zone)
    return request.show(
        "roll_calls.html", school=school, past=past, f=formats(request), today=today
    )


def start(request: PageRequest, connection: sa.Connection) -> Response:
    """Begin a roll-call with the list of who is inside now, or join the open one."""
    school_of(request, connection)
    day = local_day(request.now_ms, request.context.zone)
    number, is_new = begin_roll_call(
        connection,
        request.unit_id,
        day,
        _list_now(request, connection),
        account_of(request),
        request.now_ms,
    )
    if is_new:
        request.note("began_roll_call", request.unit_id, str(number))
    return RedirectResponse(_path(request, number), 303)


def show(request: PageRequest, connection: sa.Connection) -> Response:
    """Show the list, the missing first."""
    school, roll_call = school_of(request, connection), _roll_call(request, connection)
    lines = roll_call_lines(connection, roll_call.roll_call)
    by_group: dict[ListGroup, list[RollCallLine]] = {}
    for line in lines:
        by_group.setdefault(_group_key(line), []).append(line)
    keys = sorted(by_group, key=_group_order)
    wanted = request.query.get("class", "")
    chosen = next((key for key in keys if group_value(key) == wanted), None)
    note_look(request, connection, "looked_at_roll_call", str(roll_call.roll_call))
    groups = [
        _Group(number, key, _label(request, key), by_group[key]) for number, key in enumerate(keys)
    ]
    return request.show(
        "roll_call.html",
        school=school,
        roll_call=roll_call,
        at=_path(request, roll_call.roll_call),
        tally=count_roll_call(connection, roll_call.roll_call),
        groups=groups,
        shown=[group for group in groups if chosen is None or group.key == chosen],
        chosen=wanted if chosen else "",
        card_number=card_number,
        f=formats(request),
        minutes=((roll_call.closed_ms or request.now_ms) - roll_call.begun_ms) // 60_000,
    )


def state(request: PageRequest, connection: sa.Connection) -> Response:
    """Return the numbers of the ticked lines as JSON, for the phones that take part."""
    return _state(connection, _roll_call(request, connection))


def mark(request: PageRequest, connection: sa.Connection) -> Response:
    """Tick a person off (`here`), or undo that (`not`)."""
    roll_call = _roll_call(request, connection)
    there = "here" in request.form
    text = request.form.get("here" if there else "not", "")
    line = int(text) if text.isdecimal() and len(text) < 9 else -1
    done = tick(connection, roll_call.roll_call, line, there, account_of(request), request.now_ms)
    if not done and roll_call.closed_ms is None:
        raise PageNotFoundError(f"no line {line}")
    if "application/json" in request.http.headers.get("accept", ""):
        return _state(connection, _roll_call(request, connection))
    group = request.form.get("room", "")
    wanted = request.form.get("class", "")
    query = "?" + urlencode({"class": wanted}) if wanted else ""
    anchor = f"#r-{group}" if group.isdecimal() else ""
    return RedirectResponse(_path(request, roll_call.roll_call) + query + anchor, 303)


def finish(request: PageRequest, connection: sa.Connection) -> Response:
    """Close the roll-call. Its list does not change afterwards."""
    roll_call = _roll_call(request, connection)
    close_roll_call(connection, roll_call.roll_call, account_of(request), request.now_ms)
    request.note("closed_roll_call", request.unit_id, str(roll_call.roll_call))
    return RedirectResponse(_path(request, roll_call.roll_call), 303)


class _Group:
    """A group of the list. `number` identifies it within the page."""

    def __init__(
        self, number: int, key: ListGroup, label: str, members: list[RollCallLine]
    ) -> None:
        self.number, self.value, self.label, self.key = number, group_value(key), label, key
        self.expected = sum(line.expected for line in members)
        self.missing = [line for line in members if line.expected and line.ticked_ms is None]
        self.found = [line for line in members if line.ticked_ms is not None]
        self.others = [line for line in members if not line.expected and line.ticked_ms is None]


def _list_now(request: PageRequest, connection: sa.Connection) -> list[RollCallLine]:
    """Return a line for each person, those inside as expected, and for each unassigned card."""
    lines, unassigned = current_lines(request, connection)
    listed = [
        RollCallLine(
            number,
            line.person,
            None,
            line.kind,
            line.group_key[1],
            line.inside,
            line.seen.first_in_ms if line.seen else None,
        )
        for number, line in enumerate(sort_lines(lines))
    ]
    inside = [card for card in unassigned if card.inside]
    return listed + [
        RollCallLine(number, None, card.card_id, card.kind, UNASSIGNED, True, card.first_in_ms)
        for number, card in enumerate(inside, len(listed))
    ]


def _group_key(line: RollCallLine) -> ListGroup:
    return UNASSIGNED_GROUP if line.group_name == UNASSIGNED else (line.kind, line.group_name)


def _label(request: PageRequest, key: ListGroup) -> str:
    if key == UNASSIGNED_GROUP:
        return request.context.layout.say(request.lang, "school_strangers")
    return group_label(request, key)


def _group_order(key: ListGroup) -> tuple[object, ...]:
    return key == UNASSIGNED_GROUP, *group_order(*key)


def _roll_call(request: PageRequest, connection: sa.Connection) -> RollCall:
    found = find_roll_call(connection, request.unit_id, number_in(request, "roll_call"))
    if found is None:
        raise PageNotFoundError("no such roll-call of this school")
    return found


def _state(connection: sa.Connection, roll_call: RollCall) -> Response:
    counts = count_roll_call(connection, roll_call.roll_call)
    return JSONResponse(
        {
            "here": ticked_lines(connection, roll_call.roll_call),
            "expected": counts.expected,
            "missing": counts.missing,
            "closed": roll_call.closed_ms is not None,
        }
    )


def _path(request: PageRequest, number: int) -> str:
    return f"/units/{request.unit_id}/roll-call/{number}"
