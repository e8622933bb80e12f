"""Sign-in, sign-out and permissions: a real server with a real database."""

import re
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
import sqlalchemy as sa
from starlette.responses import PlainTextResponse, Response

from server_bridge.access.roles import PERMISSIONS, Permission
from server_bridge.store.access.access_log import log_entries
from server_bridge.store.access.accounts import (
    IDLE_MS,
    LONGEST_MS,
    disable,
    find_account,
    set_password,
)
from server_bridge.store.units.tree import all_units
from server_bridge.web.app.page import Page, PageNotFoundError, PageRequest
from tests.builders.intake import NOW_MS, take
from tests.builders.school import OTHER_SCHOOL, PROVINCE, SCHOOL, Scribe
from tests.builders.serving import until
from tests.fakes.patience import PATIENCE_S
from tests.fakes.site import ACCOUNTS, PASSWORD, Site, running


def look(request: PageRequest, _connection: sa.Connection) -> Response:
    request.note("looked", request.unit_id, "at a test")
    return PlainTextResponse(f"seen by {request.viewer.name}")


def change(request: PageRequest, connection: sa.Connection) -> Response:
    connection.execute(sa.text("UPDATE units SET name = :name"), {"name": request.form["name"]})
    if request.form["name"] == "wrong":
        raise PageNotFoundError("not there")
    return PlainTextResponse("changed")


PROBES = [Page(f"/units/{{unit_id}}/{need}", need, look) for need in Permission] + [
    Page("/units/{unit_id}/change", Permission.COUNTS, change, "POST")
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("site"), NOW_MS, pages=PROBES) as made:
        yield made


@pytest.fixture(autouse=True)
def set_clock(site: Site) -> None:
    site.clock.ms = NOW_MS


def names(site: Site) -> set[str]:
    with site.database.read() as connection:
        return {unit.name for unit in all_units(connection)}


@pytest.mark.parametrize("name", ACCOUNTS)
def test_every_role_sees_what_it_may_and_nothing_else(site: Site, name: str) -> None:
    role, home = ACCOUNTS[name]
    browser = site.browser(name)
    schools = {SCHOOL, OTHER_SCHOOL} if home not in (SCHOOL, OTHER_SCHOOL) else {home}
    for unit_id in (SCHOOL, OTHER_SCHOOL, "no-such-unit"):
        for need in Permission:
            answer = browser.get(f"/units/{unit_id}/{need}")
            allowed = need in PERMISSIONS[role] and unit_id in schools
            assert answer.status_code == (200 if allowed else 404), (name, unit_id, need)
    live = browser.get("/").text
    for unit_id in (SCHOOL, OTHER_SCHOOL):
        assert (f'id="u-{unit_id}"' in live) == (unit_id in schools)


def test_the_live_page_has_the_same_frame_and_each_ones_doors(site: Site) -> None:
    for name, (role, home) in ACCOUNTS.items():
        live = site.browser(name).get("/?lang=en").text
        assert f'<span class="account">{name}</span>' in live
        assert ('href="/gates"' in live) == (Permission.GATES in PERMISSIONS[role])
        assert "There are no accounts yet" not in live
        for unit_id in (SCHOOL, OTHER_SCHOOL):
            opens = Permission.PEOPLE in PERMISSIONS[role] and unit_id == home
            assert (f'href="/units/{unit_id}"' in live) == opens


def test_the_live_page_shows_the_morning_of_a_real_database(site: Site) -> None:
    take(site.database, [Scribe().enter(1, 2).letter()])
    browser = site.browser("viewer")
    until(lambda: "Most came at 07:00: 2." in browser.get("/?lang=en").text, "the morning")
    assert browser.get(f"/?lang=en&q={SCHOOL}").text.count('<tr id="u-') == 1


def test_nobody_is_sent_to_the_sign_in_and_back(site: Site) -> None:
    browser = site.browser()
    wanted = f"/units/{SCHOOL}/people?class=6A"
    answer = browser.get(wanted)
    assert answer.status_code == 303
    form = browser.get(answer.headers["location"]).text
    assert 'name="next" value="/units/' in form
    assert browser.get("/").headers["location"] == "/sign-in"
    assert browser.get("/events").status_code == 403
    back = browser.post("/sign-in", data={"name": "office", "password": PASSWORD, "next": wanted})
    assert back.headers["location"] == wanted
    assert browser.get(wanted).text == "seen by office"


@pytest.mark.parametrize(
    "evil", ["//evil.example", "https://evil.example/", "/\\evil.example", "x"]
)
def test_the_way_back_never_leads_elsewhere(site: Site, evil: str) -> None:
    answer = site.browser().post(
        "/sign-in", data={"name": "office", "password": PASSWORD, "next": evil}
    )
    assert answer.headers["location"] == "/"


