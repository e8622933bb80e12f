"""What all handlers of this room need of a visit."""

from collections.abc import Iterable

import sqlalchemy as sa

from gate_contract.card import CardKind
from server_bridge.i18n.formats import Formats
from server_bridge.school.day import DayLine
from server_bridge.store.access.accounts import looked_lately
from server_bridge.store.units.tree import SCHOOL, Unit, find_unit
from server_bridge.web.app.page import PageNotFoundError, PageRequest

ONE_LOOK_MS = 600_000
"""A page that renews itself is one look, noted again only after this long."""
_LARGEST = 2**53

RoomOf = tuple[CardKind, str | None]


def school_of(visit: PageRequest, connection: sa.Connection) -> Unit:
    """The school in the path. Raises NotThereError: people are listed for schools only."""
    found = find_unit(connection, visit.unit_id)
    if found is None or found.level != SCHOOL:
        raise PageNotFoundError(f"{visit.unit_id} is no school")
    return found


def number_in(visit: PageRequest, name: str) -> int:
    """A number in the path. Raises NotThereError if no database would have it."""
    number: int = visit.request.path_params[name]
    if number > _LARGEST:
        raise PageNotFoundError(f"no {name} has the number {number}")
    return number


def account_of(visit: PageRequest) -> int:
    """Who writes. Raises NotThereError for somebody without an account."""
    if visit.viewer.account is None:
        raise PageNotFoundError("only somebody with an account writes here")
    return visit.viewer.account


def note_look(visit: PageRequest, connection: sa.Connection, action: str, detail: str = "") -> None:
    """Have a look at people written down, unless it is the one of a few minutes ago renewed."""
    since_ms = visit.now_ms - ONE_LOOK_MS
    account = visit.viewer.account
    if not looked_lately(connection, account, action, visit.unit_id, detail, since_ms):
        visit.note(action, visit.unit_id, detail)


def formats(visit: PageRequest) -> Formats:
    """Writes times for this visitor."""
    return Formats(visit.lang, visit.office.zone)


def group_value(room: RoomOf) -> str:
    """How an address names a room: a class by its name; whom no class has, by kind."""
    kind, group = room
    return group or f"!{kind}"


def group_label(visit: PageRequest, room: RoomOf) -> str:
    """How people call a room."""
    kind, group = room
    return group or visit.office.frame.say(visit.lang, f"school_room_{kind}")


def by_group(visit: PageRequest, lines: Iterable[DayLine]) -> list[tuple[str, list[DayLine]]]:
    """Lines that are in order already, room by room, each under its name."""
    found: dict[RoomOf, list[DayLine]] = {}
    for line in lines:
        found.setdefault(line.room, []).append(line)
    return [(group_label(visit, room), some) for room, some in found.items()]
