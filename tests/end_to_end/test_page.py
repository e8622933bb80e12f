"""Page, database and retained topic say the same, and the page moves when somebody passes."""

import re
from itertools import islice
from pathlib import Path

from playwright.sync_api import expect

from tests.end_to_end.district_harness import COMMUNE, SCHOOL, DistrictHarness, until
from tests.end_to_end.passing import card_codes, passing
from tests.fakes.browser import browsing
from tests.fakes.patience import PATIENCE_S

GATE = "gate-a1"


def test_a_crossing_reaches_the_open_page(tmp_path: Path) -> None:
    with DistrictHarness(tmp_path) as district, district.gatekeeper(GATE) as keeper:
        district.start_all()
        until(lambda: "live page: " in district.log("bridge"))
        found = re.search(r"live page: (\S+)", district.log("bridge"))
        assert found
        people = passing(keeper, card_codes(district, 30))
        with browsing() as browser:
            page = browser.new_page()
            page.set_default_timeout(PATIENCE_S * 1000)
            page.goto(found[1])
            row = page.locator("tr", has_text="Trường THCS A")
            for number in (1, 7):
                list(islice(people, number))
                expected = str(district.crossings(GATE))
                inside = row.locator("td.inside")
                expect(inside).to_contain_text(expected, timeout=PATIENCE_S * 1000)
            shown = [
                int(row.locator(f"[data-key={name}]").inner_text())
                for name in ("inside", "entered", "left", "refused")
            ]
        counts = district.counts()
        until(lambda: district.overhear(SCHOOL)["in"] == 8)
        for unit_id in (SCHOOL, COMMUNE):
            told = district.overhear(unit_id)
            assert {**told, "as_of": 0} == {**counts[unit_id], "as_of": 0}
        assert shown == [8, 8, 0, 0]
