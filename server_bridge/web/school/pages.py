"""The pages of this room, and its door."""

from pathlib import Path

from server_bridge.access.roles import Permission
from server_bridge.web.app.layout import NavigationItem
from server_bridge.web.app.page import Page
from server_bridge.web.school import person, roll_call, today

TEMPLATES = Path(__file__).parent / "templates"
DOOR = NavigationItem("/school", "school_door", Permission.PEOPLE)

_SCHOOL = "/units/{unit_id}"
_ROLL_CALL = f"{_SCHOOL}/roll-call/{{roll_call:int}}"
_PERSON = f"{_SCHOOL}/people/{{person:int}}"
_OFFICE = Permission.PEOPLE

PAGES = [
    Page("/school", _OFFICE, today.schools),
    Page(_SCHOOL, _OFFICE, today.show),
    Page(f"{_SCHOOL}/hours", _OFFICE, today.change_hours, "POST"),
    Page(f"{_SCHOOL}/roll-call", _OFFICE, roll_call.index),
    Page(f"{_SCHOOL}/roll-call", _OFFICE, roll_call.start, "POST"),
    Page(_ROLL_CALL, _OFFICE, roll_call.show),
    Page(f"{_ROLL_CALL}/state", _OFFICE, roll_call.state),
    Page(f"{_ROLL_CALL}/tick", _OFFICE, roll_call.mark, "POST"),
    Page(f"{_ROLL_CALL}/close", _OFFICE, roll_call.finish, "POST"),
    Page(_PERSON, _OFFICE, person.show),
    Page(f"{_PERSON}/by-hand", _OFFICE, person.write, "POST"),
    Page(f"{_SCHOOL}/by-hand/{{entry:int}}/withdraw", _OFFICE, person.take_back, "POST"),
]
