"""The live page in a real Chromium: updates, reconnects, screen sizes, accessibility."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from server_bridge.access.roles import Role
from server_bridge.store.access.accounts import add_account, grant
from tests.builders.contrast import WORST_CONTRAST
from tests.builders.intake import NOW_MS
from tests.builders.school import GATE, PROVINCE
from tests.builders.serving import serving, until
from tests.fakes.axe import serious_findings
from tests.fakes.browser import browsing
from tests.fakes.district import FakeDistrict, utc_ms
from tests.fakes.patience import PATIENCE_S
from tests.fakes.site import PASSWORD, running
from tests.server_bridge.web.gates.test_pages import store_gate_reports

expect.set_options(timeout=PATIENCE_S * 1000)
SIZES = {"phone": (360, 780), "tablet": (820, 1180), "desk": (1280, 800), "wall": (1920, 1080)}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@dataclass
class PageLog:
    """The console messages of a page, and the hosts that it requested."""

    messages: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)


@contextmanager
def opened(chromium: Browser, url: str, size: str = "desk", **context: object) -> Iterator[Page]:
    """Open a page; fail on console errors and on requests to other hosts."""
    width, height = SIZES[size]
    seen = PageLog()
    options = {"viewport": {"width": width, "height": height}, **context}
    with chromium.new_context(**options) as window:  # type: ignore[arg-type]
        window.set_default_timeout(PATIENCE_S * 1000)
        page = window.new_page()
        page.on(
            "console",
            lambda message: (
                seen.messages.append(message.text) if message.type in ("error", "warning") else None
            ),
        )
        page.on("pageerror", lambda error: seen.messages.append(str(error)))
        page.on("request", lambda request: seen.hosts.add(urlsplit(request.url).hostname or ""))
        page.goto(url)
        yield page
    assert seen.hosts == {"127.0.0.1"}
    # The browser logs a broken stream as a network error; the page shows it as text.
    assert [c for c in seen.messages if "ERR_" not in c] == []


def test_the_page_moves_by_itself(chromium: Browser, page_url: str, district: FakeDistrict) -> None:
    with opened(chromium, f"{page_url}?lang=en") as page:
        inside = page.locator("#headline .lead dd.number")
        school = page.locator("#u-vg-th-nghiatru")
        expect(inside).to_have_text("4,853")
        expect(school.locator("td.inside")).to_contain_text("0")
        page.evaluate(
            """window.marked = new Set();
            addEventListener("animationstart", (e) => marked.add(e.target.dataset.key))"""
        )
        district.enter("vg-th-nghiatru", count=12)
        expect(inside).to_have_text("4,865")
        expect(school.locator("td.inside [data-key]")).to_have_text("12")
        page.wait_for_function("marked.has('inside')")
        expect(school.locator(".moved")).to_have_count(0)
        district.set_gate("vg-th-nghiatru-01", online=False, state_since_ms=utc_ms(7, 12))
        expect(page.locator("#rows tr").nth(2)).to_contain_text("Offline since 07:12")
        district.set_gate("vg-th-nghiatru-01", online=True)
        expect(page.locator("#rows tr").last).to_contain_text("Trường Tiểu học Nghĩa Trụ")
        district.add_unit("vg-new", "Trường Mới", "school", "xa-nghia-tru")
        expect(page.locator("#rows tr")).to_have_count(10)


def test_a_figure_that_changed_is_not_animated_for_who_asked_for_calm(
    chromium: Browser, page_url: str, district: FakeDistrict
) -> None:
    with opened(chromium, page_url, reduced_motion="reduce") as page:
        district.refuse("vg-phungcong")
        moved = page.locator("#u-vg-phungcong .moved")
        expect(moved).to_have_text("5")
        assert moved.evaluate("e => getComputedStyle(e).animationName") == "none"


def test_reconnects_after_the_server_was_away(chromium: Browser, district: FakeDistrict) -> None:
    with serving(district) as server:
        port = server.port
        with opened(chromium, f"{server.url}?lang=en") as page:
            expect(page.locator("#rows tr")).to_have_count(9)
            server.stop()
            notice = page.get_by_role("status")
            expect(notice).to_contain_text("the server is out of reach", timeout=PATIENCE_S * 1000)
            expect(notice).to_contain_text("Old figures, from 07:12:34")
            district.enter("vg-th-nghiatru", count=7)
            with serving(district, port=port):
                expect(notice).to_be_empty(timeout=PATIENCE_S * 1000)
                expect(page.locator("#u-vg-th-nghiatru td.inside [data-key]")).to_have_text("7")


def test_a_hidden_tab_leaves_its_stream_and_comes_back(
    chromium: Browser, page_url: str, district: FakeDistrict
) -> None:
    def pages() -> int:
        return int(httpx.get(f"{page_url}healthz", trust_env=False).json()["pages"])

    show = """hidden => {
        Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    with opened(chromium, page_url) as page:
        until(lambda: pages() == 1, "the stream")
        page.evaluate(show, True)
        until(lambda: pages() == 0, "leaving the stream")
        district.enter("vg-th-nghiatru", count=5)
        page.evaluate(show, False)
        expect(page.locator("#u-vg-th-nghiatru td.inside [data-key]")).to_have_text("5")


def test_a_broken_database_is_a_calm_banner(chromium: Browser, district: FakeDistrict) -> None:
    with serving(district, stale_after_s=0.3) as server, opened(chromium, server.url) as page:
        expect(page.get_by_role("status")).to_be_empty()
        district.broken = OSError("disk I/O error")
        expect(page.get_by_role("status")).to_contain_text("cơ sở dữ liệu không trả lời")
        expect(page.locator("#rows tr")).to_have_count(9)
        worst, where = page.evaluate(WORST_CONTRAST)
        assert worst >= 4.5, f"{worst:.2f}: {where}"
        district.mend()
        expect(page.get_by_role("status")).to_be_empty()


def test_an_upgraded_server_reloads_the_page_once(chromium: Browser, page_url: str) -> None:
    with opened(chromium, page_url) as page:
        expect(page.locator("#rows tr")).to_have_count(9)
        with page.expect_navigation():
            page.evaluate("apply({version: 'newer', parts: {}})")
        expect(page.locator("#rows tr")).to_have_count(9)


def test_the_language_switch(chromium: Browser, page_url: str) -> None:
    with opened(chromium, page_url) as page:
        assert page.locator("html").get_attribute("lang") == "vi"
        page.get_by_role("link", name="English").click()
        expect(page.get_by_role("columnheader", name="Last seen")).to_be_visible()
        page.goto(page_url)
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.get_by_role("link", name="English")).to_have_attribute("aria-current", "true")
        page.get_by_role("link", name="Tiếng Việt").click()
        expect(page.locator("html")).to_have_attribute("lang", "vi")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_fits_and_is_legible(
    chromium: Browser, page_url: str, district: FakeDistrict, size: str, scheme: str
) -> None:
    district.add_unit(
        *("long", "Trường Phổ thông Dân tộc Nội trú Trung học Cơ sở và Trung học Phổ thông Số 2"),
        *("school", "xa-van-giang"),
    )
    district.add_gate("a-gate-with-the-longest-name-that-is-ok", "long")
    district.add_gate("long-02", "long")
    district.set_gate("a-gate-with-the-longest-name-that-is-ok", faults=("clock", "signals"))
    for count in (12_345, 9_999):
        district.enter("long", count=count)
    district.compare("van-giang", {415: 12_345, 420: 9_999}, {}, {415: 11_011})
    district.compare("long", {415: 12_345}, {}, {415: 11_011})
    with opened(chromium, f"{page_url}?lang=vi", size, color_scheme=scheme) as page:
        expect(page.locator("#rows tr")).to_have_count(10)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        # No text overflows its box, either.
        clipped = page.evaluate(
            """[...document.querySelectorAll("td, tbody th, dd, dt, li, h1, nav, #headline *")]
                .filter(e => e.offsetParent && e.scrollWidth > e.clientWidth + 1)
                .map(e => e.outerHTML.slice(0, 120))"""
        )
        assert clipped == []
        worst, where = page.evaluate(WORST_CONTRAST)
        assert worst >= 4.5, f"{worst:.2f}: {where}"
        smallest = page.evaluate(
            """Math.min(...[...document.querySelectorAll("#rows *")]
                .map(e => parseFloat(getComputedStyle(e).fontSize)))"""
        )
        assert smallest >= (16 if size == "wall" else 12)
        if (size, scheme) in (("phone", "dark"), ("desk", "light")):
            assert serious_findings(page) == []


