"""The pages of reports on a real server: content, writes, permissions."""

import io
import re
from collections.abc import Callable, Iterator
from functools import cache
from html import unescape

import httpx
import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from server_bridge.access.roles import PERMISSIONS, Permission, Role
from server_bridge.reports.tallying import tally_due
from server_bridge.store.access.access_log import log_entries
from server_bridge.store.access.accounts import add_account, grant
from server_bridge.store.reports.deadlines import close_request
from server_bridge.store.reports.report_requests import REQUESTS
from server_bridge.store.schema.reports import appeals, report_events
from server_bridge.store.units.tree import ancestry
from server_bridge.web.reports.pages import PAGES
from tests.builders.school import COMMUNE, OTHER_SCHOOL, PROVINCE, SCHOOL, ZONE
from tests.builders.school_morning import NOW_MS, SchoolMorning
from tests.fakes.axe import findings
from tests.fakes.browser import browsing
from tests.fakes.patience import PATIENCE_S
from tests.fakes.site import ACCOUNTS, PASSWORD, Site, running

DAY_MS = 86_400_000
LATER_MS = NOW_MS + 30 * DAY_MS
"""A Wednesday in October."""
SignedIn = Callable[[str], httpx.Client]
HERE = f"/reports/{SCHOOL}"
SEPTEMBER = "period=month&on=2026-09-01"
PERIOD = {"period": "month", "on": "2026-09-07"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("reports"), LATER_MS) as made:
        yield made


@pytest.fixture(scope="module")
def morning(site: Site) -> SchoolMorning:
    made = SchoolMorning(site.database)
    tally_due(site.database, LATER_MS, ZONE)
    return made


@pytest.fixture(scope="module")
def signed_in(site: Site) -> SignedIn:
    return cache(site.browser)


@pytest.fixture(autouse=True)
def reset_site(site: Site, morning: SchoolMorning) -> None:
    site.clock.ms = LATER_MS
    for browser in site.browsers:
        browser.cookies.pop("lang", None)


def test_a_report_for_whoever_may_see_counts(site: Site, signed_in: SignedIn) -> None:
    viewer = signed_in("viewer")
    html = unescape(viewer.get(f"/reports/{COMMUNE}?{SEPTEMBER}").text)
    assert "Tháng 09/2026" in html
    assert "83,3%" in html
    assert "Không có số liệu" in html
    assert f'href="/reports/{SCHOOL}?{SEPTEMBER}"' in html
    assert f'href="/reports/{PROVINCE}' not in html
    assert f'href="/reports/{COMMUNE}?{SEPTEMBER}&lang=en"' in html  # the same report
    english = viewer.get(f"/reports/{COMMUNE}?{SEPTEMBER}&lang=en").text
    assert "83.3%" in english
    assert "September 2026" in english
    for wrong in ("period=x&on=y", "period=day&on=9999-12-31", "period=year&on=0001-01-01"):
        assert viewer.get(f"/reports/{COMMUNE}?{wrong}").status_code == 200
    chosen = viewer.get("/reports", params={"unit": SCHOOL, **PERIOD})
    assert chosen.headers["location"] == f"{HERE}?{SEPTEMBER}"
    assert viewer.get("/reports", params={"unit": PROVINCE}).status_code == 200
    assert signed_in("office").get("/reports").headers["location"].startswith(f"{HERE}?")


def test_names_of_classes_and_people_stay_at_the_school(signed_in: SignedIn) -> None:
    officer = signed_in("officer")
    for path in (f"/reports/{PROVINCE}?{SEPTEMBER}", f"{HERE}?{SEPTEMBER}", "/reports"):
        html = officer.get(path).text
        assert "Cô Mai" not in html
        assert "Nguyễn" not in html
    assert "/staff" not in officer.get(HERE).text


def test_files_are_those_figures_and_are_noted(site: Site, signed_in: SignedIn) -> None:
    viewer = signed_in("viewer")
    answers = {
        kind: viewer.get(f"/reports/{COMMUNE}/file?{SEPTEMBER}&as={kind}")
        for kind in ("xlsx", "csv", "pdf")
    }
    book = CalamineWorkbook.from_object(io.BytesIO(answers["xlsx"].content))
    assert book.sheet_names[0] == "Tổng hợp"
    assert answers["csv"].content.startswith(b"\xef\xbb\xbf")
    assert answers["pdf"].content.startswith(b"%PDF-")
    for kind, answer in answers.items():
        name = f'attachment; filename="bao-cao-{COMMUNE}-month-2026-09-01.{kind}"'
        assert answer.headers["content-disposition"] == name
    for wrong in ("html", "", "../x"):
        answer = viewer.get(f"/reports/{COMMUNE}/file", params={"as": wrong})
        assert answer.status_code == 404
    with site.database.read() as connection:
        log = [e for e in log_entries(connection, count=50) if e.action == "exported_report"]
    assert [entry.detail for entry in log] == [
        f"month 2026-09-01 {kind}" for kind in ("pdf", "csv", "xlsx")
    ]


