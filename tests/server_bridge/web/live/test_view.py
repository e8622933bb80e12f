"""What the page says of each state of a gate and a school."""

from dataclasses import replace

import pytest

from server_bridge.i18n.formats import Formats
from server_bridge.i18n.phrases import Lang
from server_bridge.store.gates.gate_states import GateState
from server_bridge.web.live.gate_states import Severity, describe, lines, severity
from server_bridge.web.live.view import NOTHING, SchoolRow, build
from tests.fakes.district import HANOI, MORNING, FakeDistrict, morning_district, utc_ms

EN = Formats(Lang.EN, HANOI)
VI = Formats(Lang.VI, HANOI)
TODAY = MORNING.date()
WELL = GateState("vg-a-01", "vg-a", True, utc_ms(6, 30), None, 0, True, ())


@pytest.mark.parametrize(
    ("gate", "grade", "words"),
    [
        (WELL, Severity.OK, "Working"),
        (replace(WELL, backlog=3), Severity.OK, "Working"),
        (replace(WELL, backlog=1200), Severity.OK, "Catching up: 1,200 records to send"),
        (
            replace(WELL, online=None, state_since_ms=None, clock_trusted=None),
            Severity.UNKNOWN,
            "Never connected",
        ),
        (
            replace(WELL, online=False, state_since_ms=utc_ms(6, 58), backlog=4),
            Severity.FAILURE,
            "Offline since 06:58 · holds 4 records",
        ),
        (
            replace(WELL, online=False, state_since_ms=utc_ms(17, 5, day=20)),
            Severity.FAILURE,
            "Offline since 17:05 on 20 Nov",
        ),
        (replace(WELL, online=False, state_since_ms=None), Severity.FAILURE, "Offline"),
        (replace(WELL, faults=("camera",)), Severity.FAILURE, "Camera not working"),
        (replace(WELL, faults=("storage",)), Severity.FAILURE, "Cannot store records"),
        (replace(WELL, faults=("scan_silent",)), Severity.FAILURE, "Scanner not responding"),
        (replace(WELL, faults=("two_ledgers",)), Severity.FAILURE, "Two ledgers claim this gate"),
        (
            replace(WELL, faults=("ledger_gap",)),
            Severity.FAILURE,
            "Records missing from the ledger",
        ),
        (
            replace(WELL, faults=("ledger_damaged",)),
            Severity.WARNING,
            "SD card failing, to be replaced",
        ),
        (replace(WELL, faults=("signals",)), Severity.WARNING, "Lights or buzzer not working"),
        (
            replace(WELL, faults=("clock",), clock_trusted=False),
            Severity.WARNING,
            "Clock not set",
        ),
        (replace(WELL, clock_trusted=False), Severity.WARNING, "Clock not set"),
        (
            replace(WELL, faults=("signals", "storage")),
            Severity.FAILURE,
            "Lights or buzzer not working · Cannot store records",
        ),
        (replace(WELL, faults=("flux",)), Severity.FAILURE, "Fault: flux"),
        (replace(WELL, faults=("unknown",)), Severity.FAILURE, "Fault: unknown"),
    ],
)
def test_a_gate_in_words(gate: GateState, grade: Severity, words: str) -> None:
    assert severity(gate) == grade
    assert describe(gate, EN, TODAY) == words


def test_gates_of_a_school_worst_first_and_the_well_ones_in_one_line() -> None:
    sick = replace(WELL, gate_id="vg-a-02", faults=("signals",))
    gone = replace(WELL, gate_id="vg-a-03", online=False)
    told = lines([WELL, sick, gone, WELL], EN, TODAY)
    assert [(line.severity, line.gate_id) for line in told] == [
        (Severity.FAILURE, "vg-a-03"),
        (Severity.WARNING, "vg-a-02"),
        (Severity.OK, ""),
    ]
    assert told[-1].text == "2 gates working"
    assert [line.text for line in lines([], EN, TODAY)] == ["No gate yet"]


def schools(district: FakeDistrict, formats: Formats = EN) -> dict[str, SchoolRow]:
    return {school.unit_id: school for school in build(district.read(), formats).schools}


def test_never_heard_offline_and_zero_are_told_apart() -> None:
    told = schools(morning_district())
    never, offline, zero = (
        told["vg-th-cuucao"],
        told["vg-thcs-longhung"],
        told["vg-th-nghiatru"],
    )
    assert (never.inside, never.known, never.gates[0].text) == (NOTHING, False, "Never connected")
    assert (offline.inside, offline.current) == ("486", False)
    assert offline.gates[0].text == "Offline since 06:58"
    assert (zero.inside, zero.last_seen, zero.current) == ("0", None, True)
    assert zero.gates[0].text == "Working"


def test_sick_schools_first_then_the_order_of_the_tree() -> None:
    order = [school.unit_id for school in build(morning_district().read(), EN).schools]
    assert order[:5] == [
        "vg-thpt-vangiang",
        "vg-thcs-longhung",
        "vg-th-cuucao",
        "vg-phungcong",
        "vg-th-vangiang",
    ]


def test_headline_is_the_root_of_the_tree() -> None:
    page = build(morning_district().read(), VI)
    assert page.day == "Thứ Hai, 23/11/2026"
    assert page.headline.name == "Khu vực Văn Giang"
    assert (page.headline.inside, page.headline.entered) == ("4.853", "4.966")
    assert page.headline.kinds == (("4.548", "học sinh"), ("302", "cán bộ"), ("3", "khách"))
    assert [line.text for line in page.headline.gates] == [
        "2 cổng cần kiểm tra",
        "1 cổng chưa kết nối lần nào",
        "9 cổng hoạt động tốt",
    ]


def test_several_roots_are_summed_and_a_lone_school_is_its_own_headline() -> None:
    district = FakeDistrict()
    district.add_unit("a", "Trường A", "school", None)
    district.enter("a", count=3)
    assert build(district.read(), EN).headline.name == "Trường A"
    district.add_unit("b", "Trường B", "school", None)
    district.enter("b", kind="guard", count=4)
    headline = build(district.read(), EN).headline
    assert (headline.name, headline.inside) == ("All units", "7")
    assert headline.kinds == (("3", "pupils"), ("4", "others"))


def test_a_gate_outside_any_school_has_its_row_too() -> None:
    district = morning_district()
    district.add_gate("office-01", "van-giang")
    district.set_gate("office-01", faults=("storage",))
    assert schools(district)["van-giang"].gates[0].text == "Cannot store records"


def test_share_stays_within_its_bar() -> None:
    district = FakeDistrict()
    district.add_unit("a", "Trường A", "school", None)
    district.leave("a", count=2)
    district.enter("a", count=1)
    assert schools(district)["a"].share == 0


def test_before_the_first_figures_nothing_looks_like_zero() -> None:
    page = build(None, VI)
    assert (page.headline.inside, page.as_of, page.schools) == (NOTHING, None, ())