def test_phone_cards_are_still_a_table_to_a_screen_reader(chromium: Browser, page_url: str) -> None:
    with opened(chromium, f"{page_url}?lang=en", "phone") as page:
        table = page.get_by_role("table", name="Schools")
        assert table.get_by_role("row").count() == 10
        assert table.get_by_role("columnheader").count() == 7
        assert table.get_by_role("rowheader").count() == 9
        school = table.get_by_role("row").filter(has_text="Cửu Cao")
        assert school.get_by_role("cell").first.inner_text().count("no figures yet") == 1
        assert page.get_by_role("heading", level=1).inner_text() == "Khu vực Văn Giang"
        assert page.get_by_role("status").count() == 1
        assert page.locator("[aria-live]").count() == 0


def test_every_state_has_its_own_shape(chromium: Browser, page_url: str) -> None:
    with opened(chromium, page_url) as page:
        shapes = page.evaluate(
            """Object.fromEntries([...document.querySelectorAll("#rows li")]
                .map(e => [e.className, e.querySelector("use").getAttribute("href")]))"""
        )
        assert shapes.keys() == {"ok", "unknown", "failure"}
        assert len(set(shapes.values())) == 3


def test_by_keyboard(chromium: Browser, page_url: str) -> None:
    with opened(chromium, page_url) as page:
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Đến danh sách trường")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("#schools")).to_be_focused()
        page.get_by_role("link", name="English").focus()
        page.keyboard.press("Enter")
        expect(page.locator("html")).to_have_attribute("lang", "en")


