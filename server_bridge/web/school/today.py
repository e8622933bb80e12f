"""A school's day, and its hours."""

import re

import sqlalchemy as sa
from starlette.responses import RedirectResponse, Response

from gate_contract.card import CardKind
from gate_contract.errors import SchoolgateError
from gate_contract.school_day import local_day
from server_bridge.access.roles import Permission
from server_bridge.school.day import DayLine, groups_of, in_order, lines_of, today
from server_bridge.store.people.card_days import CardDay, card_days
from server_bridge.store.people.headcounts import names
from server_bridge.store.school.by_hand import by_hand_on
from server_bridge.store.school.roll_calls import open_one
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

OPEN_UP_TO = 40
"""Lists up to this long are shown unfolded."""


def schools(visit: PageRequest, connection: sa.Connection) -> Response:
    """The viewer's schools, or the only one."""
    held = visit.viewer.where(Permission.PEOPLE)
    found = [u for u in all_units(connection) if u.level == SCHOOL and u.unit_id in held]
    if len(found) == 1:
        return RedirectResponse(f"/units/{found[0].unit_id}", 303)
    return visit.show("school_list.html", schools=found)


def show(visit: PageRequest, connection: sa.Connection) -> Response:
    """Who has not come, who was late, who left early, who is inside; of all or of one class."""
    school, hours = school_of(visit, connection), hours_of(connection, visit.unit_id)
    lines, strangers = lines_now(visit, connection)
    rooms = groups_of(lines)
    wanted = visit.query.get("class", "")
    room = next((r for r in ((r.kind, r.group) for r in rooms) if group_value(r) == wanted), None)
    day = today(lines, strangers, hours, visit.office.zone, room=room)
    note_look(visit, connection, "looked_at_school_day", wanted[:40] if room else "")
    f = formats(visit)
    return visit.show(
        "school_today.html",
        school=school,
        day=day,
        listed=in_order(day.lines) if room else (),
        f=f,
        rooms=[
            (group_value((r.kind, r.group)), group_label(visit, (r.kind, r.group)), r)
            for r in rooms
        ],
        chosen=group_value(room) if room else "",
        lists=[
            (what, by_group(visit, some), len(some), len(some) <= OPEN_UP_TO)
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
        strangers=_by_kind(day.strangers_inside),
        hours=hours,
        clock=clock,
        date=f.day(local_day(visit.now_ms, visit.office.zone)),
        at=f.second(visit.now_ms),
        today=local_day(visit.now_ms, visit.office.zone),
        roll_call=open_one(connection, visit.unit_id),
    )


def lines_now(
    visit: PageRequest, connection: sa.Connection
) -> tuple[tuple[DayLine, ...], tuple[CardDay, ...]]:
    """Everybody of the school with their day so far, in no order, and the cards that are nobody's
    there."""
    day = local_day(visit.now_ms, visit.office.zone)
    return lines_of(
        names(connection, visit.unit_id, day),
        card_days(connection, visit.unit_id, day),
        by_hand_on(connection, visit.unit_id, day),
    )


def change_hours(visit: PageRequest, connection: sa.Connection) -> Response:
    """Set when the bell rings."""
    school_of(visit, connection)
    hours = Hours(minutes(visit.form.get("begins", "")), minutes(visit.form.get("ends", "")))
    set_hours(connection, visit.unit_id, hours, account_of(visit), visit.now_ms)
    visit.note("set_school_hours", visit.unit_id, f"{clock(hours.begins)}-{clock(hours.ends)}")
    return RedirectResponse(f"/units/{visit.unit_id}", 303)


def clock(minute: int) -> str:
    """Minutes after midnight as `07:05`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def minutes(text: str) -> int:
    """`07:05` in minutes after midnight. Raises SchoolgateError."""
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
