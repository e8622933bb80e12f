"""The alerts page: who sees which alert, who may acknowledge it, what it never shows."""

from collections.abc import Callable, Iterator
from functools import cache

import httpx
import pytest

from server_bridge.alert_kinds import AlertKind
from server_bridge.store.alerts.alert_messages import (
    make_message,
    note_failed,
    unsent_messages,
)
from server_bridge.store.alerts.alerts import open_alerts, raise_alert, resolve_alerts
from tests.builders.school import GATE, OTHER_GATE, OTHER_SCHOOL, SCHOOL
from tests.builders.school_morning import NOW_MS, SchoolMorning
from tests.fakes.site import Site, running

CARD = f"{1:016x}"
SILENT, CARDS, SERVER = "Gate silent in school hours", "One card at two gates", "Certificate about"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("alerts"), NOW_MS) as made:
        SchoolMorning(made.database)
        with made.database.write() as connection:
            for kind, subject, unit_id, detail in (
                (AlertKind.SILENT, GATE, SCHOOL, ""),
                (AlertKind.SILENT, OTHER_GATE, OTHER_SCHOOL, ""),
                (AlertKind.SHARED_CARD, CARD, SCHOOL, f"{GATE}, {OTHER_GATE}"),
                (AlertKind.CERTIFICATE, "web", None, "9"),
                (AlertKind.CLOCK, GATE, SCHOOL, ""),
            ):
                number = raise_alert(
                    connection,
                    kind,
                    subject,
                    unit_id,
                    since_ms=NOW_MS - 600_000,
                    now_ms=NOW_MS,
                    detail=detail,
                )
            resolve_alerts(connection, [number], NOW_MS)
            make_message(connection, "it", "raised", [1], ("title", "body"), NOW_MS)
            note_failed(connection, unsent_messages(connection)[0], "error=503", NOW_MS)
        yield made


@pytest.fixture(scope="module")
def signed_in(site: Site) -> Callable[[str], httpx.Client]:
    return cache(site.browser)


@pytest.mark.parametrize(
    ("name", "silent", "cards", "server", "takes", "names_gates"),
    [
        ("viewer", 2, 0, 0, 0, False),
        ("office", 1, 1, 0, 2, False),
        ("other-office", 1, 0, 0, 1, False),
        ("officer", 2, 1, 1, 4, True),
        ("technician", 2, 1, 1, 4, True),
        ("administrator", 2, 1, 1, 4, True),
    ],
)
def test_everybody_sees_their_own(
    signed_in: Callable[[str], httpx.Client],
    name: str,
    silent: int,
    cards: int,
    server: int,
    takes: int,
    names_gates: bool,
) -> None:
    page = signed_in(name).get("/alerts?lang=en").text
    told = [page.count(f"</svg> {what}") for what in (SILENT, CARDS, SERVER)]
    assert told == [silent, cards, server]
    assert page.count('action="/alerts/') == takes
    assert (f'href="/gates/{GATE}"' in page) is names_gates
    assert ("it: not sent after 1 tries (error=503)" in page) is names_gates
    assert CARD not in page
    assert "Nguyễn Văn An" not in page
    assert ("/people/" in page) is (name == "office")  # whose card it is, and only there
    assert ("Gate&#39;s clock" in page) is (name != "other-office")


def test_the_office_finds_whose_card_it_is(signed_in: Callable[[str], httpx.Client]) -> None:
    office = signed_in("office")
    link = office.get("/alerts").text.partition(f'href="/units/{SCHOOL}/people/')[2]
    person = office.get(f"/units/{SCHOOL}/people/{link.partition(chr(34))[0]}")
    assert "Nguyễn Văn An" in person.text


def test_taking_one(site: Site, signed_in: Callable[[str], httpx.Client]) -> None:
    for name, path, status in (
        ("viewer", "/alerts/1/take", 404),
        ("other-office", "/alerts/1/take", 404),
        ("office", "/alerts/2/take", 404),
        ("office", "/alerts/4/take", 404),
        ("office", "/alerts/99999999999999999999/take", 404),
        ("technician", "/alerts/5/take", 400),  # it is over
        ("technician", "/alerts/2/take", 303),
        ("office", "/alerts/3/take", 303),
    ):
        answer = site.send(signed_in(name), path, {}, page="/alerts")
        assert answer.status_code == status, (name, path)
    with site.database.read() as connection:
        taken = {a.alert: a.acknowledged_by for a in open_alerts(connection) if a.acknowledged_ms}
    assert taken == {2: "technician", 3: "office"}
    assert "technician đang xử lý" in signed_in("officer").get("/alerts?lang=vi").text


def test_the_other_pages_lead_there(signed_in: Callable[[str], httpx.Client]) -> None:
    technician = signed_in("technician")
    assert "3 open alerts" in technician.get("/?lang=en").text  # the server's own is no unit's
    assert "Open alerts: 3" in technician.get("/gates?lang=en").text
    assert f"Alert since 07:30: {SILENT}" in technician.get(f"/gates/{GATE}?lang=en").text


def test_nobody_signed_in_sees_nothing(site: Site) -> None:
    answer = site.browser().get("/alerts")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/alerts")
