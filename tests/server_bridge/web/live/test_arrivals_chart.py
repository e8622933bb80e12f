"""The morning's figures and curve, the order of schools, and why a school shows nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server_bridge.i18n.formats import Formats
from server_bridge.i18n.phrases import Lang
from server_bridge.store.crossings.arrivals import Comparison, DayArrivals
from server_bridge.store.live import Snapshot
from server_bridge.web.assets import Assets
from server_bridge.web.live.arrivals_chart import build_arrivals_chart
from server_bridge.web.live.feed import Edition
from server_bridge.web.live.render import Freshness, Renderer, arranged, changes
from server_bridge.web.live.scope import Scopes, VisibleUnits
from server_bridge.web.live.sorting import SchoolOrder, Sort
from server_bridge.web.live.view import build
from tests.fakes.district import DISTRICT, HANOI, MORNING, FakeDistrict, morning_district, utc_ms

EN, VI = Formats(Lang.EN, HANOI), Formats(Lang.VI, HANOI)
TODAY = MORNING.date()


def compared(
    today: dict[int, int], yesterday: dict[int, int], week_ago: dict[int, int]
) -> Comparison:
    return Comparison(
        DayArrivals(TODAY, tuple(today.items())),
        DayArrivals(TODAY - timedelta(1), tuple(yesterday.items())),
        DayArrivals(TODAY - timedelta(7), tuple(week_ago.items())),
    )


def test_three_days_until_the_same_time_of_day() -> None:
    one = compared({415: 40, 430: 5}, {}, {415: 30, 425: 20, 430: 9, 1000: 7})
    made = build_arrivals_chart([one, compared({415: 1_000}, {}, {})], 7 * 60 + 12, EN)
    assert made is not None
    assert (made.by, made.days) == (
        "07:10",
        (("Today", "1,040"), ("Yesterday", ""), ("Monday last week", "50")),
    )
    assert made.curve.hours == ("06:00", "07:00", "08:00", "09:00")
    assert made.curve.words.endswith("from 06:00 to 09:00. Most came at 06:55: 1,040.")
    assert made.curve.today.startswith("M2.5 100.0L7.5 100.0L")
    assert "57.5 0.0L" in made.curve.today
    assert made.curve.today.endswith("L67.5 100.0")  # until now, 07:10
    assert made.curve.week_ago.endswith("L177.5 100.0")


def test_a_day_without_anything_draws_nothing() -> None:
    assert build_arrivals_chart([], 430, EN) is None
    empty = build_arrivals_chart([compared({}, {}, {})], 1_439, EN)
    assert empty is not None
    assert (empty.curve.today, empty.curve.week_ago, empty.curve.hours[-1]) == ("", "", "24:00")
    early = build_arrivals_chart([compared({250: 1}, {}, {})], 300, EN)
    assert early is not None
    assert early.curve.hours[0] == "04:00"


def test_closed_offline_and_truly_nobody_are_told_apart_in_words() -> None:
    district = morning_district()
    zero, used = "vg-th-nghiatru", {"last_crossing_ms": utc_ms(11, 0, day=20)}

    def note(shown: Snapshot, unit_id: str = zero) -> str:
        return next(s.note for s in build(shown, EN).schools if s.unit_id == unit_id)

    assert note(district.read()) == "The gate works; nobody has come yet."
    district.set_gate(f"{zero}-01", **used)
    assert note(district.read()).endswith("closed, it seems.")
    district.compare(zero, {}, {}, {415: 430})
    shown = district.read()
    assert note(shown) == "The gate works; nobody has come yet."
    school = next(s for s in build(shown, VI).schools if s.unit_id == zero)
    assert school.usual == "tuần trước 430"
    district.set_gate(f"{zero}-01", online=False)
    assert note(district.read()).startswith("Offline: whether")
    assert note(district.read(), "vg-thcs-longhung").startswith("Offline: the figures may lack")
    assert note(district.read(), "vg-th-cuucao") == ""
    assert note(district.read(), "vg-phungcong") == ""


def shown_rows(district: FakeDistrict, **asked: str) -> tuple[str, ...]:
    renderer = Renderer(HANOI, Assets.load())
    rendering = renderer.render(district.read(), Freshness.FRESH)[Lang.EN]
    return arranged(rendering, SchoolOrder.asked(asked)).rows


@pytest.mark.parametrize(
    ("asked", "first", "count"),
    [
        ({}, "u-vg-thpt-vangiang", 9),
        ({"sort": "inside"}, "u-vg-thpt-vangiang", 9),
        ({"sort": "name"}, "u-vg-mn-hoasen", 9),
        ({"sort": "no such order"}, "u-vg-thpt-vangiang", 9),
        ({"q": "  PHUNG cong "}, "u-vg-th-cuucao", 3),
        ({"q": "Nghĩa Trụ", "sort": "entered"}, "u-vg-thcs-longhung", 2),
    ],
)
def test_schools_as_they_are_asked_for(asked: dict[str, str], first: str, count: int) -> None:
    rows = shown_rows(morning_district(), **asked)
    assert len(rows) == count
    assert rows[0] == first


def test_a_page_that_searches_is_sent_its_own_schools_only() -> None:
    district = morning_district()
    renderer = Renderer(HANOI, Assets.load())
    asked = SchoolOrder(Sort.INSIDE, "phụng công")
    before = arranged(renderer.render(district.read(), Freshness.FRESH)[Lang.EN], asked)
    district.enter("vg-phungcong")
    district.enter("vg-mn-hoasen")
    after = arranged(renderer.render(district.read(), Freshness.FRESH)[Lang.EN], asked)
    message = changes(before, after)
    assert "u-vg-phungcong" in message
    assert "u-vg-mn-hoasen" not in message
    nobody = arranged(
        renderer.render(district.read(), Freshness.FRESH)[Lang.EN], SchoolOrder(search="xyz")
    )
    assert nobody.rows == ()
    assert "There is no school of that name." in nobody.parts["empty"]


def test_people_by_level_are_named_by_colour_red_first() -> None:
    shown = replace(morning_district().read(), levels={"vg-phungcong": {1: 500, 2: 1_200, 4: 3}})
    school = next(s for s in build(shown, VI).schools if s.unit_id == "vg-phungcong")
    assert school.levels == ((4, "3 vùng đỏ"), (2, "1.200 vùng vàng"))
    rendering = Renderer(HANOI, Assets.load()).render(shown, Freshness.FRESH)[Lang.EN]
    assert '<span class="level-4">3 red</span>' in rendering.parts["u-vg-phungcong"]
    assert "level-" not in rendering.parts["u-vg-mn-hoasen"]


def test_a_name_leads_to_the_school_for_those_who_may_see_its_people() -> None:
    district = morning_district()
    renderer = Renderer(HANOI, Assets.load())
    shown = district.read()
    edition = Edition(1, shown, Freshness.FRESH, renderer.render(shown, Freshness.FRESH))
    everything = frozenset(unit.unit_id for unit in shown.units)
    scopes = Scopes(Renderer(HANOI, Assets.load()))
    own = scopes.rendering(edition, Lang.VI, VisibleUnits(everything, frozenset({"vg-phungcong"})))
    assert 'href="/units/vg-phungcong"' in own.parts["u-vg-phungcong"]
    assert "href=" not in own.parts["u-vg-mn-hoasen"].replace('href="#', "")
    counts = scopes.rendering(edition, Lang.VI, VisibleUnits(everything))
    assert counts is edition.renderings[Lang.VI]
    root = scopes.rendering(edition, Lang.VI, VisibleUnits(frozenset({DISTRICT}), everything))
    assert root.rows == ()
