"""Sign-in, a new scan, a roll-call, an alert and a report in a real Chromium.

In both languages, at the sizes of a phone and of a desktop screen.
"""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from python_calamine import CalamineWorkbook

from server_bridge.alert_kinds import AlertKind
from server_bridge.reports.tallying import tally_due
from server_bridge.store.alerts.alerts import raise_alert
from tests.builders.contrast import WORST_CONTRAST
from tests.builders.intake import take
from tests.builders.school import (
    GATE,
    OTHER_GATE,
    OTHER_SCHOOL,
    SCHOOL,
    SECOND_GATE,
    ZONE,
    Scribe,
)
from tests.builders.school_morning import NOW_MS, SchoolMorning
from tests.fakes.axe import serious_findings
from tests.fakes.browser import browsing
from tests.fakes.patience import PATIENCE_S
from tests.fakes.site import PASSWORD, Site, running
from tests.server_bridge.web.live.test_browser import opened

WORDS = {
    "vi": ("Tên đăng nhập", "Mật khẩu", "Trường", "Điểm danh khẩn cấp", "Tôi đang xử lý"),
    "en": ("Account", "Password", "School", "Emergency roll-call", "I see to it"),
}
EXPORT = {
    "vi": ("Báo cáo", "Bảng tính (XLSX)"),
    "en": ("Reports", "Spreadsheet (XLSX)"),
}
expect.set_options(timeout=PATIENCE_S * 1000)
VIEWS = pytest.mark.parametrize(
    ("lang", "size", "scheme"), [("vi", "phone", "dark"), ("en", "desk", "light")]
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with running(tmp_path, NOW_MS, poll_s=0.5) as made:  # the interval of the bridge itself
        SchoolMorning(made.database)
        with made.database.write() as connection:
            for kind, subject, unit_id, detail in (
                (AlertKind.SILENT, OTHER_GATE, OTHER_SCHOOL, ""),
                (AlertKind.SHARED_CARD, f"{1:016x}", SCHOOL, f"{GATE}, {OTHER_GATE}"),
                (AlertKind.CERTIFICATE, "web", None, "9"),
            ):
                raise_alert(
                    *(connection, kind, subject, unit_id),
                    since_ms=NOW_MS - 600_000,
                    now_ms=NOW_MS,
                    detail=detail,
                )
        yield made


def sign_in(page: Page, name: str, lang: str) -> None:
    page.get_by_label(WORDS[lang][0]).fill(name)
    page.get_by_label(WORDS[lang][1]).fill(PASSWORD)
    page.keyboard.press("Enter")


def check_page(page: Page) -> None:
    """Check that the page fits, has enough contrast, and that axe finds nothing serious."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    worst, where = page.evaluate(WORST_CONTRAST)
    assert worst >= 4.5, f"{worst:.2f}: {where}"
    assert serious_findings(page) == []


@VIEWS
def test_a_scan_is_seen_and_the_roll_is_called(
    chromium: Browser,
    site: Site,
    record_property: Callable[[str, object], None],
    lang: str,
    size: str,
    scheme: str,
) -> None:
    with opened(chromium, f"{site.url}sign-in?lang={lang}", size, color_scheme=scheme) as page:
        sign_in(page, "office", lang)
        inside = page.locator("#headline .lead dd.number")
        expect(inside).to_have_text("7")
        scan = Scribe(SECOND_GATE, ledger_id="c" * 32).enter(77, at=NOW_MS - 1_000)
        begun = time.perf_counter()
        take(site.database, [scan.letter()], NOW_MS)
        expect(inside).to_have_text("8")
        seen_ms = round((time.perf_counter() - begun) * 1000)
        record_property("scan_seen_after_ms", seen_ms)
        sys.stdout.write(f"a scan was on the page {seen_ms} ms after it reached the bridge\n")
        expect(page.locator(".moved")).to_have_count(0)  # while it is marked, its colour changes
        check_page(page)
        page.get_by_role("link", name=WORDS[lang][2], exact=True).click()
        page.get_by_role("button", name=WORDS[lang][3]).click()
        missing = page.locator("#missing-number")
        expect(missing).to_have_text("8")
        page.get_by_role("button", name="Nguyễn Văn An").click()
        expect(missing).to_have_text("7")
        check_page(page)


@VIEWS
def test_somebody_sees_to_an_alert(
    chromium: Browser, site: Site, lang: str, size: str, scheme: str
) -> None:
    url = f"{site.url}alerts"
    with opened(chromium, f"{site.url}sign-in?lang={lang}&next=/alerts", size) as page:
        sign_in(page, "technician", lang)
        page.wait_for_url(url)
        buttons = page.get_by_role("button", name=WORDS[lang][4])
        expect(buttons).to_have_count(3)
        check_page(page)
        buttons.first.focus()
        page.keyboard.press("Enter")
        expect(buttons).to_have_count(2)
        expect(page.locator(".acknowledged")).to_contain_text("technician")
        page.goto(f"{site.url}gates")
        page.locator(".alerted a").click()
        page.wait_for_url(url)


@VIEWS
def test_a_report_is_exported_and_opens(
    chromium: Browser, site: Site, tmp_path: Path, lang: str, size: str, scheme: str
) -> None:
    tally_due(site.database, NOW_MS, ZONE)
    door, download = EXPORT[lang]
    with opened(chromium, f"{site.url}sign-in?lang={lang}", size, color_scheme=scheme) as page:
        sign_in(page, "office", lang)
        page.get_by_role("link", name=door, exact=True).click()
        shown = page.locator("main table").first.locator("tbody tr")
        expect(shown).not_to_have_count(0)
        page.wait_for_load_state()
        check_page(page)
        rows = [row.locator("th, td").all_inner_texts() for row in shown.all()]
        with page.expect_download() as fetched:
            page.get_by_role("link", name=download).click()
        fetched.value.save_as(tmp_path / "report.xlsx")
    sheet = CalamineWorkbook.from_path(tmp_path / "report.xlsx").get_sheet_by_index(0)
    told = [[str(cell) for cell in line] for line in sheet.to_python()]
    words = {cell for line in told for cell in line}
    assert "Trường THCS A" in " ".join(words)
    assert {row[0].strip() for row in rows} <= words
