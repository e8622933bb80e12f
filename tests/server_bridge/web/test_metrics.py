"""The metrics, who may read them, and that the dashboard queries existing ones."""

import asyncio
import json
import re

import httpx
import pytest
from click.testing import CliRunner
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.parser import text_string_to_metric_families as parsed
from starlette.applications import Starlette

from server_bridge.cli import gate_bridge
from server_bridge.ingest.inbox import InboxResult
from server_bridge.integrations.meters import dashboard
from server_bridge.store.units.tree import shut_out
from server_bridge.web.api.routing import ApiApplication
from server_bridge.web.metrics import Metrics
from tests.builders.school import COMMUNE, GATE, OTHER_GATE, PROVINCE, SCHOOL
from tests.builders.serving import until
from tests.fakes.site import HANOI, Site
from tests.server_bridge.web.conftest import api_client

FUNCTIONS = {"rate", "deriv", "increase", "clamp_min", "histogram_quantile", "sum", "by"}
FUNCTIONS.add("label_values")  # Grafana's own
LABELS = {"unit", "le", "route", "answer"}


class Scrape:
    """The samples of one scrape, and the families that it has."""

    def __init__(self, answer: httpx.Response) -> None:
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == CONTENT_TYPE_PLAIN_0_0_4
        families = list(parsed(answer.text))
        self.samples = [sample for family in families for sample in family.samples]
        self.text = answer.text

    def of(self, name: str, **labels: str) -> float:
        found = [one.value for one in self.samples if (one.name, one.labels) == (name, labels)]
        assert len(found) == 1, (name, labels)
        return found[0]


@pytest.fixture
def scrape(site: Site) -> Scrape:
    return Scrape(site.browser().get("/metrics"))


def test_the_district_in_figures(scrape: Scrape) -> None:
    assert scrape.of("schoolgate_unit_inside", unit=PROVINCE) == 1
    assert scrape.of("schoolgate_unit_entered", unit=SCHOOL) == 2
    assert scrape.of("schoolgate_unit_refused", unit=COMMUNE) == 2
    states = {state: scrape.of("schoolgate_gates", state=state) for state in ("online", "silent")}
    assert states == {"online": 1, "silent": 1}
    assert scrape.of("schoolgate_gate_online", gate=GATE, unit=SCHOOL) == 1
    assert scrape.of("schoolgate_gate_backlog", gate=GATE, unit=SCHOOL) == 7
    assert scrape.of("schoolgate_dead_letters_total", reason="malformed") == 1
    assert scrape.of("process_resident_memory_bytes") > 0


def timed(site: Site) -> list[dict[str, str]]:
    return [
        sample.labels
        for sample in Scrape(site.browser().get("/metrics")).samples
        if sample.name == "schoolgate_web_request_seconds_count"
    ]


def test_requests_are_timed_by_route_and_not_by_path(site: Site) -> None:
    for path in ("/no/such/page", "/units/x-1/roll-calls", "/static/0/live.css", "/healthz"):
        site.browser().get(path)
    site.browser().put("/")
    wanted = {"none", "/healthz", "/static/{version}/{name}", "/metrics"}
    # A request is counted after its answer was sent; one to /metrics appears in the next scrape.
    until(lambda: wanted <= {one["route"] for one in timed(site)}, "the count of each route")
    labels = timed(site)
    routes = {one["route"] for one in labels}
    assert not [route for route in routes if "x-1" in route or "live.css" in route]
    assert {"GET", "other"} <= {one["method"] for one in labels}


def test_what_ingest_measures(site: Site) -> None:
    before = Scrape(site.browser().get("/metrics"))
    site.meters.record_commit(InboxResult(new=200, set_aside=1), 4, 0.02)
    after = Scrape(site.browser().get("/metrics"))
    for name, more in {
        "schoolgate_messages_total": 4,
        "schoolgate_records_total": 200,
        "schoolgate_receipts_total": 0,
        "schoolgate_commit_seconds_count": 1,
    }.items():
        assert after.of(name) - before.of(name) == more


def test_nobody_is_in_them(scrape: Scrape) -> None:
    labels = {name for sample in scrape.samples for name in sample.labels}
    assert labels == {"unit", "gate", "state", "reason", "method", "route", "answer", "le"}
    assert not re.search("[0-9a-f]{16}", re.sub(r" [0-9.e+-]+$", "", scrape.text, flags=re.M))


def test_who_may_scrape(site: Site, secrets: dict[str, str]) -> None:
    """Allowed are this machine without a proxy, and holders of a token of the whole tree."""
    everything = Scrape(api_client(site, secrets[PROVINCE]).get("../../metrics"))
    assert everything.of("schoolgate_unit_inside", unit=PROVINCE) == 1
    refused = api_client(site, secrets[COMMUNE]).get("../../metrics")
    assert refused.status_code == 401
    assert "gate-bridge token add" in refused.text
    assert asyncio.run(behind_a_proxy(site, secrets[PROVINCE])) == [401, 200]


async def behind_a_proxy(site: Site, secret: str) -> list[int]:
    """Return the status of a request from this machine, without a token and with one."""
    api = ApiApplication(site.database, site.clock, HANOI)
    app = Starlette(routes=[Metrics(api, site.meters, open_here=False).route()])
    app.state.feed = None
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as here:
        headers = {"Authorization": f"Bearer {secret}"}
        answers = [await here.get("/metrics"), await here.get("/metrics", headers=headers)]
    return [answer.status_code for answer in answers]


def test_a_gate_that_is_shut_out_is_left_out(site: Site) -> None:
    with site.database.write() as connection:
        shut_out(connection, OTHER_GATE)
    assert OTHER_GATE not in site.browser().get("/metrics").text
    with site.database.write() as connection:
        shut_out(connection, OTHER_GATE, out=False)


def test_every_query_of_the_dashboard_names_a_metric_that_exists(scrape: Scrape) -> None:
    told = json.loads(dashboard())
    described = set(re.findall(r"^# TYPE (\w+)", scrape.text, re.MULTILINE))
    described |= {f"{name}_{part}" for name in described for part in ("bucket", "count")}
    queries = [target["expr"] for panel in told["panels"] for target in panel["targets"]]
    queries += [one["definition"] for one in told["templating"]["list"] if "definition" in one]
    assert len(queries) >= 20
    for query in queries:
        bare = re.sub(r'"[^"]*"|\[\w+\]', "", query)
        words = set(re.findall(r"[a-z_]+", bare)) - FUNCTIONS - LABELS
        assert words, query
        assert words <= described, query
    ids = [panel["id"] for panel in told["panels"]]
    assert len(ids) == len(set(ids))


def test_the_dashboard_is_printed() -> None:
    assert CliRunner().invoke(gate_bridge, ["grafana"]).stdout == dashboard()
