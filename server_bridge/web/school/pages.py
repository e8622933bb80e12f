"""The list of a school's pages, their templates and their link in the navigation."""

from pathlib import Path

from server_bridge.access.roles import Permission
from server_bridge.web.app.layout import NavigationItem
from server_bridge.web.app.page import Page
from server_bridge.web.school import person, roll_call, today

TEMPLATES = Path(__file__).parent / "templates"
NAVIGATION_ITEM = NavigationItem("/school", "school_nav", Permission.PEOPLE)

_SCHOOL = "/units/{unit_id}"
_ROLL_CALL = f"{_SCHOOL}/roll-call/{{roll_call:int}}"
_PERSON = f"{_SCHOOL}/people/{{person:int}}"
_NEEDS = Permission.PEOPLE

PAGES = [
    Page("/school", _NEEDS, today.schools),
    Page(_SCHOOL, _NEEDS, today.show),
    Page(f"{_SCHOOL}/hours", _NEEDS, today.change_hours, "POST"),
    Page(f"{_SCHOOL}/roll-call", _NEEDS, roll_call.index),
    Page(f"{_SCHOOL}/roll-call", _NEEDS, roll_call.start, "POST"),
    Page(_ROLL_CALL, _NEEDS, roll_call.show),
    Page(f"{_ROLL_CALL}/state", _NEEDS, roll_call.state),
    Page(f"{_ROLL_CALL}/tick", _NEEDS, roll_call.mark, "POST"),
    Page(f"{_ROLL_CALL}/close", _NEEDS, roll_call.finish, "POST"),
    Page(_PERSON, _NEEDS, person.show),
    Page(f"{_PERSON}/by-hand", _NEEDS, person.add_entry, "POST"),
    Page(f"{_SCHOOL}/by-hand/{{entry:int}}/withdraw", _NEEDS, person.withdraw_entry, "POST"),
]
