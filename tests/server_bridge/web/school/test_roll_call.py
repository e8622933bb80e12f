"""A roll-call: over HTTP without JavaScript, and in two browsers with it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.builders.school import OTHER_SCHOOL, SCHOOL
from tests.builders.school_morning import NOW_MS, SchoolMorning
from tests.fakes.axe import findings
from tests.fakes.browser import browsing
from tests.fakes.patience import PATIENCE_S
from tests.fakes.site import Site

expect.set_options(timeout=PATIENCE_S * 1000)
SignedIn = Callable[[str], httpx.Client]
HOME = f"/units/{SCHOOL}"
INSIDE = ["Nguyễn Văn An", "Lê Thị Bình", "Trần Đức Cường", "Đỗ Thị Hằng", "Cô Mai"]


@pytest.fixture
def office(site: Site, morning: SchoolMorning, signed_in: SignedIn) -> Iterator[httpx.Client]:
    made = signed_in("office")
    yield made
    going = made.get(f"{HOME}/roll-call")
    if going.status_code == 303:
        site.send(made, f"{going.headers['location']}/close", {}, going.headers["location"])


def begin(site: Site, office: httpx.Client) -> str:
    answer = site.send(office, f"{HOME}/roll-call", {}, HOME)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def missing(html: str) -> list[str]:
    """Return the names under the heading of the missing, in the page's order."""
    found = re.search(r'<section aria-labelledby="h-missing">.*?</section>', html, re.DOTALL)
    assert found
    return re.findall(r'class="name">([^<]*)<', found[0])


def line(html: str, name: str) -> str:
    found = re.search(rf'value="(\d+)"[^>]*>\s*<span class="name">{name}<', html)
    assert found, name
    return found[1]


def test_it_is_ticked_and_closed_without_a_script(site: Site, office: httpx.Client) -> None:
    going = begin(site, office)
    assert begin(site, office) == going
    html = office.get(going).text
    assert missing(html)[:5] == INSIDE
    assert len(missing(html)) == 7  # and the two cards without a name
    assert "Y Bảo" not in html
    assert "Phạm Đông" in html.split('id="h-others"')[1]
    form = {"here": line(html, INSIDE[1]), "room": "0", "class": "6A"}
    back = site.send(office, f"{going}/tick", form, going).headers["location"]
    assert back == f"{going}?class=6A#r-0"
    assert missing(office.get(back).text) == [INSIDE[0], INSIDE[2]]
    for name in ("Phạm Đông", *INSIDE[:4], INSIDE[3]):
        assert site.send(office, f"{going}/tick", {"here": line(html, name)}, going).is_redirect
    undo = {"not": line(html, INSIDE[0])}
    assert site.send(office, f"{going}/tick", undo, going).status_code == 303
    assert office.get(f"{going}/state").json()["missing"] == 4
    for wrong in ({"here": "999"}, {"here": "²"}, {}):
        assert site.send(office, f"{going}/tick", wrong, going).status_code == 404
    site.clock.ms = NOW_MS + 6 * 60_000
    assert site.send(office, f"{going}/close", {}, going).status_code == 303
    closed = office.get(f"{going}?lang=en").text
    assert "after 6 minutes" in closed
    assert missing(closed)[:2] == [INSIDE[0], INSIDE[4]]
    assert "<form" not in closed.split('id="roll-call"')[1]
    late = site.send(office, f"{going}/tick", {"here": form["here"]}, HOME)
    assert late.status_code == 303
    assert office.get(f"{going}/state").json()["missing"] == 4
    assert "3 of 7 found, 4 missing" in office.get(f"{HOME}/roll-call?lang=en").text


def test_another_school_has_no_part_in_it(
    site: Site, office: httpx.Client, signed_in: SignedIn
) -> None:
    going = begin(site, office)
    stranger = signed_in("other-office")
    theirs = going.replace(SCHOOL, OTHER_SCHOOL)
    own = f"/units/{OTHER_SCHOOL}"
    assert stranger.get(theirs).status_code == stranger.get(f"{theirs}/state").status_code == 404
    for what in ("tick", "close"):
        assert site.send(stranger, f"{theirs}/{what}", {"here": "0"}, own).status_code == 404
    assert office.get(f"{going}/state").json() == {
        "here": [],
        "expected": 7,
        "missing": 7,
        "closed": False,
    }


@contextmanager
def phone(chromium: Browser, site: Site, office: httpx.Client) -> Iterator[Page]:
    """Open a browser of 360 px width in which the office is signed in."""
    with chromium.new_context(viewport={"width": 360, "height": 740}) as context:
        for name, value in office.cookies.items():
            context.add_cookies([{"name": name, "value": value, "url": site.url}])
        context.set_default_timeout(PATIENCE_S * 1000)
        page = context.new_page()
        page.clock.install()
        page.goto(f"{site.url}units/{SCHOOL}")
        yield page


def page_findings(page: Page) -> list[str]:
    """Return the findings of axe, and whether the page is too wide."""
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return findings(page) + ["too wide"] * wide


def test_the_day_renews_itself_and_two_phones_tick_one_list(
    site: Site, office: httpx.Client
) -> None:
    with (
        browsing() as chromium,
        phone(chromium, site, office) as one,
        phone(chromium, site, office) as other,
    ):
        assert page_findings(one) == []
        site.clock.ms = NOW_MS + 60_000
        one.clock.fast_forward(20_000)
        expect(one.locator(".when")).to_contain_text("07:41:00")
        site.clock.ms = NOW_MS
        one.get_by_role("button", name="Điểm danh khẩn cấp").click()
        other.reload()
        other.get_by_role("link", name="Đang điểm danh").click()
        an_here, an_there = (page.get_by_role("button", name=INSIDE[0]) for page in (one, other))
        mai_here, mai_there = (page.get_by_role("button", name=INSIDE[4]) for page in (one, other))
        an_here.click()
        expect(an_there).to_have_attribute("aria-pressed", "true")
        expect(other.locator("#missing-number")).to_have_text("6")
        assert page_findings(one) == []

        other.context.set_offline(True)
        mai_there.click()
        expect(mai_there).to_have_attribute("aria-pressed", "true")
        expect(other.locator("#unsent")).to_be_visible()
        other.context.set_offline(False)
        expect(mai_here).to_have_attribute("aria-pressed", "true")
        expect(other.locator("#unsent")).to_be_hidden()

        expect(one.get_by_role("button", name="In danh sách")).to_be_visible()
        one.emulate_media(media="print")
        for hidden in ("nav.groups", "form.close", "header"):
            expect(one.locator(hidden).first).to_be_hidden()
        expect(one.locator(".sign-line")).to_be_visible()
        one.emulate_media(media="screen")
        one.get_by_role("button", name="Kết thúc").click()
        expect(other.get_by_text("Kết thúc lúc 07:40:00")).to_be_visible()
        one.goto(f"{site.url}units/{SCHOOL}/people/1")
        assert page_findings(one) == []
