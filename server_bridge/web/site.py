"""The whole site of a district: the live page, and every room behind the sign-in."""

from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from starlette.applications import Starlette

from server_bridge.access.openid import SignInBy
from server_bridge.access.roles import Permission
from server_bridge.alerts import texts as alerts_text
from server_bridge.clock import now_ms
from server_bridge.home import Home, HomeError
from server_bridge.http.binding import Binding, binding
from server_bridge.http.loopback import is_loopback
from server_bridge.http.server import HttpServer
from server_bridge.integrations.meters import Meters
from server_bridge.store.areas.level_counts import LevelCounts
from server_bridge.store.changes.revisions import revision_number
from server_bridge.store.database import Database
from server_bridge.store.live import Snapshot, page_snapshot
from server_bridge.web.alerts import pages as alerts
from server_bridge.web.api import routing as api
from server_bridge.web.app import texts
from server_bridge.web.app.context import AppContext
from server_bridge.web.app.layout import Layout, NavigationItem
from server_bridge.web.app.page import Page
from server_bridge.web.assets import Assets
from server_bridge.web.gates import pages as gates
from server_bridge.web.gates import texts as gates_text
from server_bridge.web.live.app import create_app
from server_bridge.web.live.render import TEMPLATES
from server_bridge.web.metrics import Metrics
from server_bridge.web.reports import pages as reports
from server_bridge.web.reports import texts as reports_text
from server_bridge.web.school import pages as school
from server_bridge.web.school import texts as school_text

WEB = Path(__file__).parent
PHRASES = [
    texts.PHRASES,
    gates_text.PHRASES,
    school_text.PHRASES,
    reports_text.PHRASES,
    alerts_text.PHRASES,
]
FOLDERS: list[Path] = [
    TEMPLATES,
    WEB / "gates" / "templates",
    school.TEMPLATES,
    reports.TEMPLATES,
    alerts.TEMPLATES,
]
DOORS: list[NavigationItem] = [
    NavigationItem("/", "live", Permission.COUNTS),
    school.DOOR,
    *gates.DOORS,
    reports.DOOR,
    alerts.DOOR,
]
PAGES: list[Page] = [*school.PAGES, *gates.PAGES, *reports.PAGES, *alerts.PAGES]
"""What each room brings."""


def page_server(home: Home, database: Database, meters: Meters) -> HttpServer:
    """The site of a district. Raises SchoolgateError if it cannot listen as the settings say."""
    where = web_binding(home)
    app = site_app(
        database,
        now_ms,
        home.zone,
        secure=where.secure,
        proxy=bool(where.proxy),
        allow_host=where.allow_host,
        openid=provider(home, where),
        meters=meters,
    )
    return HttpServer(app, where)


def site_app(
    database: Database,
    clock: Callable[[], int],
    zone: ZoneInfo,
    *,
    secure: bool = False,
    proxy: bool = False,
    allow_host: Callable[[str], bool] = is_loopback,
    openid: SignInBy | None = None,
    meters: Meters | None = None,
    pages: Sequence[Page] = tuple(PAGES),
    poll_s: float = 0.5,
) -> Starlette:
    """The site over a database. `clock` tells UTC in ms; `secure`: served by TLS, by `proxy` or
    itself; it looks for changes every `poll_s`."""
    levels = LevelCounts()

    def read() -> Snapshot:
        with database.read() as connection:
            return page_snapshot(connection, clock(), zone, levels)

    def revision() -> int:
        with database.read() as connection:
            return revision_number(connection)

    frame = Layout(Assets.load(), PHRASES, FOLDERS, DOORS)
    frame.prepare()
    office = AppContext(
        database, clock, zone, frame, secure=secure, open_here=not secure, openid=openid
    )
    hatch = api.ApiApplication(database, clock, zone)
    meters = meters or Meters()
    metrics = Metrics(hatch, meters, open_here=not proxy)
    return create_app(
        read,
        revision,
        timezone=zone,
        office=office,
        pages=pages,
        poll_s=poll_s,
        allow_host=allow_host,
        machines=[*api.routes(hatch), metrics.route()],
        answered=meters.answered,
    )


def provider(home: Home, where: Binding) -> SignInBy | None:
    """The OpenID provider of the settings, if there is one. Raises HomeError; asks nobody yet."""
    openid = home.settings.openid
    if not openid.issuer:
        return None
    parts = urlsplit(openid.issuer)
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if not safe or not parts.hostname:
        raise HomeError(
            f"openid.issuer {openid.issuer!r} has to be the provider's address, beginning with "
            "https://; copy it from its settings, or leave it empty for passwords only"
        )
    if not openid.client_id:
        raise HomeError("openid.client_id is empty: register this server at the provider first")
    secret = ""
    if openid.secret_file:
        path = home.folder / openid.secret_file
        try:
            secret = path.read_text("utf-8").strip()
        except OSError as error:
            raise HomeError(
                f"openid.secret_file {path}: {error.strerror}; write the client's secret there, "
                "readable by this user only"
            ) from error
    # Half of what every command would load otherwise.
    from server_bridge.access.provider import OpenIdProvider

    made = OpenIdProvider(openid.issuer, openid.client_id, secret)
    return SignInBy(made, openid.name, openid.claim, openid.new_accounts, where.origin)


def web_binding(home: Home) -> Binding:
    """Raises BindingError."""
    web = home.settings.web
    return binding(
        web.host,
        web.port,
        origin=web.origin,
        certificate=home.folder / web.certificate if web.certificate else None,
        key=home.folder / web.key if web.key else None,
        proxy=web.proxy,
    )
