"""Run a district's whole site on a free port, with an account and browsers for every role."""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from server_bridge.access.openid import OpenIdSignIn
from server_bridge.access.roles import Role
from server_bridge.http.binding import make_binding
from server_bridge.http.server import HttpServer
from server_bridge.integrations.meters import Meters
from server_bridge.store.access.accounts import add_account, grant
from server_bridge.store.database import Database
from server_bridge.web import site
from server_bridge.web.app.page import Page
from tests.builders.school import (
    COMMUNE,
    OTHER_SCHOOL,
    PROVINCE,
    SCHOOL,
    add_units_and_gates,
)
from tests.fakes.patience import PATIENCE_S

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
PASSWORD = "correct horse battery"  # noqa: S105 (of synthetic accounts)
ACCOUNTS = {
    "viewer": (Role.VIEWER, COMMUNE),
    "office": (Role.OFFICE, SCHOOL),
    "other-office": (Role.OFFICE, OTHER_SCHOOL),
    "officer": (Role.OFFICER, PROVINCE),
    "technician": (Role.TECHNICIAN, PROVINCE),
    "administrator": (Role.ADMINISTRATOR, PROVINCE),
}


@dataclass
class FakeClock:
    """The site's clock, set by hand; UTC in ms."""

    ms: int

    def __call__(self) -> int:
        return self.ms


@dataclass
class Site:
    """A running site. `url` ends with a slash."""

    url: str
    database: Database
    clock: FakeClock
    meters: Meters
    browsers: list[httpx.Client] = field(default_factory=list)

    def browser(self, name: str | None = None, password: str = PASSWORD) -> httpx.Client:
        """Return a browser, signed in as `name`."""
        made = httpx.Client(base_url=self.url, trust_env=False, timeout=PATIENCE_S)
        self.browsers.append(made)
        if name:
            answer = made.post("/sign-in", data={"name": name, "password": password})
            assert answer.status_code == 303, answer.text
        return made

    def send(
        self, browser: httpx.Client, path: str, form: dict[str, str], page: str = ""
    ) -> httpx.Response:
        """Send a form as the page at `page` (default: `path`) would, with its token."""
        found = re.search(r'name="csrf" value="(\w+)"', browser.get(page or path).text)
        return browser.post(path, data={**form, "csrf": found[1] if found else ""})


@contextmanager
def running(
    folder: Path,
    now_ms: int,
    *,
    accounts: bool = True,
    pages: Sequence[Page] | None = None,
    openid: OpenIdSignIn | None = None,
    poll_s: float = 0.05,
) -> Iterator[Site]:
    """Run the site over a furnished database in `folder`; `pages` replace the real ones.

    It looks for changes every `poll_s`.
    """
    database = add_units_and_gates(Database(f"sqlite:///{folder}/bridge.db"))
    clock = FakeClock(now_ms)
    if accounts:
        with database.write() as connection:
            for name, (role, unit_id) in ACCOUNTS.items():
                number = add_account(connection, name, now_ms, password=PASSWORD)
                grant(connection, number, role, unit_id)

    meters = Meters()
    app = site.site_app(
        database,
        clock,
        HANOI,
        openid=openid,
        meters=meters,
        pages=site.PAGES if pages is None else pages,
        poll_s=poll_s,
    )
    server = HttpServer(app, make_binding("127.0.0.1", 0))
    ready = threading.Event()
    thread = threading.Thread(target=server.run, args=[lambda _url: ready.set()])
    thread.start()
    made = Site(server.url, database, clock, meters)
    try:
        assert ready.wait(PATIENCE_S)
        yield made
    finally:
        for browser in made.browsers:
            browser.close()
        server.stop()
        thread.join(PATIENCE_S)
        database.close()
        assert not thread.is_alive()
