"""What all pages behind the sign-in share, and who is looking."""

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from starlette.requests import Request

from server_bridge.access.openid import SignInBy
from server_bridge.access.roles import Permission, Viewer
from server_bridge.http.loopback import is_loopback
from server_bridge.store.access.accounts import any_account, session_viewer, touch
from server_bridge.store.database import Database
from server_bridge.store.units.tree import all_units
from server_bridge.web.app.layout import Layout


@dataclass(frozen=True)
class AppContext:
    """`secure`: pages come by TLS, to us or to the proxy before us. `open_here`: as long as there
    are no accounts, this machine's own browser may see counts; a newcomer's first look."""

    database: Database
    now_ms: Callable[[], int]
    zone: ZoneInfo
    frame: Layout
    secure: bool = False
    open_here: bool = True
    openid: SignInBy | None = None

    @property
    def cookie(self) -> str:
        """The session cookie's name. The prefix binds it to this host and to TLS."""
        return "__Host-schoolgate" if self.secure else "schoolgate"

    def token(self, request: Request) -> str:
        """The session token that the browser sent; empty if none."""
        return request.cookies.get(self.cookie, "")

    def viewer(self, request: Request) -> Viewer | None:
        """Who is looking, None if nobody is signed in. It reads the database, and blocks."""
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
                touch(connection, token, now_ms)
        return viewer


def _is_here(request: Request) -> bool:
    return request.client is not None and is_loopback(request.client.host)
