"""The page of a school's day, and the form of its hours."""

import re

import sqlalchemy as sa
from starlette.responses import RedirectResponse, Response

from gate_contract.card import CardKind
from gate_contract.errors import SchoolgateError
from gate_contract.school_day import local_day
from server_bridge.access.roles import Permission
from server_bridge.school.day import DayLine, day_lists, group_counts, person_lines, sort_lines
from server_bridge.store.people.card_days import CardDay, card_days
from server_bridge.store.people.headcounts import people_names
from server_bridge.store.school.by_hand import by_hand_on
from server_bridge.store.school.roll_calls import open_roll_call
from server_bridge.store.school.school_hours import Hours, hours_of, set_hours
from server_bridge.store.units.tree import SCHOOL, all_units
from server_bridge.web.app.page import PageRequest
from server_bridge.web.school.request_context import (
    account_of,
    by_group,
    formats,
    group_label,
    group_value,
    note_look,
    school_of,
)

MAX_EXPANDED = 40
"""Lists of up to this many people are shown expanded."""


def schools(request: PageRequest, connection: sa.Connection) -> Response:
    """List the viewer's schools; redirect to the only one."""
    held = request.viewer.where(Permission.PEOPLE)
    found = [u for u in all_units(connection) if u.level == SCHOOL and u.unit_id in held]
    if len(found) == 1:
        return RedirectResponse(f"/units/{found[0].unit_id}", 303)
    return request.show("school_list.html", schools=found)


def show(request: PageRequest, connection: sa.Connection) -> Response:
    """Show who is absent, was late, left early, is inside; of all or of one class."""
    school, hours = school_of(request, connection), hours_of(connection, request.unit_id)
    lines, unassigned = current_lines(request, connection)
    groups = group_counts(lines)
    wanted = request.query.get("class", "")
    chosen = next((group.key for group in groups if group_value(group.key) == wanted), None)
    day = day_lists(lines, unassigned, hours, request.context.zone, group=chosen)
    note_look(request, connection, "looked_at_school_day", wanted[:40] if chosen else "")
    f = formats(request)
    return request.show(
        "school_today.html",
        school=school,
        day=day,
        listed=sort_lines(day.lines) if chosen else (),
        f=f,
        groups=[
            (group_value(group.key), group_label(request, group.key), group) for group in groups
        ],
        chosen=group_value(chosen) if chosen else "",
        lists=[
            (what, by_group(request, some), len(some), len(some) <= MAX_EXPANDED)
            for what, some in (("absent", day.absent), ("late", day.late), ("left", day.left))
        ],
        figures={
            what: (_pupils(some), len(some) - _pupils(some))
            for what, some in (
                ("inside", day.inside),
                ("absent", day.absent),
                ("late", day.late),
                ("left", day.left),
            )
        },
        unassigned=_by_kind(day.unassigned_inside),
        hours=hours,
        clock=clock,
        date=f.day(local_day(request.now_ms, request.context.zone)),
        at=f.second(request.now_ms),
        today=local_day(request.now_ms, request.context.zone),
        roll_call=open_roll_call(connection, request.unit_id),
    )


def current_lines(
    request: PageRequest, connection: sa.Connection
) -> tuple[tuple[DayLine, ...], tuple[CardDay, ...]]:
    """Return a line for each person of the school, not sorted, and the unassigned cards."""
    day = local_day(request.now_ms, request.context.zone)
    return person_lines(
        people_names(connection, request.unit_id, day),
        card_days(connection, request.unit_id, day),
        by_hand_on(connection, request.unit_id, day),
    )


def change_hours(request: PageRequest, connection: sa.Connection) -> Response:
    """Set when lessons begin and end."""
    school_of(request, connection)
    hours = Hours(minutes(request.form.get("begins", "")), minutes(request.form.get("ends", "")))
    set_hours(connection, request.unit_id, hours, account_of(request), request.now_ms)
    request.note("set_school_hours", request.unit_id, f"{clock(hours.begins)}-{clock(hours.ends)}")
    return RedirectResponse(f"/units/{request.unit_id}", 303)


def clock(minute: int) -> str:
    """Return minutes after midnight as `07:05`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def minutes(text: str) -> int:
    """Return `07:05` in minutes after midnight. Raises SchoolgateError."""
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)(:[0-5]\d)?", text.strip(), re.ASCII)
    if not found:
        raise SchoolgateError(
            f"{text[:20]!r}: hãy ghi giờ như 07:00 / write a time of day like 07:00"
        )
    return int(found[1]) * 60 + int(found[2])


def _pupils(lines: tuple[DayLine, ...]) -> int:
    return sum(line.kind is CardKind.PUPIL for line in lines)


def _by_kind(cards: tuple[CardDay, ...]) -> list[tuple[CardKind, int]]:
    counted = [(kind, sum(card.kind is kind for card in cards)) for kind in CardKind]
    return [(kind, number) for kind, number in counted if number]
