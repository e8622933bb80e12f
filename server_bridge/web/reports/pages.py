"""The pages of this room, and its door."""

from pathlib import Path

from server_bridge.access.roles import Permission
from server_bridge.web.app.layout import NavigationItem
from server_bridge.web.app.page import Page
from server_bridge.web.reports import requests, showing, staff

TEMPLATES = Path(__file__).parent / "templates"
DOOR = NavigationItem("/reports", "report_door", Permission.COUNTS)

_UNIT = "/reports/{unit_id}"
_PERSON = f"{_UNIT}/staff/{{person:int}}"
_REQUEST = f"{_UNIT}/requests/{{request:int}}"

PAGES = [
    Page("/reports", Permission.COUNTS, showing.index),
    Page(_UNIT, Permission.COUNTS, showing.show),
    Page(f"{_UNIT}/file", Permission.COUNTS, showing.file),
    Page(f"{_UNIT}/staff", Permission.PEOPLE, staff.show),
    Page(f"{_UNIT}/staff/file", Permission.PEOPLE, staff.file),
    Page(_PERSON, Permission.PEOPLE, staff.person),
    Page(f"{_PERSON}/appeal", Permission.PEOPLE, staff.appeal, "POST"),
    Page(f"{_UNIT}/requests", Permission.REPORTS, requests.index),
    Page(f"{_UNIT}/requests", Permission.REPORTS, requests.ask, "POST"),
    Page(_REQUEST, Permission.REPORTS, requests.show),
    Page(f"{_REQUEST}/file", Permission.REPORTS, requests.file),
    Page(f"{_REQUEST}/confirm", Permission.PEOPLE, requests.confirm_school, "POST"),
    Page(f"{_REQUEST}/lock", Permission.REPORTS, requests.lock_school, "POST"),
    Page(f"{_REQUEST}/reopen", Permission.REPORTS, requests.reopen_school, "POST"),
]
