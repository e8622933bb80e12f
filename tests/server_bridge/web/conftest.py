"""A site in the morning, with API tokens."""

from collections.abc import Iterator

import httpx
import pytest

from gate_contract.card import CardKind
from gate_contract.health import Health, ScanHealth, encode_health
from gate_contract.topics import GateChannel, gate
from gate_contract.verdicts import Verdict
from server_bridge.store.access.tokens import add_token
from tests.builders.intake import NOW_MS, take
from tests.builders.school import COMMUNE, GATE, OTHER_GATE, PROVINCE, SCHOOL, Scribe
from tests.fakes.clock import MORNING_MS
from tests.fakes.site import Site, running

DAY_MS = 86_400_000
WELL = Health(
    state="online",
    version="1.2.3",
    ledger_id="a" * 32,
    backlog=7,
    free_bytes=9_000_000_000,
    temperature_c=51.5,
    scan=ScanHealth(camera="ok", storage="ok", signals="ok", clock_trusted=True),
)


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Run a site: one entry yesterday; today two entries, one exit, one card refused twice."""
    with running(tmp_path_factory.mktemp("site"), NOW_MS) as made:
        scribe = Scribe().enter(1, at=MORNING_MS - DAY_MS).enter(1)
        scribe.write(Verdict.ADMITTED_IN, 2, kind=CardKind.STAFF, at=MORNING_MS + 300_000).leave(1)
        scribe.write(Verdict.EXPIRED, count=2)
        letters = [scribe.letter(), (gate(GATE, GateChannel.HEALTH), encode_health(WELL))]
        take(made.database, [*letters, ("gate/v1/nobody/crossings", b"{")])
        take(
            made.database,
            [(gate(OTHER_GATE, GateChannel.HEALTH), encode_health(WELL))],
            NOW_MS - DAY_MS,
        )
        yield made


@pytest.fixture(scope="package")
def secrets(site: Site) -> dict[str, str]:
    """Return a token of each unit."""
    with site.database.write() as connection:
        return {
            unit_id: add_token(connection, unit_id, "a test", NOW_MS, 30)[1]
            for unit_id in (PROVINCE, COMMUNE, SCHOOL)
        }


@pytest.fixture
def program(site: Site, secrets: dict[str, str]) -> httpx.Client:
    """Return a client with the commune's token."""
    return api_client(site, secrets[COMMUNE])


def api_client(site: Site, secret: str) -> httpx.Client:
    """Return a client of the API with the token `secret`."""
    made = site.browser()
    made.headers["Authorization"] = f"Bearer {secret}"
    made.base_url = made.base_url.join("api/v1/")
    return made
