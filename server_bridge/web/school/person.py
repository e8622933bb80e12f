"""A person's page for the office, and crossings written by hand."""

from datetime import UTC, date, datetime, time

import sqlalchemy as sa
from starlette.responses import RedirectResponse, Response

from gate_contract.crossing import Direction
from gate_contract.errors import SchoolgateError
from gate_contract.school_day import local_day
from server_bridge.cards.face import card_number
from server_bridge.school.day import minute_of
from server_bridge.school.year import months, school_year, year_bounds
from server_bridge.store.areas.levels import levels_at
from server_bridge.store.people.cards import cards_of_person
from server_bridge.store.people.person_year import (
    PersonHistory,
    days_of_cards,
    days_with_scans,
    find_person,
)
from server_bridge.store.school.by_hand import add_by_hand, by_hand_of, withdraw
from server_bridge.store.school.school_hours import hours_of
from server_bridge.web.app.page import PageNotFoundError, PageRequest
from server_bridge.web.school.request_context import (
    account_of,
    formats,
    group_label,
    note_look,
    number_in,
    school_of,
)
from server_bridge.web.school.today import clock, minutes

_EARLIEST = 2000


def show(visit: PageRequest, connection: sa.Connection) -> Response:
    """Somebody who is or was at the school: the year by month, cards, level, entries by hand."""
    school, person = school_of(visit, connection), _person(visit, connection)
    zone, hours = visit.office.zone, hours_of(connection, visit.unit_id)
    today = local_day(visit.now_ms, zone)
    year = _year(visit, today)
    first, last = year_bounds(year)
    unit_id, number = visit.unit_id, person.person
    cards = [c for c in cards_of_person(connection, number) if c.card.unit_id == unit_id]
    ids = [held.card.card_id for held in cards]
    by_hand = by_hand_of(connection, unit_id, number, first, last)
    held = [
        day
        for day in days_with_scans(connection, unit_id, person.kind, first, last)
        if any(
            stay.from_day <= day and (not stay.until_day or day < stay.until_day)
            for stay in person.stays
        )
    ]
    note_look(visit, connection, "looked_at_person", f"person {number}")
    newest = person.stays[0]
    return visit.show(
        "school_person.html",
        school=school,
        person=person,
        room=group_label(visit, (person.kind, newest.group_name)),
        gone=newest.until_day is not None and newest.until_day <= today,
        level=levels_at(connection, visit.now_ms).get(newest.area_id or ""),
        months=months(
            days_of_cards(connection, unit_id, number, ids, first, last),
            by_hand,
            held,
            kind=person.kind,
            hours=hours,
            zone=zone,
        ),
        year=year,
        earlier=year - 1 if year > school_year(min(s.from_day for s in person.stays)) else None,
        later=year + 1 if year < school_year(today) else None,
        cards=[(held, card_number(held.card.card_id)) for held in cards],
        by_hand=by_hand,
        f=formats(visit),
        begins=clock(hours.begins),
        today=today,
        now=clock(minute_of(visit.now_ms, zone)),
    )


def write(visit: PageRequest, connection: sa.Connection) -> Response:
    """Write a crossing by hand."""
    school_of(visit, connection)
    number = _person(visit, connection).person
    if visit.form.get("direction") not in set(Direction):
        raise SchoolgateError("hãy chọn vào hoặc ra / choose in or out")
    at_ms = _moment(visit)
    add_by_hand(
        connection,
        visit.unit_id,
        number,
        Direction(visit.form["direction"]),
        visit.form.get("reason", ""),
        day=local_day(at_ms, visit.office.zone),
        at_ms=at_ms,
        account=account_of(visit),
        now_ms=visit.now_ms,
    )
    visit.note("wrote_by_hand", visit.unit_id, f"person {number}")
    return RedirectResponse(f"/units/{visit.unit_id}/people/{number}#by-hand", 303)


def take_back(visit: PageRequest, connection: sa.Connection) -> Response:
    """Take an entry by hand back."""
    school_of(visit, connection)
    person = withdraw(
        connection,
        visit.unit_id,
        number_in(visit, "entry"),
        visit.form.get("reason", ""),
        account_of(visit),
        visit.now_ms,
    )
    visit.note("took_back_by_hand", visit.unit_id, f"person {person}")
    return RedirectResponse(f"/units/{visit.unit_id}/people/{person}#by-hand", 303)


def _person(visit: PageRequest, connection: sa.Connection) -> PersonHistory:
    found = find_person(connection, visit.unit_id, number_in(visit, "person"))
    if found is None:
        raise PageNotFoundError("nobody of that number is or was at this school")
    return found


def _year(visit: PageRequest, today: date) -> int:
    wanted, newest = visit.query.get("year", ""), school_year(today)
    is_year = len(wanted) == 4 and wanted.isascii() and wanted.isdigit()
    return min(max(int(wanted), _EARLIEST), newest) if is_year else newest


def _moment(visit: PageRequest) -> int:
    """The day and time of the form, local, as UTC in ms. Raises SchoolgateError."""
    try:
        day = date.fromisoformat(visit.form.get("day", ""))
    except ValueError as error:
        raise SchoolgateError("hãy ghi ngày / write a day like 2026-09-07") from error
    minute = minutes(visit.form.get("time", ""))
    local = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=visit.office.zone)
    try:
        return int(local.astimezone(UTC).timestamp() * 1000)
    except OverflowError as error:
        raise SchoolgateError("hãy ghi ngày / write a day like 2026-09-07") from error
