"""What all pages for signed-in users share, and the lookup of the viewer of a request."""

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from starlette.requests import Request

from server_bridge.access.openid import OpenIdSignIn
from server_bridge.access.roles import Permission, Viewer
from server_bridge.http.loopback import is_loopback
from server_bridge.store.access.accounts import (
    any_account,
    note_session_use,
    session_viewer,
)
from server_bridge.store.database import Database
from server_bridge.store.units.tree import all_units
from server_bridge.web.app.layout import Layout


@dataclass(frozen=True)
class AppContext:
    """What the handlers of pages share.

    `secure`: pages are served by TLS, by this server or by a proxy in front of it. `open_here`: as
    long as there are no accounts, a browser on this machine may see counts, so that a new
    installation can be tried at once.
    """

    database: Database
    now_ms: Callable[[], int]
    zone: ZoneInfo
    layout: Layout
    secure: bool = False
    open_here: bool = True
    openid: OpenIdSignIn | None = None

    @property
    def cookie(self) -> str:
        """The session cookie's name; the prefix `__Host-` binds it to this host and to TLS."""
        return "__Host-schoolgate" if self.secure else "schoolgate"

    def token(self, request: Request) -> str:
        """Return the session token that the browser sent; empty if none."""
        return request.cookies.get(self.cookie, "")

    def viewer(self, request: Request) -> Viewer | None:
        """Return the viewer of a request, None if nobody is signed in.

        Blocks: it reads the database.
        """
        now_ms, token = self.now_ms(), self.token(request)
        stale = False
        with self.database.read() as connection:
            found = session_viewer(connection, token, now_ms) if token else None
            if found:
                viewer, stale = found
            elif self.open_here and _is_here(request) and not any_account(connection):
                everywhere = frozenset(unit.unit_id for unit in all_units(connection))
                return Viewer(None, "", {Permission.COUNTS: everywhere})
            else:
                return None
        if stale:
            with self.database.write() as connection:
                note_session_use(connection, token, now_ms)
        return viewer


def _is_here(request: Request) -> bool:
    return request.client is not None and is_loopback(request.client.host)
