"""What all handlers of this room need of a visit."""

from collections.abc import Iterable

import sqlalchemy as sa

from gate_contract.card import Kind
from server_bridge.school.day import Line
from server_bridge.store.access.accounts import looked_lately
from server_bridge.store.places.units import SCHOOL, Unit, find_unit
from server_bridge.web.desk.pages import NotThereError, Visit
from server_bridge.web.formats import Formats

ONE_LOOK_MS = 600_000
"""A page that renews itself is one look, noted again only after this long."""
_LARGEST = 2**53

RoomOf = tuple[Kind, str | None]


def school_of(visit: Visit, connection: sa.Connection) -> Unit:
    """The school in the path. Raises NotThereError: people are listed for schools only."""
    found = find_unit(connection, visit.unit_id)
    if found is None or found.level != SCHOOL:
        raise NotThereError(f"{visit.unit_id} is no school")
    return found


def number_in(visit: Visit, name: str) -> int:
    """A number in the path. Raises NotThereError if no database would have it."""
    number: int = visit.request.path_params[name]
    if number > _LARGEST:
        raise NotThereError(f"no {name} has the number {number}")
    return number


def account_of(visit: Visit) -> int:
    """Who writes. Raises NotThereError for somebody without an account."""
    if visit.viewer.account is None:
        raise NotThereError("only somebody with an account writes here")
    return visit.viewer.account


def note_look(visit: Visit, connection: sa.Connection, action: str, detail: str = "") -> None:
    """Have a look at people written down, unless it is the one of a few minutes ago renewed."""
    since_ms = visit.now_ms - ONE_LOOK_MS
    account = visit.viewer.account
    if not looked_lately(connection, account, action, visit.unit_id, detail, since_ms):
        visit.note(action, visit.unit_id, detail)


def formats(visit: Visit) -> Formats:
    """Writes times for this visitor."""
    return Formats(visit.lang, visit.office.zone)


def room_value(room: RoomOf) -> str:
    """How an address names a room: a class by its name; whom no class has, by kind."""
    kind, group = room
    return group or f"!{kind}"


def room_label(visit: Visit, room: RoomOf) -> str:
    """How people call a room."""
    kind, group = room
    return group or visit.office.frame.say(visit.lang, f"school_room_{kind}")


def by_room(visit: Visit, lines: Iterable[Line]) -> list[tuple[str, list[Line]]]:
    """Lines that are in order already, room by room, each under its name."""
    found: dict[RoomOf, list[Line]] = {}
    for line in lines:
        found.setdefault(line.room, []).append(line)
    return [(room_label(visit, room), some) for room, some in found.items()]
