"""The live page as an ASGI application: the page, its stream of changes, its files, its health."""

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
    arranged,
    changes,
    page_values,
)
from server_bridge.web.live.scope import Scopes, VisibleUnits
from server_bridge.web.live.sorting import SchoolOrder
from server_bridge.web.metrics import Answered, Timed

log = structlog.get_logger()

MAX_PAGES = 500
"""Open streams beyond this are turned away; the page then tries again by itself."""

FIRST_FIGURES_S = 2.0
SEND_TIMEOUT_S = 30.0
"""A page that takes nothing for this long is gone."""

END_WITHIN_S = 2.0


def create_app(
    read: Callable[[], Snapshot],
    revision: Callable[[], int],
    *,
    timezone: ZoneInfo,
    poll_s: float = 0.5,
    stale_after_s: float = 5.0,
    office: AppContext | None = None,
    pages: Sequence[Page] = (),
    allow_host: Callable[[str], bool] = is_loopback,
    machines: Sequence[BaseRoute] = (),
    answered: Answered | None = None,
) -> Starlette:
    """The application. `read` and `revision` may block and are called from one thread only;
    `read` only after `revision` has changed, and every 15 s for what time alone changes.
    Without an `office` there is only the live page, for everybody. `machines`: routes that no
    browser asks for; `answered` is told of every request."""
    assets = Assets.load()
    renderer = Renderer(timezone, assets)
    frame = office.frame if office else Layout(assets, [texts.PHRASES], [TEMPLATES])
    live = _Live(frame, Scopes(Renderer(timezone, assets)), office)

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
            *(_behind(office, pages) if office else []),
            *machines,
        ],
        middleware=[
            *([Middleware(Timed, answered=answered)] if answered else []),
            Middleware(Guard, allow_host=allow_host),
        ],
        exception_handlers={Exception: _failed},
        lifespan=lifespan,
    )


def _behind(office: AppContext, pages: Sequence[Page]) -> list[Route]:
    return [*sign_in.routes(office), *openid.routes(office), *routes(pages, office)]


class _Live:
    def __init__(self, frame: Layout, scopes: Scopes, office: AppContext | None) -> None:
        self._frame = frame
        self._scopes = scopes
        self._office = office

    async def page(self, request: Request) -> Response:
        """The page as it is now; 503 while there are no figures at all."""
        viewer = await self._viewer(request)
        if viewer is None:
            return RedirectResponse("/sign-in", 303)
        lang = language(request)
        edition = await _feed(request).first_figures(FIRST_FIGURES_S)
        arrangement = SchoolOrder.asked(request.query_params)
        rendering = self._scopes.rendering(edition, lang, _sight(viewer))
        response = self._frame.page(
            "live.html",
            lang,
            viewer=viewer,
            csrf=csrf(self._office.token(request)) if self._office else "",
            status=503 if edition.snapshot is None else 200,
            **page_values(lang, arranged(rendering, arrangement), arrangement),
        )
        keep_language(request, response, secure=self._office is not None and self._office.secure)
        return response

    async def events(self, request: Request) -> Response:
        """The stream of changes: at first everything, then what changed since the last message."""
        viewer = await self._viewer(request)
        if viewer is None:
            return PlainTextResponse("sign in first\n", 403)
        feed, lang = _feed(request), language(request)
        arrangement, sight = SchoolOrder.asked(request.query_params), _sight(viewer)
        if feed.pages >= MAX_PAGES:
            return PlainTextResponse("too many open pages; try again later\n", 503)

        def shown(edition: Edition) -> Rendering:
            return arranged(self._scopes.rendering(edition, lang, sight), arrangement)

        return _EventStream(
            _stream(feed, shown),
            send_timeout=SEND_TIMEOUT_S,
            # On a signal the feed ends the stream in good order; the library would cut it off.
            shutdown_grace_period=END_WITHIN_S,
        )

    async def _viewer(self, request: Request) -> Viewer | None:
        if self._office is None:
            return NOBODY
        return await run_in_threadpool(self._office.viewer, request)

    async def health(self, request: Request) -> Response:
        """For monitoring: 200 while the figures are fresh, 503 otherwise."""
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
            log.info("live_page_took_nothing", seconds=SEND_TIMEOUT_S)


async def _stream(
    feed: Feed, render: Callable[[Edition], Rendering]
) -> AsyncIterator[ServerSentEvent]:
    serial, seen = -1, None
    feed.pages += 1
    try:
        while edition := await feed.after(serial):
            now = render(edition)
            yield ServerSentEvent(changes(seen, now), event="figures")
            serial, seen = edition.serial, now
    finally:
        feed.pages -= 1


def _feed(request: Request) -> Feed:
    feed = request.app.state.feed
    assert isinstance(feed, Feed)  # noqa: S101 - set by the lifespan before any request
    return feed


def _sight(viewer: Viewer) -> VisibleUnits | None:
    """What may be shown; None: all counts there are."""
    if viewer is NOBODY:
        return None
    return VisibleUnits(viewer.where(Permission.COUNTS), viewer.where(Permission.PEOPLE))


async def _failed(_request: Request, _error: Exception) -> Response:
    # Sent from outside the guard, so it brings the headers itself; the log has the traceback.
    return PlainTextResponse("the page has a fault; it is in the log\n", 500, headers=HEADERS)