def test_without_javascript(chromium: Browser, page_url: str) -> None:
    with opened(chromium, f"{page_url}?lang=en", java_script_enabled=False) as page:
        expect(page.locator("#rows tr")).to_have_count(9)
        expect(page.locator("#headline")).to_contain_text("4,853")
        page.get_by_label("Find a school").fill("phung cong")
        page.get_by_role("button", name="Show").click()
        expect(page.locator("#rows tr")).to_have_count(3)
        expect(page.get_by_label("Find a school")).to_have_value("phung cong")


def test_a_page_that_is_sorted_moves_by_itself(
    chromium: Browser, page_url: str, district: FakeDistrict
) -> None:
    with opened(chromium, f"{page_url}?lang=en&q=van+giang") as page:
        page.get_by_label("Sort by").select_option("inside")
        page.wait_for_url("**sort=inside**")
        first = page.locator("#rows tr").first
        expect(first).to_contain_text("Trường THPT Văn Giang")
        district.enter("vg-mn-hoasen", count=5_000)
        expect(first).to_contain_text("Mầm non Hoa Sen")
        district.enter("vg-phungcong")
        district.enter("vg-mn-hoasen")
        expect(first.locator("[data-key=inside]")).to_have_text("5,256")
        expect(page.locator("#u-vg-phungcong")).to_have_count(0)


def test_the_gates_pages_fit_and_can_be_used_by_everybody(
    chromium: Browser, tmp_path: Path
) -> None:
    with running(tmp_path, NOW_MS, accounts=False) as site:
        store_gate_reports(site.database)
        with site.database.write() as connection:
            number = add_account(connection, "technician", NOW_MS, password=PASSWORD)
            grant(connection, number, Role.TECHNICIAN, PROVINCE)
        for size, scheme, first, second in (
            ("phone", "dark", "gates", f"gates/{GATE}"),
            ("desk", "light", f"gates/{GATE}", "gates"),
        ):
            with opened(chromium, f"{site.url}{first}", size, color_scheme=scheme) as page:
                page.get_by_label("Tên đăng nhập").fill("technician")
                page.get_by_label("Mật khẩu").fill(PASSWORD)
                page.keyboard.press("Enter")
                page.wait_for_url(f"{site.url}{first}")
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
                assert serious_findings(page) == []
                page.goto(f"{site.url}{second}")
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
                worst, where = page.evaluate(WORST_CONTRAST)
                assert worst >= 4.5, f"{worst:.2f}: {where}"
