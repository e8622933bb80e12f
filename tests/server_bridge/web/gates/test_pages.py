"""The gates pages: permissions, content, what to do about each fault."""

from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest

from gate_contract.health import Health, ScanHealth, UpdateFault, UpdateHealth, UpdateStage
from server_bridge.access.roles import PERMISSIONS, Permission, Role
from server_bridge.i18n.formats import Formats
from server_bridge.i18n.phrases import Lang
from server_bridge.store.access.accounts import find_account, grant
from server_bridge.store.database import Database
from server_bridge.store.gates.gate_sheets import GateSheet
from server_bridge.store.gates.gate_states import GateState
from server_bridge.store.gates.health import store_health
from server_bridge.store.units.tree import shut_out
from server_bridge.web.gates.texts import PHRASES
from server_bridge.web.gates.view import duration, update_progress, view
from server_bridge.web.live.gate_states import Severity
from tests.builders.intake import MINUTE_MS, NOW_MS
from tests.builders.school import GATE, OTHER_GATE, OTHER_SCHOOL, SECOND_GATE
from tests.fakes.district import HANOI, MORNING, utc_ms
from tests.fakes.site import ACCOUNTS, Site, running

EN = Formats(Lang.EN, HANOI)
SCAN = ScanHealth(camera="ok", storage="ok", signals="ok", clock_trusted=True)
HEALTH = Health(
    state="online", version="1.4.0", free_bytes=22_400_000_000, temperature_c=51.4, scan=SCAN
)
BLIND = Health(
    state="online",
    version="1.4.0",
    free_bytes=310_000_000,
    temperature_c=83.0,
    damaged_ledgers=1,
    scan=ScanHealth(camera="failed", storage="ok", detail="no frame for 20 s"),
)


def store_gate_reports(database: Database) -> None:
    """Store health reports of a gate that is faulty and was offline, and of a healthy one."""
    with database.write() as connection:
        for minutes, gate_id, health in (
            (-50, GATE, HEALTH),
            (-30, GATE, Health(state="offline")),
            (-20, GATE, HEALTH),
            (-9, GATE, BLIND),
            (0, GATE, BLIND),
            (0, OTHER_GATE, HEALTH),
        ):
            store_health(connection, gate_id, health, NOW_MS + minutes * MINUTE_MS)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("gates"), NOW_MS) as made:
        store_gate_reports(made.database)
        yield made


@pytest.mark.parametrize("name", ACCOUNTS)
def test_gates_are_for_those_who_look_after_them(site: Site, name: str) -> None:
    browser = site.browser(name)
    allowed = Permission.GATES in PERMISSIONS[ACCOUNTS[name][0]]
    for path in ("/gates", f"/gates/{GATE}", f"/gates/{OTHER_GATE}"):
        assert browser.get(path).status_code == (200 if allowed else 404)
    assert browser.get("/gates/no-such-gate").status_code == 404


def test_a_gate_of_another_school_does_not_exist(site: Site) -> None:
    with site.database.write() as connection:
        number = find_account(connection, "viewer").account
        grant(connection, number, Role.TECHNICIAN, OTHER_SCHOOL)
    browser = site.browser("viewer")
    listed = browser.get("/gates").text
    assert (OTHER_GATE in listed, GATE in listed) == (True, False)
    assert browser.get(f"/gates/{OTHER_GATE}").status_code == 200
    assert browser.get(f"/gates/{GATE}").status_code == 404


def test_the_page_says_what_to_do_and_what_befell_the_gate(site: Site) -> None:
    browser = site.browser("technician")
    page = browser.get(f"/gates/{GATE}?lang=en").text
    for words in (
        "Camera not working",
        "Check the camera&#39;s cable",
        "replace it this week",
        "310 MB",
        "no frame for 20 s",
        "Offline</span>",
        "10 min",
        "until now",
    ):
        assert words in page
    listed = browser.get("/gates?lang=vi").text
    assert listed.index(GATE) < listed.index(SECOND_GATE) < listed.index(OTHER_GATE)
    assert "Chưa kết nối lần nào" in listed
    assert "22,4 GB" in listed


def test_a_gate_that_is_shut_out_is_not_called_about(site: Site) -> None:
    with site.database.write() as connection:
        shut_out(connection, SECOND_GATE)
    page = site.browser("technician").get(f"/gates/{SECOND_GATE}?lang=en").text
    assert "Shut out" in page
    assert "check its power" not in page
    with site.database.write() as connection:
        shut_out(connection, SECOND_GATE, out=False)


def test_every_fault_has_words_about_what_to_do() -> None:
    well = GateState("vg-a-01", "vg-a", True, utc_ms(6, 30), None, 0, True, ())
    sheet = GateSheet(well, "Trường A", False, HEALTH, utc_ms(7, 0))
    made = view(sheet, EN, MORNING.date())
    assert (made.severity, made.state, made.to_do) == (
        Severity.OK,
        "Working",
        (PHRASES["gates_do_nothing"].en,),
    )
    for code in (*("camera", "storage", "signals", "clock", "scan_silent", "delivery"), "flux"):
        sick = replace(sheet, state=replace(well, faults=("signals", code)))
        expected = f"gates_do_{'unknown' if code == 'flux' else code}"
        assert PHRASES[expected].en in view(sick, EN, MORNING.date()).to_do
    away = replace(sheet, state=replace(well, online=False))
    assert view(away, EN, MORNING.date()).to_do[0].startswith("Call the school")


def test_spans_in_two_units() -> None:
    assert duration(59_999, Lang.EN) == "59 s"
    assert duration(3_600_000, Lang.EN) == "1 h"
    assert duration(93_780_000, Lang.VI) == "1 ngày 2 giờ"


@pytest.mark.parametrize("fault", [fault for fault in UpdateFault if fault != UpdateFault.CLOCK])
def test_every_fault_of_an_update_says_what_to_do(fault: UpdateFault) -> None:
    well = GateState("vg-a-01", "vg-a", True, utc_ms(6, 30), None, 0, True, ())
    stage = UpdateStage.STOPPED if fault == UpdateFault.GIVEN_UP else UpdateStage.WAITING
    update = UpdateHealth(version="20260101", wanted="20260528", stage=stage, fault=fault)
    for lang in Lang:
        health = msgspec.structs.replace(HEALTH, update=update)
        sheet = GateSheet(well, "Trường A", False, health, utc_ms(7, 0))
        made = view(sheet, Formats(lang, HANOI), MORNING.date())
        index = list(Lang).index(lang)
        assert made.to_do == (PHRASES[f"gates_do_update_{fault}"][index],)
        assert made.version == "20260101"
        worried = made.severity is Severity.WARNING
        assert worried is (stage == UpdateStage.STOPPED)


@pytest.mark.parametrize("stage", [*UpdateStage, "dancing"])
def test_every_stage_of_an_update_is_said(stage: str) -> None:
    update = UpdateHealth(version="1", wanted="20260528", stage=stage, fetched=41_500_000)
    made = update_progress(update, Lang.EN)
    assert "20260528" in made[0]
    assert len(made) == 1
    assert update_progress(None, Lang.EN) == update_progress(UpdateHealth(version="1"), Lang.EN)
