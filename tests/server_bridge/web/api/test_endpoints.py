"""The API over HTTP: figures, pages of lists, tokens, problems, caching."""

from pathlib import Path

import httpx
import msgspec
import pytest

from server_bridge.store.access.tokens import PREFIX, add_token, all_tokens, holder_of, revoke_token
from server_bridge.store.database import Database
from server_bridge.web.api.endpoints import ENDPOINTS
from server_bridge.web.api.openapi_document import openapi
from server_bridge.web.api.responses import Problem
from tests.builders.intake import NOW_MS
from tests.builders.school import COMMUNE, GATE, OTHER_GATE, OTHER_SCHOOL, PROVINCE, SCHOOL
from tests.builders.shell import Shell
from tests.fakes.site import Site
from tests.server_bridge.web.conftest import DAY_MS, api_client

DOCUMENT = Path(__file__).parents[4] / "docs" / "reference" / "openapi.json"


def refused(answer: httpx.Response, status: int) -> Problem:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = msgspec.json.decode(answer.content, type=Problem)
    assert told.status == status
    assert told.type.startswith("urn:schoolgate:problem:")
    return told


def test_a_units_figures(program: httpx.Client) -> None:
    counts = program.get(f"units/{SCHOOL}/counts").json()
    assert (counts["inside"], counts["in"], counts["out"]) == (1, 2, 1)
    assert (counts["refused"], counts["people"]) == (2, 2)
    assert counts["by_kind"]["staff"] == {"inside": 1, "in": 1, "out": 0}
    days = program.get(f"units/{COMMUNE}/days").json()["days"]
    assert [(day["day"], day["in"], day["inside"]) for day in days] == [
        ("2026-09-06", 1, 1),
        ("2026-09-07", 2, 1),
    ]
    told = program.get(f"units/{SCHOOL}/refusals", params={"from": "2026-09-07"}).json()["days"]
    assert told == [{"day": "2026-09-07", "refused": 2, "by_reason": {"expired": 2}}]
    curve = program.get(f"units/{COMMUNE}/arrivals", params={"day": "2026-09-07"}).json()
    assert curve["slots"] == [
        {"at": "2026-09-07T00:00:00Z", "in": 1},
        {"at": "2026-09-07T00:05:00Z", "in": 1},
    ]


def test_gates_and_how_they_are(program: httpx.Client) -> None:
    gates = {gate["gate_id"]: gate for gate in program.get("gates").json()["gates"]}
    assert {gate_id: gate["state"] for gate_id, gate in gates.items()} == {
        GATE: "online",
        "gate-a2": "never",
        OTHER_GATE: "silent",
    }
    well = program.get(f"gates/{GATE}").json()
    assert well == gates[GATE]
    assert (well["backlog"], well["temperature_c"], well["camera"]) == (7, 51.5, "ok")
    assert (well["clock_trusted"], well["version"], well["retired"]) == (True, "1.2.3", False)


def test_lists_come_by_the_page(program: httpx.Client) -> None:
    for path, name, key in [
        ("units", "units", "unit_id"),
        ("counts", "counts", "unit_id"),
        ("gates", "gates", "gate_id"),
    ]:
        whole = program.get(path).json()[name]
        seen, link = [], f"/api/v1/{path}?limit=2"
        while link:
            page = program.get(str(httpx.URL(str(program.base_url)).join(link))).json()
            assert len(page[name]) <= 2
            seen += page[name]
            link = page["next"]
        assert seen == whole
        assert [one[key] for one in whole] == sorted(one[key] for one in whole)


def test_a_token_opens_its_unit_and_nothing_else(site: Site, secrets: dict[str, str]) -> None:
    school = api_client(site, secrets[SCHOOL])
    assert [unit["unit_id"] for unit in school.get("units").json()["units"]] == [SCHOOL]
    assert school.get(f"units/{SCHOOL}").json()["parent"] is None
    assert [one["unit_id"] for one in school.get("counts").json()["counts"]] == [SCHOOL]
    assert {gate["unit_id"] for gate in school.get("gates").json()["gates"]} == {SCHOOL}
    for endpoint in ENDPOINTS:
        for unit_id in (OTHER_SCHOOL, COMMUNE, "no-such-unit"):
            if "{" in endpoint.path:
                path = endpoint.path.format(unit_id=unit_id, gate_id=OTHER_GATE)
                refused(school.get(path[1:]), 404)


