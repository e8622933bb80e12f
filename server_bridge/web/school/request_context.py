"""What the handlers of a school's pages read from a request."""

from collections.abc import Iterable

import sqlalchemy as sa

from server_bridge.i18n.formats import Formats
from server_bridge.school.day import DayLine, ListGroup
from server_bridge.store.access.accounts import logged_since
from server_bridge.store.units.tree import SCHOOL, Unit, find_unit
from server_bridge.web.app.page import PageNotFoundError, PageRequest

LOOK_INTERVAL_MS = 600_000
"""A page that refreshes itself is logged again only after this long."""
_LARGEST = 2**53


def school_of(request: PageRequest, connection: sa.Connection) -> Unit:
    """Return the school in the path. People are listed for schools only.

    Raises PageNotFoundError for a unit that is no school.
    """
    found = find_unit(connection, request.unit_id)
    if found is None or found.level != SCHOOL:
        raise PageNotFoundError(f"{request.unit_id} is no school")
    return found


def number_in(request: PageRequest, name: str) -> int:
    """Return a number in the path. Raises PageNotFoundError if it is too large for a database."""
    number: int = request.http.path_params[name]
    if number > _LARGEST:
        raise PageNotFoundError(f"no {name} has the number {number}")
    return number


def account_of(request: PageRequest) -> int:
    """Return the viewer's account. Raises PageNotFoundError for a viewer without one."""
    if request.viewer.account is None:
        raise PageNotFoundError("only viewers with an account may write")
    return request.viewer.account


def note_look(
    request: PageRequest, connection: sa.Connection, action: str, detail: str = ""
) -> None:
    """Log a look at people, unless the same look was logged within LOOK_INTERVAL_MS."""
    since_ms = request.now_ms - LOOK_INTERVAL_MS
    account = request.viewer.account
    if not logged_since(connection, account, action, request.unit_id, detail, since_ms):
        request.note(action, request.unit_id, detail)


def formats(request: PageRequest) -> Formats:
    """Return the formats of the viewer's language."""
    return Formats(request.lang, request.context.zone)


def group_value(key: ListGroup) -> str:
    """Return a group's value in addresses: the name of a class, or `!` and the kind."""
    kind, group = key
    return group or f"!{kind}"


def group_label(request: PageRequest, key: ListGroup) -> str:
    """Return a group's name for display."""
    kind, group = key
    return group or request.context.layout.say(request.lang, f"school_group_{kind}")


def by_group(request: PageRequest, lines: Iterable[DayLine]) -> list[tuple[str, list[DayLine]]]:
    """Return sorted lines by group, each group with its name."""
    found: dict[ListGroup, list[DayLine]] = {}
    for line in lines:
        found.setdefault(line.group_key, []).append(line)
    return [(group_label(request, key), some) for key, some in found.items()]
