"""The pages of a school on a real server: content, writes, permissions."""

import re
from collections.abc import Callable

import httpx
import pytest
import sqlalchemy as sa

from server_bridge.access.roles import PERMISSIONS, Permission, Role
from server_bridge.store.access.access_log import log_entries
from server_bridge.store.access.accounts import add_account, grant
from server_bridge.store.crossings.counts import miscounted
from server_bridge.store.schema.school import manual_crossings
from server_bridge.store.units.tree import ancestry
from server_bridge.web.school.pages import PAGES
from tests.builders.school import COMMUNE, OTHER_SCHOOL, SCHOOL
from tests.builders.school_morning import NOW_MS, SchoolMorning
from tests.fakes.site import ACCOUNTS, PASSWORD, Site

MINUTE_MS = 60_000
SignedIn = Callable[[str], httpx.Client]
HOME = f"/units/{SCHOOL}"


def section(html: str, name: str) -> str:
    found = re.search(rf'<section id="{name}".*?</section>', html, re.DOTALL)
    assert found, name
    return found[0]


def figure(html: str, what: str) -> str:
    found = re.search(rf'<div class="{what}"><dt>.*?<dd class="number">(\d+)', html, re.DOTALL)
    assert found, what
    return found[1]


def test_the_day(site: Site, morning: SchoolMorning, signed_in: SignedIn) -> None:
    office = signed_in("office")
    html = office.get(f"{HOME}?lang=en").text
    assert "Phạm Đông" in section(html, "absent")
    assert section(html, "absent").count("<li>") == 1
    assert "07:12" in section(html, "late")
    assert "Trần Đức Cường" in section(html, "late")
    assert "Lê Thị Bình" not in section(html, "late")
    assert "Cô Mai" not in section(html, "late")
    assert "Bùi Văn Dũng" in section(html, "left")
    assert [figure(html, what) for what in ("inside", "absent", "late", "left")] == list("4111")
    assert html.index("?class=6A") < html.index("?class=10A") < html.index("?class=%21staff")
    assert "1 of pupils, 1 of visitors" in html
    assert "Y Bảo" not in html
    one_class = office.get(f"{HOME}?class=10A").text
    assert "Đỗ Thị Hằng" in one_class
    assert "Phạm Đông" not in one_class


def test_the_hours_are_the_schools_own(
    site: Site, morning: SchoolMorning, signed_in: SignedIn
) -> None:
    office = signed_in("office")
    for begins, ends in (("17:00", "7:00"), ("x", "7:00"), ("07:15", "07:15")):
        wrong = site.send(office, f"{HOME}/hours", {"begins": begins, "ends": ends}, HOME)
        assert wrong.status_code == 400
    later = {"begins": "07:15", "ends": "11:30"}
    assert site.send(office, f"{HOME}/hours", later, HOME).status_code == 303
    html = office.get(HOME).text
    assert "Trần Đức Cường" not in section(html, "late")
    assert "11:30" in section(html, "left")
    usual = {"begins": "07:00", "ends": "16:30"}
    assert site.send(office, f"{HOME}/hours", usual, HOME).status_code == 303


def test_a_forgotten_card(site: Site, morning: SchoolMorning, signed_in: SignedIn) -> None:
    office = signed_in("office")
    person = f"{HOME}/people/{morning.numbers['Phạm Đông']}"
    form = {"direction": "in", "day": "2026-09-07", "time": "07:05", "reason": "Quên thẻ ở nhà"}
    for wrong in (
        *({"reason": " x "}, {"time": "07:41"}, {"day": "2026-09-31"}, {"day": "0001-01-01"}),
        *({"day": "2026-08-31"}, {"direction": "up"}, {"time": "25:00"}),
    ):
        assert site.send(office, f"{person}/by-hand", form | wrong, person).status_code == 400
    assert site.send(office, f"{person}/by-hand", form, person).status_code == 303
    html = office.get(person).text
    assert "Quên thẻ ở nhà" in html
    assert "office ghi lúc 07:40" in html
    day = office.get(HOME).text
    assert (figure(day, "inside"), figure(day, "absent")) == ("5", "0")
    assert "nhập tay" in section(day, "late")
    with site.database.read() as connection:
        assert miscounted(connection, ancestry(connection)) == []
        number = connection.execute(sa.select(manual_crossings.c.id)).scalar_one()
    back = f"{HOME}/by-hand/{number}/withdraw"
    assert site.send(office, back, {"reason": ""}, person).status_code == 400
    stranger = signed_in("other-office")
    theirs = f"/units/{OTHER_SCHOOL}/by-hand/{number}/withdraw"
    refused = site.send(stranger, theirs, {"reason": "mistake"}, f"/units/{OTHER_SCHOOL}")
    assert refused.status_code == 400
    assert site.send(office, back, {"reason": "Ghi nhầm em khác"}, person).status_code == 303
    assert site.send(office, back, {"reason": "twice is once"}, person).status_code == 400
    assert figure(office.get(HOME).text, "absent") == "1"
    with site.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count(manual_crossings.c.id))).scalar() == 2