def test_without_a_good_token_nobody_is_told_anything(site: Site) -> None:
    with site.database.write() as connection:
        _, expired = add_token(connection, SCHOOL, "expired", NOW_MS - DAY_MS, 1)
        number, revoked = add_token(connection, SCHOOL, "revoked", NOW_MS, 1)
        revoke_token(connection, number, NOW_MS)
    for secret in (expired, revoked, PREFIX + "x"):
        program = api_client(site, secret)
        for endpoint in ENDPOINTS:
            path = endpoint.path.format(unit_id=SCHOOL, gate_id=GATE)
            answer = program.get(path[1:])
            assert "gate-bridge token add" in refused(answer, 401).detail
            assert answer.headers["www-authenticate"].startswith("Bearer")
    signed_in = site.browser("administrator")
    refused(signed_in.get("/api/v1/units"), 401)


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("units?limit=0", "limit"),
        ("units?limit=1&limit=2", "limit"),
        ("units?after=%00", "after"),
        ("units?colour=red", "colour"),
        (f"units/{SCHOOL}/days?from=2026-02-30", "from"),
        (f"units/{SCHOOL}/days?from=2026-09-08&to=2026-09-07", "from"),
        (f"units/{SCHOOL}/days?from=2025-09-06&to=2026-09-07", "from"),
        (f"units/{SCHOOL}/arrivals?day=", "day"),
    ],
)
def test_what_cannot_be_meant_is_named(program: httpx.Client, path: str, parameter: str) -> None:
    assert refused(program.get(path), 400).parameter == parameter


def test_nothing_can_be_sent(program: httpx.Client) -> None:
    assert program.post("units").headers["allow"] == "GET, HEAD"
    refused(program.post("units"), 405)
    refused(program.get("no-such-thing"), 404)


def test_what_has_not_changed_is_not_sent_again(program: httpx.Client) -> None:
    first = program.get("counts")
    assert first.headers["cache-control"] == "private, no-cache"
    known = {"If-None-Match": f'"x", W/{first.headers["etag"]}'}
    again = program.get("counts", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert program.get("units", headers=known).status_code == 200
    assert program.head("counts").headers["etag"] == first.headers["etag"]


def test_the_document_is_served_as_the_docs_have_it(site: Site) -> None:
    """The file is written by `gate-bridge openapi > docs/reference/openapi.json`."""
    served = site.browser().get("/api/v1/openapi.json")
    assert served.headers["content-type"] == "application/json"
    assert served.content == openapi() == DOCUMENT.read_bytes()


def test_what_a_program_holds_is_kept_as_a_hash_on_both_databases(database: Database) -> None:
    with database.write() as connection:
        number, secret = add_token(connection, COMMUNE, "a wall", NOW_MS, 10)
    with database.read() as connection:
        holder = holder_of(connection, secret, NOW_MS + 10 * DAY_MS - 1)
        assert holder is not None
        assert holder.units == {COMMUNE, SCHOOL, OTHER_SCHOOL}
        assert PROVINCE not in holder.units
        assert holder_of(connection, secret, NOW_MS + 10 * DAY_MS) is None
        kept = connection.exec_driver_sql("SELECT * FROM tokens").all()
        assert secret not in str(kept)
        assert [token.token for token in all_tokens(connection)] == [number]


def test_the_commands_make_list_and_revoke(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "home")
    shell.type("init")
    shell.type("unit", "add", "thcs-x", "--name", "Trường X")
    made = shell.type("token", "add", "--unit", "thcs-x", "--note", "the wall").splitlines()
    assert made[1].startswith(PREFIX)
    listed = shell.type("token", "list")
    assert "the wall" in listed
    assert "used never" in listed
    assert made[1] not in listed
    assert shell.type("token", "revoke", "1") == "token 1: revoked\n"
    assert "revoked" in shell.type("token", "list")
    log = shell.type("account", "log")
    assert "token_added at thcs-x" in log
    assert "token_revoked at thcs-x" in log