def test_staff_and_a_note_of_appeal(
    site: Site, morning: SchoolMorning, signed_in: SignedIn
) -> None:
    office = signed_in("office")
    number = morning.numbers["Cô Mai"]
    html = office.get(f"{HERE}/staff").text
    assert "Cô Mai" in html
    assert "Nguyễn Văn An" not in html
    row = re.search(r"Cô Mai</a>.*?</tr>", html, re.DOTALL)
    assert row
    assert re.findall(r'number">(\d+)<', row[0]) == ["1", "1", "1", "0", "0", "0", "0", "1"]
    person = f"{HERE}/staff/{number}"
    assert "Thiếu lượt ra" in office.get(person).text
    form = {"day": "2026-09-07", "reason": "Ra cổng phụ <b>không</b> có máy quét"}
    for wrong in ({"reason": " x "}, {"day": "2026-10-31"}, {"day": "x"}, {"day": "2026-08-31"}):
        answer = site.send(office, f"{person}/appeal", form | wrong, person)
        assert answer.status_code == 400, wrong
    for reason in (form["reason"], "Bảo vệ xác nhận"):
        answer = site.send(office, f"{person}/appeal", form | {"reason": reason}, person)
        assert answer.status_code == 303
    html = office.get(answer.headers["location"]).text
    assert "Ra cổng phụ &lt;b&gt;không" in html
    assert "Bảo vệ xác nhận" in html
    assert "office ghi lúc" in html
    book = office.get(f"{HERE}/staff/file?year=2026&as=xlsx").content
    sheets = CalamineWorkbook.from_object(io.BytesIO(book))
    assert "Bảo vệ xác nhận (office)" in str(sheets.get_sheet_by_index(1).to_python())
    assert "Cô Mai" in office.get(f"{HERE}/staff/file?as=csv").content.decode("utf-8-sig")
    assert office.get(f"{HERE}/staff/file?as=pdf").content.startswith(b"%PDF-")
    for nobody in (morning.numbers["Nguyễn Văn An"], 999, 10**30):
        assert office.get(f"{HERE}/staff/{nobody}").status_code == 404
    assert "Cô Mai" in office.get(f"{HERE}/staff?year=9999").text
    assert "Cô Mai" not in office.get(f"{HERE}/staff?year=2020").text
    with site.database.read() as connection:
        assert connection.execute(sa.select(sa.func.count(appeals.c.appeal))).scalar() == 2
        log = log_entries(connection, unit_id=SCHOOL, count=50)
    assert {"looked_at_staff_year", "noted_appeal", "exported_staff_year"} <= {
        entry.action for entry in log
    }
    assert not any(name in entry.detail for entry in log for name in morning.numbers)


