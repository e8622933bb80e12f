"""The ASGI application: the live page, its event stream, static files, `/healthz`, other routes."""

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog
from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from server_bridge.access.roles import NOBODY, Permission, Viewer
from server_bridge.http.loopback import is_loopback
from server_bridge.store.live import Snapshot
from server_bridge.web.app import openid, sign_in, texts
from server_bridge.web.app.context import AppContext
from server_bridge.web.app.layout import Layout
from server_bridge.web.app.page import Page, csrf, routes
from server_bridge.web.assets import Assets
from server_bridge.web.guard import HEADERS, Guard
from server_bridge.web.language import keep_language, language
from server_bridge.web.live.feed import Edition, Feed
from server_bridge.web.live.render import (
    TEMPLATES,
    Freshness,
    Renderer,
    Rendering,
    apply_order,
    changes,
    page_values,
)
from server_bridge.web.live.scope import ScopedRenderings, VisibleUnits
from server_bridge.web.live.sorting import SchoolOrder
from server_bridge.web.metrics import ObserveRequest, TimingMiddleware

log = structlog.get_logger()

MAX_PAGES = 500
"""The most open streams. Further ones are refused; their pages try again by themselves."""

FIRST_FIGURES_S = 2.0
"""How long the first page waits for the first figures."""

SEND_TIMEOUT_S = 30.0
"""A stream whose client accepts no data for this long is closed."""

SHUTDOWN_GRACE_S = 2.0
"""How long a stream may take to end when the server stops."""


def create_app(
    read: Callable[[], Snapshot],
    revision: Callable[[], int],
    *,
    timezone: ZoneInfo,
    poll_s: float = 0.5,
    stale_after_s: float = 5.0,
    context: AppContext | None = None,
    pages: Sequence[Page] = (),
    allow_host: Callable[[str], bool] = is_loopback,
    extra_routes: Sequence[BaseRoute] = (),
    observe: ObserveRequest | None = None,
) -> Starlette:
    """Return the application.

    `read` and `revision` may block and are called from one thread only; `read` only after
    `revision` has changed, and every 15 s for what changes with time alone. Without a `context` the
    application serves the live page only, to everybody. `extra_routes`: API and metrics; `observe`
    is called after every request.
    """
    assets = Assets.load()
    renderer = Renderer(timezone, assets)
    layout = context.layout if context else Layout(assets, [texts.PHRASES], [TEMPLATES])
    live = _LivePageHandlers(layout, ScopedRenderings(Renderer(timezone, assets)), context)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        feed = Feed(read, revision, renderer, poll_s=poll_s, stale_after_s=stale_after_s)
        app.state.feed = feed
        app.state.before_shutdown = feed.close
        async with feed.running():
            yield

    return Starlette(
        routes=[
            Route("/", live.page),
            Route("/events", live.events),
            Route("/healthz", live.health),
            Route("/static/{version}/{name}", assets.serve),
            *(_signed_in_routes(context, pages) if context else []),
            *extra_routes,
        ],
        middleware=[
            *([Middleware(TimingMiddleware, observe=observe)] if observe else []),
            Middleware(Guard, allow_host=allow_host),
        ],
        exception_handlers={Exception: _failed},
        lifespan=lifespan,
    )


def _signed_in_routes(context: AppContext, pages: Sequence[Page]) -> list[Route]:
    return [*sign_in.routes(context), *openid.routes(context), *routes(pages, context)]


class _LivePageHandlers:
    def __init__(
        self, layout: Layout, scopes: ScopedRenderings, context: AppContext | None
    ) -> None:
        self._layout = layout
        self._scopes = scopes
        self._context = context

    async def page(self, request: Request) -> Response:
        """Answer `/`: the page as it is now; status 503 while there are no figures at all."""
        viewer = await self._viewer(request)
        if viewer is None:
            return RedirectResponse("/sign-in", 303)
        lang = language(request)
        edition = await _feed(request).first_figures(FIRST_FIGURES_S)
        order = SchoolOrder.from_query(request.query_params)
        rendering = self._scopes.rendering(edition, lang, _visible_units(viewer))
        response = self._layout.page(
            "live.html",
            lang,
            viewer=viewer,
            csrf=csrf(self._context.token(request)) if self._context else "",
            status=503 if edition.snapshot is None else 200,
            **page_values(lang, apply_order(rendering, order), order),
        )
        keep_language(request, response, secure=self._context is not None and self._context.secure)
        return response

    async def events(self, request: Request) -> Response:
        """Answer `/events`: first all parts, then what changed since the last message."""
        viewer = await self._viewer(request)
        if viewer is None:
            return PlainTextResponse("sign in first\n", 403)
        feed, lang = _feed(request), language(request)
        order, visible = SchoolOrder.from_query(request.query_params), _visible_units(viewer)
        if feed.pages >= MAX_PAGES:
            return PlainTextResponse("too many open pages; try again later\n", 503)

        def render(edition: Edition) -> Rendering:
            return apply_order(self._scopes.rendering(edition, lang, visible), order)

        return _EventStream(
            _stream(feed, render),
            send_timeout=SEND_TIMEOUT_S,
            # On a signal the feed ends the stream properly; the library would cut it off.
            shutdown_grace_period=SHUTDOWN_GRACE_S,
        )

    async def _viewer(self, request: Request) -> Viewer | None:
        if self._context is None:
            return NOBODY
        return await run_in_threadpool(self._context.viewer, request)

    async def health(self, request: Request) -> Response:
        """Answer `/healthz` for monitoring: 200 while the figures are fresh, 503 otherwise."""
        feed = _feed(request)
        edition = feed.newest
        fresh = edition.freshness == Freshness.FRESH
        as_of = edition.snapshot and datetime.fromtimestamp(edition.snapshot.as_of_ms / 1000, UTC)
        return JSONResponse(
            {
                "status": edition.freshness,
                "revision": edition.snapshot and edition.snapshot.revision,
                "as_of": as_of and as_of.isoformat(timespec="milliseconds"),
                "pages": feed.pages,
            },
            status_code=200 if fresh else 503,
            headers={"Cache-Control": "no-store"},
        )


class _EventStream(EventSourceResponse):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            log.info("live_page_send_timeout", seconds=SEND_TIMEOUT_S)


async def _stream(
    feed: Feed, render: Callable[[Edition], Rendering]
) -> AsyncIterator[ServerSentEvent]:
    serial, sent = -1, None
    feed.pages += 1
    try:
        while edition := await feed.after(serial):
            now = render(edition)
            yield ServerSentEvent(changes(sent, now), event="figures")
            serial, sent = edition.serial, now
    finally:
        feed.pages -= 1


def _feed(request: Request) -> Feed:
    feed = request.app.state.feed
    assert isinstance(feed, Feed)  # noqa: S101 - set by the lifespan before any request
    return feed


def _visible_units(viewer: Viewer) -> VisibleUnits | None:
    """Return the units that the viewer may see; None means the counts of all units."""
    if viewer is NOBODY:
        return None
    return VisibleUnits(viewer.where(Permission.COUNTS), viewer.where(Permission.PEOPLE))


async def _failed(_request: Request, _error: Exception) -> Response:
    # This handler runs outside the guard, so it adds the headers; the log has the traceback.
    return PlainTextResponse("internal error; the log has the details\n", 500, headers=HEADERS)
