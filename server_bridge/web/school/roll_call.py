"""Roll-calls: begun with one tap, ticked on several phones at once, closed with a summary."""

from urllib.parse import urlencode

import sqlalchemy as sa
from starlette.responses import JSONResponse, RedirectResponse, Response

from gate_contract.card import CardKind
from gate_contract.school_day import local_day
from server_bridge.cards.face import card_number
from server_bridge.school.day import group_key, in_order
from server_bridge.store.school.roll_calls import (
    Called,
    RollCall,
    begin,
    called,
    close,
    find_roll_call,
    latest,
    open_one,
    tally,
    tick,
    ticked,
)
from server_bridge.web.app.page import PageNotFoundError, PageRequest
from server_bridge.web.school.request_context import (
    RoomOf,
    account_of,
    formats,
    group_label,
    group_value,
    note_look,
    number_in,
    school_of,
)
from server_bridge.web.school.today import lines_now

SHOWN = 12
"""So many earlier roll-calls are listed."""


def index(visit: PageRequest, connection: sa.Connection) -> Response:
    """The roll-call that goes on; else the button that begins one, and earlier ones."""
    school = school_of(visit, connection)
    if (going := open_one(connection, visit.unit_id)) is not None:
        return RedirectResponse(_path(visit, going), 303)
    past = [(one, tally(connection, one.roll_call)) for one in latest(connection, *_few(visit))]
    today = local_day(visit.now_ms, visit.office.zone)
    return visit.show("roll_calls.html", school=school, past=past, f=formats(visit), today=today)


def start(visit: PageRequest, connection: sa.Connection) -> Response:
    """Keep the list of who is inside now, and go to it; or join what goes on already."""
    school_of(visit, connection)
    day = local_day(visit.now_ms, visit.office.zone)
    number, is_new = begin(
        connection,
        visit.unit_id,
        day,
        _list_now(visit, connection),
        account_of(visit),
        visit.now_ms,
    )
    if is_new:
        visit.note("began_roll_call", visit.unit_id, str(number))
    return RedirectResponse(_path(visit, number), 303)


def show(visit: PageRequest, connection: sa.Connection) -> Response:
    """The list: who is missing first."""
    school, one = school_of(visit, connection), _found(visit, connection)
    lines = called(connection, one.roll_call)
    by_room: dict[RoomOf, list[Called]] = {}
    for line in lines:
        by_room.setdefault(_room(line), []).append(line)
    rooms = sorted(by_room, key=_room_key)
    wanted = visit.query.get("class", "")
    chosen = next((room for room in rooms if group_value(room) == wanted), None)
    note_look(visit, connection, "looked_at_roll_call", str(one.roll_call))
    groups = [
        _Group(number, room, _label(visit, room), by_room[room])
        for number, room in enumerate(rooms)
    ]
    return visit.show(
        "roll_call.html",
        school=school,
        one=one,
        at=_path(visit, one.roll_call),
        tally=tally(connection, one.roll_call),
        groups=groups,
        shown=[group for group in groups if chosen is None or group.room == chosen],
        chosen=wanted if chosen else "",
        card_number=card_number,
        f=formats(visit),
        minutes=((one.closed_ms or visit.now_ms) - one.begun_ms) // 60_000,
    )


def state(visit: PageRequest, connection: sa.Connection) -> Response:
    """Which lines are ticked; numbers only, for the phones of all helpers."""
    return _state(connection, _found(visit, connection))


def mark(visit: PageRequest, connection: sa.Connection) -> Response:
    """Tick somebody off (`here`), or take that back (`not`)."""
    one = _found(visit, connection)
    there = "here" in visit.form
    text = visit.form.get("here" if there else "not", "")
    line = int(text) if text.isdecimal() and len(text) < 9 else -1
    done = tick(connection, one.roll_call, line, there, account_of(visit), visit.now_ms)
    if not done and one.closed_ms is None:
        raise PageNotFoundError(f"no line {line}")
    if "application/json" in visit.request.headers.get("accept", ""):
        return _state(connection, _found(visit, connection))
    room = visit.form.get("room", "")
    wanted = visit.form.get("class", "")
    query = "?" + urlencode({"class": wanted}) if wanted else ""
    anchor = f"#r-{room}" if room.isdecimal() else ""
    return RedirectResponse(_path(visit, one.roll_call) + query + anchor, 303)


def finish(visit: PageRequest, connection: sa.Connection) -> Response:
    """Close it. What it says then stays."""
    one = _found(visit, connection)
    close(connection, one.roll_call, account_of(visit), visit.now_ms)
    visit.note("closed_roll_call", visit.unit_id, str(one.roll_call))
    return RedirectResponse(_path(visit, one.roll_call), 303)


class _Group:
    """A room of the list. `number` names it within the page."""

    def __init__(self, number: int, room: RoomOf, label: str, mine: list[Called]) -> None:
        self.number, self.value, self.label, self.room = number, group_value(room), label, room
        self.expected = sum(line.expected for line in mine)
        self.missing = [line for line in mine if line.expected and line.ticked_ms is None]
        self.found = [line for line in mine if line.ticked_ms is not None]
        self.others = [line for line in mine if not line.expected and line.ticked_ms is None]


def _list_now(visit: PageRequest, connection: sa.Connection) -> list[Called]:
    """Everybody of the school, who is inside marked as expected; and cards that are nobody's."""
    lines, strangers = lines_now(visit, connection)
    listed = [
        Called(
            number,
            line.person,
            None,
            line.kind,
            line.room[1],
            line.inside,
            line.seen.first_in_ms if line.seen else None,
        )
        for number, line in enumerate(in_order(lines))
    ]
    inside = [card for card in strangers if card.inside]
    return listed + [
        Called(number, None, card.card_id, card.kind, STRANGERS, True, card.first_in_ms)
        for number, card in enumerate(inside, len(listed))
    ]


STRANGERS = "?"
STRANGERS_ROOM: RoomOf = (CardKind.VISITOR, STRANGERS)
"""Cards without a name are listed together, last; no class is called so."""


def _room(line: Called) -> RoomOf:
    return STRANGERS_ROOM if line.group_name == STRANGERS else (line.kind, line.group_name)


def _label(visit: PageRequest, room: RoomOf) -> str:
    if room == STRANGERS_ROOM:
        return visit.office.frame.say(visit.lang, "school_strangers")
    return group_label(visit, room)


def _room_key(room: RoomOf) -> tuple[object, ...]:
    return room == STRANGERS_ROOM, *group_key(*room)


def _found(visit: PageRequest, connection: sa.Connection) -> RollCall:
    found = find_roll_call(connection, visit.unit_id, number_in(visit, "roll_call"))
    if found is None:
        raise PageNotFoundError("no such roll-call of this school")
    return found


def _state(connection: sa.Connection, one: RollCall) -> Response:
    stands = tally(connection, one.roll_call)
    return JSONResponse(
        {
            "here": ticked(connection, one.roll_call),
            "expected": stands.expected,
            "missing": stands.missing,
            "closed": one.closed_ms is not None,
        }
    )


def _path(visit: PageRequest, number: int) -> str:
    return f"/units/{visit.unit_id}/roll-call/{number}"


def _few(visit: PageRequest) -> tuple[str, int]:
    return visit.unit_id, SHOWN
