"""`/metrics` for Prometheus, and the clock on every request.

Read from this machine itself, or with a token of a unit at the top of the tree. Behind a proxy only
with a token: what comes through a careless proxy looks as if it came from here.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gate_contract.school_day import local_day
from server_bridge.http.loopback import is_loopback
from server_bridge.integrations.district_figures import district_figures
from server_bridge.integrations.meters import Meters
from server_bridge.store.database import StoreError
from server_bridge.store.units.tree import all_units
from server_bridge.web.api.routing import ApiApplication
from server_bridge.web.live.feed import Feed

Answered = Callable[[str, str, int, float], None]


class Timed:
    """ASGI middleware: tells method, route, status and seconds of each request."""

    def __init__(self, app: ASGIApp, answered: Answered) -> None:
        self._app = app
        self._answered = answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on; a stream counts until it begins."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status: list[int] = []

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                status.append(message["status"])
                self._note(scope, message["status"], began)
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception:
            if not status:
                self._note(scope, 500, began)
            raise

    def _note(self, scope: Scope, status: int, began: float) -> None:
        route = getattr(scope.get("route"), "path", "")
        self._answered(scope["method"], route, status, time.perf_counter() - began)


@dataclass(frozen=True)
class Metrics:
    """The page `/metrics`. `open_here`: this machine needs no token."""

    hatch: ApiApplication
    meters: Meters
    open_here: bool = True

    def route(self) -> Route:
        return Route("/metrics", self._page, methods=["GET"])

    async def _page(self, request: Request) -> Response:
        feed = request.app.state.feed
        pages = feed.pages if isinstance(feed, Feed) else 0
        try:
            text = await run_in_threadpool(self._text, request, pages)
        except StoreError as error:
            return PlainTextResponse(f"{error}\n", 503)
        if text is None:
            return PlainTextResponse(
                "metrics are for this machine itself, or by a token of a unit at the top: "
                "gate-bridge token add\n",
                401,
                {"WWW-Authenticate": 'Bearer realm="schoolgate"'},
            )
        return Response(
            text, headers={"Cache-Control": "no-store"}, media_type=CONTENT_TYPE_PLAIN_0_0_4
        )

    def _text(self, request: Request, pages: int) -> bytes | None:
        holder = self.hatch.holder(request)
        now_ms = self.hatch.now_ms()
        with self.hatch.database.read() as connection:
            units = all_units(connection)
            if holder:
                top = {unit.unit_id for unit in units if unit.parent_id is None}
                if holder.unit_id not in top:
                    return None
                seen = holder.units
            elif self._is_here(request):
                seen = frozenset(unit.unit_id for unit in units)
            else:
                return None
            day = local_day(now_ms, self.hatch.zone)
            return self.meters.text(pages) + district_figures(connection, now_ms, day, seen)

    def _is_here(self, request: Request) -> bool:
        return self.open_here and request.client is not None and is_loopback(request.client.host)
