"""The whole site of a district: the live page, and every room behind the sign-in."""

from pathlib import Path

from server_bridge.access.roles import Permission
from server_bridge.clock import now_ms
from server_bridge.home import Home
from server_bridge.store.database import Database
from server_bridge.store.level_counts import LevelCounts
from server_bridge.store.live import Snapshot, page_snapshot, revision_number
from server_bridge.web.app import create_app
from server_bridge.web.assets import Assets
from server_bridge.web.binding import Binding, binding
from server_bridge.web.desk import text
from server_bridge.web.desk.frame import Door, Frame
from server_bridge.web.desk.office import Office
from server_bridge.web.desk.pages import Page
from server_bridge.web.gates import pages as gates
from server_bridge.web.gates import text as gates_text
from server_bridge.web.render import TEMPLATES
from server_bridge.web.reports import pages as reports
from server_bridge.web.reports import text as reports_text
from server_bridge.web.school import pages as school
from server_bridge.web.school import text as school_text
from server_bridge.web.serve import PageServer

WEB = Path(__file__).parent
PHRASES = [text.PHRASES, gates_text.PHRASES, school_text.PHRASES, reports_text.PHRASES]
FOLDERS: list[Path] = [
    TEMPLATES,
    WEB / "gates" / "templates",
    school.TEMPLATES,
    reports.TEMPLATES,
]
DOORS: list[Door] = [
    Door("/", "live", Permission.COUNTS),
    school.DOOR,
    *gates.DOORS,
    reports.DOOR,
]
PAGES: list[Page] = [*school.PAGES, *gates.PAGES, *reports.PAGES]
"""What each room brings."""


def page_server(home: Home, database: Database) -> PageServer:
    """The site of a district. Raises SchoolgateError if it cannot listen as the settings say."""
    where = web_binding(home)
    levels = LevelCounts()

    def read() -> Snapshot:
        with database.read() as connection:
            return page_snapshot(connection, now_ms(), home.zone, levels)

    def revision() -> int:
        with database.read() as connection:
            return revision_number(connection)

    office = Office(
        database,
        now_ms,
        home.zone,
        Frame(Assets.load(), PHRASES, FOLDERS, DOORS),
        secure=where.secure,
        open_here=not where.secure,
    )
    app = create_app(
        read,
        revision,
        timezone=home.zone,
        office=office,
        pages=PAGES,
        allow_host=where.allow_host,
    )
    return PageServer(app, where)


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