def test_a_persons_year(site: Site, morning: SchoolMorning, signed_in: SignedIn) -> None:
    office = signed_in("office")
    number = morning.numbers["Trần Đức Cường"]
    html = office.get(f"{HOME}/people/{number}?lang=en").text
    row = re.search(r'<th scope="row">09/2026</th>(.*?)</tr>', html, re.DOTALL)
    assert row
    assert re.findall(r">(\d+)<", row[1]) == ["1", "1", "1"]
    assert "07:12" in html
    assert "0000-0000-0000" in html
    assert "Thôn 1" in html
    older = office.get(f"{HOME}/people/{number}?year=2020").text
    assert "2020–2021" in older
    assert "07:12" not in older
    for year in ("9999", "x", "²²²²"):
        assert "2026–2027" in office.get(f"{HOME}/people/{number}", params={"year": year}).text


def test_only_people_who_belong_to_the_school(
    site: Site, morning: SchoolMorning, signed_in: SignedIn
) -> None:
    office = signed_in("office")
    for number in (morning.numbers["Y Bảo"], 999, 10**30):
        assert office.get(f"{HOME}/people/{number}").status_code == 404
        answer = site.send(office, f"{HOME}/people/{number}/by-hand", {}, HOME)
        assert answer.status_code == 404


def test_looking_is_written_down_once_in_a_while(
    site: Site, morning: SchoolMorning, signed_in: SignedIn
) -> None:
    office = signed_in("office")
    number = morning.numbers["Cô Mai"]
    for minutes in (0, 1, 9, 11, 12):
        site.clock.ms = NOW_MS + 3_600_000 + minutes * MINUTE_MS
        office.get(f"{HOME}/people/{number}")
    with site.database.read() as connection:
        log = log_entries(connection, unit_id=SCHOOL, count=100)
    looks = [entry for entry in log if entry.detail == f"person {number}"]
    assert [(look.name, look.action) for look in looks] == [("office", "looked_at_person")] * 2
    assert not any(name in entry.detail for entry in log for name in morning.numbers)


@pytest.mark.parametrize("name", ACCOUNTS)
def test_every_route_with_every_role(
    site: Site, morning: SchoolMorning, signed_in: SignedIn, name: str
) -> None:
    role, home = ACCOUNTS[name]
    browser = signed_in(name)
    number = morning.numbers["Nguyễn Văn An"]
    for page in PAGES:
        for unit_id in (SCHOOL, OTHER_SCHOOL):
            path = page.path.replace("{unit_id}", unit_id)
            path = re.sub(r"\{person:int\}", str(number), path)
            path = re.sub(r"\{\w+:int\}", "0", path)
            allowed = Permission.PEOPLE in PERMISSIONS[role] and (
                "unit" not in path or unit_id == home
            )
            if page.method == "POST":
                # Without an anti-forgery value: 404 without permission, otherwise 403.
                answer = browser.post(path, data={"x": "y"})
                assert answer.status_code == (403 if allowed else 404), (name, path)
                continue
            answer = browser.get(path)
            there = allowed and "/0" not in path and ("people" not in path or unit_id == SCHOOL)
            expected = (303,) if path == "/school" else (200, 303)
            assert answer.status_code in (expected if there else (404,)), (name, path)


def test_the_door(site: Site, morning: SchoolMorning, signed_in: SignedIn) -> None:
    office = signed_in("office")
    assert office.get("/school").headers["location"] == HOME
    assert 'href="/school"' in office.get(HOME).text
    assert 'href="/school"' not in signed_in("officer").get(HOME).text


def test_an_office_of_several_schools_chooses(site: Site, morning: SchoolMorning) -> None:
    with site.database.write() as connection:
        number = add_account(connection, "both-offices", NOW_MS, password=PASSWORD)
        grant(connection, number, Role.OFFICE, COMMUNE)
    browser = site.browser("both-offices")
    html = browser.get("/school").text
    for unit_id in (SCHOOL, OTHER_SCHOOL):
        assert f'href="/units/{unit_id}"' in html
        assert browser.get(f"/units/{unit_id}").status_code == 200
    for path in (f"/units/{COMMUNE}", f"/units/{COMMUNE}/roll-call"):
        assert browser.get(path).status_code == 404
    for what in ("roll-call", "hours", "people/1/by-hand"):
        form = {"begins": "07:00", "ends": "16:30"}
        refused = site.send(browser, f"/units/{COMMUNE}/{what}", form, "/school")
        assert refused.status_code == 404, what