def test_figures_confirmed_on_time_late_and_missing(site: Site, signed_in: SignedIn) -> None:
    officer, office = signed_in("officer"), signed_in("office")
    asking = f"/reports/{PROVINCE}/requests"
    form = {**PERIOD, "title": "Tháng 9", "day": "2026-10-07", "time": "09:00"}
    for wrong in ({"period": "x"}, {"on": "x"}, {"day": "2026-10-01"}, {"time": "25:00"}):
        assert site.send(officer, asking, form | wrong).status_code == 400
    opened = site.send(officer, asking, form)
    status = opened.headers["location"]
    number = status.rsplit("/", 1)[1]
    mine = f"{HERE}/requests/{number}"
    assert "Tháng 9" in office.get(f"{HERE}/requests").text
    assert "Chưa xác nhận" in office.get(mine).text
    assert "Trường Tiểu học B" not in office.get(mine).text
    assert site.send(office, f"{mine}/confirm", {}, mine).status_code == 303
    html = officer.get(status).text
    assert "Đúng hạn 1, muộn 0, chưa xác nhận 1, thiếu 0" in html
    other = signed_in("other-office")
    theirs = f"/reports/{OTHER_SCHOOL}/requests/{number}"
    nothing = site.send(other, f"{theirs}/confirm", {}, theirs)
    assert (nothing.status_code, "không có số liệu" in nothing.text) == (400, True)
    site.clock.ms = LATER_MS + 7_200_000
    html = officer.get(status).text
    assert "Đúng hạn 1, muộn 0, chưa xác nhận 0, thiếu 1" in html
    assert re.search(r"Tiểu học B.*?Quá hạn, còn thiếu.*?<td class=\"number\">–", html, re.DOTALL)
    locking = {"school": SCHOOL, "reason": "Kiểm tra lại"}
    for page in (mine, f"/reports/{COMMUNE}/requests/{number}"):
        # Only the unit that asked locks and reopens.
        assert site.send(office, f"{page}/lock", locking, mine).status_code == 404
    assert site.send(officer, f"{status}/lock", {"school": PROVINCE}, status).status_code == 400
    assert site.send(officer, f"{status}/lock", locking, status).status_code == 303
    assert site.send(office, f"{mine}/confirm", {}, mine).status_code == 400
    assert (
        site.send(officer, f"{status}/reopen", locking | {"reason": ""}, status).status_code == 400
    )
    assert site.send(officer, f"{status}/reopen", locking, status).status_code == 303
    assert site.send(office, f"{mine}/confirm", {}, mine).status_code == 303
    assert "Đúng hạn 0, muộn 1" in officer.get(status).text
    book = CalamineWorkbook.from_object(io.BytesIO(officer.get(f"{status}/file").content))
    rows = {row[0]: row for row in book.get_sheet_by_index(0).to_python()}
    assert rows["Trường Tiểu học B"][4:8] == ["", "", "", ""]
    assert rows["Trường THCS A"][1] == "Muộn"
    assert rows["Tổng cộng"][1] == "1/2 trường"
    with site.database.write() as connection:
        told = sa.select(report_events.c.what, report_events.c.figures)
        log = connection.execute(told.order_by(report_events.c.event)).all()
        close_request(connection, REQUESTS, int(number), LATER_MS)
    assert "đã kết thúc" in office.get(f"{HERE}/requests").text
    html = office.get(mine).text + officer.get(status).text
    assert ("đã kết thúc" in html, "/confirm" in html, "/lock" in html) == (True, False, False)
    assert site.send(office, f"{mine}/confirm", {}, mine).status_code == 400
    assert [row.what for row in log] == ["submitted", "locked", "reopened", "submitted"]
    assert log[0].figures["pupil"]["scanned"] == 5


@pytest.mark.parametrize("name", ACCOUNTS)
def test_every_route_with_every_role(
    site: Site, morning: SchoolMorning, signed_in: SignedIn, name: str
) -> None:
    role, home = ACCOUNTS[name]
    browser = signed_in(name)
    with site.database.read() as connection:
        lines = ancestry(connection)
    number = morning.numbers["Cô Mai"]
    for page in PAGES:
        for unit_id in (SCHOOL, OTHER_SCHOOL, COMMUNE):
            path = page.path.replace("{unit_id}", unit_id)
            path = path.replace("{person:int}", str(number)).replace("{request:int}", "0")
            allowed = page.needs in PERMISSIONS[role] and (
                path == "/reports" or home in lines[unit_id]
            )
            if page.method == "POST":
                # Without an anti-forgery value: 404 without permission, otherwise 403.
                answer = browser.post(path, data={"x": "y"})
                assert answer.status_code == (403 if allowed else 404), (name, path)
                continue
            there = allowed and "requests/0" not in path
            there = there and (f"/staff/{number}" not in path or unit_id == SCHOOL)
            query = {"as": "csv"} if path.endswith("/file") else {}
            answer = browser.get(path, params=query)
            assert answer.status_code in ((200, 303) if there else (404,)), (name, path)


def test_people_are_listed_for_schools_only(site: Site) -> None:
    with site.database.write() as connection:
        number = add_account(connection, "both-offices", LATER_MS, password=PASSWORD)
        grant(connection, number, Role.OFFICE, COMMUNE)
    browser = site.browser("both-offices")
    assert Permission.PEOPLE in PERMISSIONS[Role.OFFICE]
    assert browser.get(f"/reports/{COMMUNE}").status_code == 200
    assert browser.get(f"{HERE}/staff").status_code == 200
    for path in (f"/reports/{COMMUNE}/staff", f"/reports/{COMMUNE}/staff/file?as=csv"):
        assert browser.get(path).status_code == 404


def test_usable_by_all_on_a_phone(site: Site, morning: SchoolMorning, signed_in: SignedIn) -> None:
    with browsing() as chromium, chromium.new_context() as window:
        window.set_default_timeout(PATIENCE_S * 1000)
        page = window.new_page()
        token = signed_in("office").cookies["schoolgate"]
        window.add_cookies([{"name": "schoolgate", "value": token, "url": site.url}])
        staff = f"{HERE}/staff/{morning.numbers['Cô Mai']}"
        for path, scheme in ((f"{HERE}?{SEPTEMBER}", "dark"), (staff, "light")):
            page.set_viewport_size({"width": 360, "height": 780})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type] # a literal
            page.goto(f"{site.url.rstrip('/')}{path}")
            assert findings(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
