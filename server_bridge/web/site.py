"""The web site of a district: the live page, the pages for signed-in users, the API, metrics."""

from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from starlette.applications import Starlette

from server_bridge.access.openid import OpenIdSignIn
from server_bridge.access.roles import Permission
from server_bridge.alerts import texts as alerts_text
from server_bridge.clock import now_ms
from server_bridge.home import Home, HomeError
from server_bridge.http.binding import Binding, make_binding
from server_bridge.http.loopback import is_loopback
from server_bridge.http.server import HttpServer
from server_bridge.integrations.meters import Meters
from server_bridge.store.areas.level_counts import LevelCounts
from server_bridge.store.changes.revisions import revision_number
from server_bridge.store.database import Database
from server_bridge.store.live import Snapshot, page_snapshot
from server_bridge.web.alerts import pages as alerts
from server_bridge.web.api.routing import ApiApplication, routes
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
NAVIGATION: list[NavigationItem] = [
    NavigationItem("/", "live", Permission.COUNTS),
    school.NAVIGATION_ITEM,
    gates.NAVIGATION_ITEM,
    reports.NAVIGATION_ITEM,
    alerts.NAVIGATION_ITEM,
]
PAGES: list[Page] = [*school.PAGES, *gates.PAGES, *reports.PAGES, *alerts.PAGES]
"""The pages of every package of pages; the lists above are their phrases, templates, links."""


def page_server(home: Home, database: Database, meters: Meters) -> HttpServer:
    """Return the web server of a district.

    Raises SchoolgateError if it cannot listen as the settings say.
    """
    bound = web_binding(home)
    app = site_app(
        database,
        now_ms,
        home.zone,
        secure=bound.secure,
        proxy=bool(bound.proxy),
        allow_host=bound.allow_host,
        openid=openid_provider(home, bound),
        meters=meters,
    )
    return HttpServer(app, bound)


def site_app(
    database: Database,
    clock: Callable[[], int],
    zone: ZoneInfo,
    *,
    secure: bool = False,
    proxy: bool = False,
    allow_host: Callable[[str], bool] = is_loopback,
    openid: OpenIdSignIn | None = None,
    meters: Meters | None = None,
    pages: Sequence[Page] = tuple(PAGES),
    poll_s: float = 0.5,
) -> Starlette:
    """Return the site as an ASGI application.

    `clock` returns UTC in ms. `secure`: the site is served by TLS, by itself or by a proxy.
    `proxy`: a proxy is in front of it. The database is checked for changes every `poll_s`.
    """
    levels = LevelCounts()

    def read() -> Snapshot:
        with database.read() as connection:
            return page_snapshot(connection, clock(), zone, levels)

    def revision() -> int:
        with database.read() as connection:
            return revision_number(connection)

    layout = Layout(Assets.load(), PHRASES, FOLDERS, NAVIGATION)
    layout.prepare()
    context = AppContext(
        database, clock, zone, layout, secure=secure, open_here=not secure, openid=openid
    )
    api = ApiApplication(database, clock, zone)
    meters = meters or Meters()
    metrics = Metrics(api, meters, open_here=not proxy)
    return create_app(
        read,
        revision,
        timezone=zone,
        context=context,
        pages=pages,
        poll_s=poll_s,
        allow_host=allow_host,
        extra_routes=[*routes(api), metrics.route()],
        observe=meters.record_request,
    )


def openid_provider(home: Home, bound: Binding) -> OpenIdSignIn | None:
    """Return the OpenID provider of the settings, None without one.

    Makes no request to the provider yet. Raises HomeError for wrong settings.
    """
    openid = home.settings.openid
    if not openid.issuer:
        return None
    parts = urlsplit(openid.issuer)
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if not safe or not parts.hostname:
        raise HomeError(
            f"openid.issuer {openid.issuer!r} has to be the provider's address and begin with "
            "https://; copy it from the provider's settings, or leave it empty for passwords only"
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
    # Imported here: it would make up half of the modules that every command loads.
    from server_bridge.access.provider import OpenIdProvider

    client = OpenIdProvider(openid.issuer, openid.client_id, secret)
    return OpenIdSignIn(client, openid.name, openid.claim, openid.new_accounts, bound.origin)


def web_binding(home: Home) -> Binding:
    """Return where the site listens. Raises BindingError."""
    web = home.settings.web
    return make_binding(
        web.host,
        web.port,
        origin=web.origin,
        certificate=home.folder / web.certificate if web.certificate else None,
        key=home.folder / web.key if web.key else None,
        proxy=web.proxy,
    )