def test_what_is_looked_at_is_written_down(site: Site) -> None:
    site.browser("office").get(f"/units/{SCHOOL}/people")
    with site.database.read() as connection:
        newest, before = log_entries(connection, count=2)
    assert (newest.name, newest.action, newest.unit_id) == ("office", "looked", SCHOOL)
    assert (before.name, before.action) == ("office", "sign_in")


def test_guessing_is_slowed_down_for_the_name_and_tells_nothing(site: Site) -> None:
    browser = site.browser()
    said = set()
    for name in ("officer", "nobody"):
        for _ in range(6):
            answer = browser.post("/sign-in", data={"name": name, "password": "wrong"})
        assert answer.status_code == 429
        said.add(answer.text.replace(name, ""))
    assert len(said) == 1
    right = browser.post("/sign-in", data={"name": "officer", "password": PASSWORD})
    assert right.status_code == 429
    site.clock.ms = NOW_MS + 2_000
    assert site.browser("officer")


@pytest.mark.parametrize(("after_ms", "over"), [(IDLE_MS - 1, False), (IDLE_MS + 1, True)])
def test_an_idle_session_ends(site: Site, after_ms: int, over: bool) -> None:
    browser = site.browser("office")
    site.clock.ms = NOW_MS + after_ms
    assert (browser.get("/").status_code == 303) == over


def test_a_session_in_use_ends_after_a_day_at_work(site: Site) -> None:
    browser = site.browser("office")
    for hour in range(1, 13):
        site.clock.ms = NOW_MS + hour * 3_600_000
        assert browser.get("/").status_code == 200
    site.clock.ms = NOW_MS + LONGEST_MS + 1
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize("how", ["sign_out", "disable", "password"])
def test_a_session_is_ended_at_once(site: Site, how: str) -> None:
    browser = site.browser("technician")
    if how == "sign_out":
        assert site.send(browser, "/sign-out", {}, f"/units/{SCHOOL}/people").status_code == 303
    with site.database.write() as connection:
        number = find_account(connection, "technician").account
        if how == "disable":
            disable(connection, number)
        if how == "password":
            set_password(connection, number, "another good password")
    assert browser.get("/").headers.get("location") == "/sign-in"
    with site.database.write() as connection:
        disable(connection, number, disabled=False)
        set_password(connection, number, PASSWORD)


def test_a_form_is_taken_from_our_own_page_only(site: Site) -> None:
    browser = site.browser("office")
    path, missing = f"/units/{SCHOOL}/change", f"/units/{SCHOOL}/accounts"
    before = names(site)
    stolen = re.search(r'name="csrf" value="(\w+)"', site.browser("viewer").get(missing).text)
    assert stolen
    for csrf in ("", "0" * 64, stolen[1]):
        assert browser.post(path, data={"name": "evil", "csrf": csrf}).status_code == 403
    own = re.search(r'name="csrf" value="(\w+)"', browser.get(missing).text)
    assert own
    answer = browser.post(
        path,
        data={"name": "evil", "csrf": own[1]},
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    foreign = {"Origin": "https://evil.example"}
    form = {"name": "officer", "password": PASSWORD}
    assert browser.post("/sign-in", data=form, headers=foreign).status_code == 403
    assert names(site) == before
    assert site.send(browser, path, {"name": "wrong"}, missing).status_code == 404
    assert names(site) == before
    assert site.send(browser, path, {"name": "One name"}, missing).text == "changed"
    assert names(site) == {"One name"}


def test_forms_without_a_length_or_too_long_are_refused(site: Site) -> None:
    browser = site.browser("office")
    path = f"/units/{SCHOOL}/change"

    def endless() -> Iterator[bytes]:
        yield b"name=x"

    assert browser.post(path, content=endless()).status_code == 411
    address = browser.base_url.host, browser.base_url.port or 0
    connection = HTTPConnection(*address, timeout=PATIENCE_S)
    with closing(connection):
        connection.putrequest("POST", path)
        connection.putheader("Content-Length", "30000000")
        connection.putheader("Cookie", f"schoolgate={browser.cookies['schoolgate']}")
        connection.endheaders()
        assert connection.getresponse().status == 413


def test_cookies_are_kept_from_scripts(site: Site) -> None:
    browser = site.browser()
    answer = browser.post("/sign-in", data={"name": "office", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert answer.headers["cache-control"] == "no-store"


def test_without_accounts_this_machine_sees_counts_and_no_more(tmp_path: Path) -> None:
    with running(tmp_path, NOW_MS, accounts=False, pages=PROBES) as site:
        browser = site.browser()
        assert f'id="u-{SCHOOL}"' in browser.get("/").text
        assert browser.get(f"/units/{PROVINCE}/counts").status_code == 200
        for need in set(Permission) - {Permission.COUNTS}:
            assert browser.get(f"/units/{SCHOOL}/{need}").status_code == 404
