"""List the pages to request, and by whom: every page, for every role that may see it."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from benchmarks.bridge.web.year import ZONE
from gate_contract.errors import SchoolgateError
from gate_contract.school_day import local_day
from server_bridge.access.roles import PERMISSIONS, Permission, Role
from server_bridge.reports.period import PeriodKind
from server_bridge.store.access.accounts import (
    UnknownAccountError,
    add_account,
    begin_session,
    find_account,
    grant,
)
from server_bridge.store.people.people import members
from server_bridge.store.reports.deadlines import all_requests
from server_bridge.store.reports.report_requests import REQUESTS, open_request
from server_bridge.store.schema.base import gates
from server_bridge.store.school.roll_calls import (
    RollCallLine,
    begin_roll_call,
    close_roll_call,
    latest_roll_calls,
    tick,
)
from server_bridge.store.units.tree import SCHOOL, all_units
from server_bridge.web.app.page import Page
from server_bridge.web.site import PAGES

DAY_MS = 86_400_000
LIVE = Page("/", Permission.COUNTS, lambda visit, _: visit.refuse("not_there", 404))
"""Stands in the list for the live page, which has a handler of its own."""
FILE_QUERY = "?as=xlsx"
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


@dataclass(frozen=True, slots=True)
class Scene:
    """Where and when pages are requested: the tree's top, the largest school, another one."""

    root: str
    largest: str
    school: str
    now_ms: int

    @property
    def day(self) -> date:
        """Return the local day of the requests."""
        return local_day(self.now_ms, ZONE)


@dataclass(frozen=True, slots=True)
class Somebody:
    """An account and the unit it looks at; `token` is that of its session."""

    name: str
    role: Role
    unit_id: str
    token: str


@dataclass(frozen=True, slots=True)
class Ask:
    """One page that an account requests. `page` is its path with the parameters still in it."""

    page: str
    path: str
    who: Somebody


def scene(connection: sa.Connection, now_ms: int) -> Scene:
    """Return the scene of a database that the benchmark has made."""
    units = all_units(connection)
    schools = [unit.unit_id for unit in units if unit.level == SCHOOL]
    schools.sort(key=lambda unit_id: unit_id.rpartition("-")[2])
    return Scene(units[0].unit_id, schools[0], schools[-1], now_ms)


def prepare_data(connection: sa.Connection, at: Scene) -> list[Somebody]:
    """Create what the pages need to show, or use what an earlier run has created.

    That is: an account of every role at the top, and of the office at both schools, each signed in;
    a roll-call of both, half of it found; and figures to be confirmed.
    """
    people = [_sign_in(connection, role, at.root, at) for role in Role if role is not Role.OFFICE]
    for unit_id in (at.largest, at.school):
        people.append(_sign_in(connection, Role.OFFICE, unit_id, at))
        account = find_account(connection, people[-1].name).account
        if not latest_roll_calls(connection, unit_id, 1):
            _call_the_roll(connection, unit_id, account, at)
    if not all_requests(connection, REQUESTS):
        deadline_ms = at.now_ms + DAY_MS
        open_request(
            connection, at.root, "", PeriodKind.MONTH, at.day, deadline_ms, "bench", at.now_ms
        )
    return people


def page_requests(
    connection: sa.Connection,
    people: Sequence[Somebody],
    at: Scene,
    pages: Sequence[Page] = PAGES,
) -> list[Ask]:
    """Return all requests. Raises SchoolgateError for a parameter without a value."""
    found = []
    for page in (LIVE, *pages):
        for who in people:
            if page.method == "GET" and page.needs in PERMISSIONS[who.role]:
                places = [who.unit_id] if who.role is Role.OFFICE else [at.root, at.largest]
                query = FILE_QUERY if page.path.endswith("/file") else ""
                paths = dict.fromkeys(
                    _fill(connection, page.path, where, at) + query for where in places
                )
                found += [Ask(page.path, path, who) for path in paths]
    return found


def _fill(connection: sa.Connection, path: str, unit_id: str, at: Scene) -> str:
    def value(found: re.Match[str]) -> str:
        fill = FILLERS.get(found[1])
        if fill is None:
            raise SchoolgateError(
                f"the bench does not know what {{{found[1]}}} in {path} may be; "
                "say so in benchmarks/bridge/web/page_requests.py"
            )
        return str(fill(connection, unit_id, at))

    return _PARAMETER.sub(value, path)


def _a_gate(connection: sa.Connection, unit_id: str, _: Scene) -> str:
    query = sa.select(gates.c.gate_id).order_by(gates.c.unit_id != unit_id, gates.c.gate_id)
    return str(connection.execute(query.limit(1)).scalar_one())


def a_person(connection: sa.Connection, unit_id: str, at: Scene) -> int:
    """Return somebody of a school, 0 above schools."""
    there = members(connection, [unit_id], at.day)
    return max((member.person for member in there), default=0)


def _a_roll_call(connection: sa.Connection, unit_id: str, _: Scene) -> int:
    found = latest_roll_calls(connection, unit_id, 1)
    return found[0].roll_call if found else 0


FILLERS: Mapping[str, Callable[[sa.Connection, str, Scene], object]] = {
    "unit_id": lambda _, unit_id, __: unit_id,
    "gate_id": _a_gate,
    "person": a_person,
    "roll_call": _a_roll_call,
    "request": lambda connection, _, __: all_requests(connection, REQUESTS)[0].number,
}
"""Values of a page's parameters, by their name, for an account and a unit."""


def _sign_in(connection: sa.Connection, role: Role, unit_id: str, at: Scene) -> Somebody:
    name = f"{role} {unit_id}"
    with suppress(UnknownAccountError):
        account = find_account(connection, name).account
        return Somebody(name, role, unit_id, begin_session(connection, account, at.now_ms))
    account = add_account(connection, name, at.now_ms)
    grant(connection, account, role, unit_id)
    return Somebody(name, role, unit_id, begin_session(connection, account, at.now_ms))


def _call_the_roll(connection: sa.Connection, unit_id: str, account: int, at: Scene) -> None:
    lines = [
        RollCallLine(
            line, one.person, None, one.who.kind, one.place.group_name, line % 20 > 0, at.now_ms
        )
        for line, one in enumerate(members(connection, [unit_id], at.day))
    ]
    number, _ = begin_roll_call(connection, unit_id, at.day, lines, account, at.now_ms)
    for line in range(0, len(lines), 2):
        tick(connection, number, line, True, account, at.now_ms)
    close_roll_call(connection, number, account, at.now_ms)
