"""Measure how long the site takes for a page, from the request's arrival to the last byte.

The session's check and the database are included, the network is not.
"""

import asyncio
import gc
import os
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from benchmarks.bridge.web.page_requests import Ask
from benchmarks.bridge.web.year import ZONE
from server_bridge.store.database import Database
from server_bridge.store.schema.access import access_log
from server_bridge.web.site import site_app

FIRST_FIGURES_S = 60.0


@dataclass(slots=True)
class Took:
    """What one page took; times in ms.

    `first`: the first time since the site started. `cold`: with nothing of the database in memory.
    `warm` and `cpu`: of each later time, on the clock and of the processor.
    """

    status: int = 0
    html: bool = False
    size: int = 0
    first: float = 0.0
    cold: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Site:
    """A database, and the requests to the pages over it, in the order of `took`."""

    path: Path
    asks: Sequence[Ask]
    took: list[Took] = field(default_factory=list)


def time_pages(sites: Sequence[Site], now_ms: int, *, passes: int, cold: int) -> None:
    """Request each page once, then `passes` times for all in turns, then `cold` times.

    The sites take turns too, so that other load of this machine falls on all of them.
    """
    asyncio.run(_time(sites, now_ms, passes, cold))


async def _time(sites: Sequence[Site], now_ms: int, passes: int, cold: int) -> None:
    async with AsyncExitStack() as stack:
        clients = [await _open(stack, site, now_ms) for site in sites]
        gc.collect()  # as the bridge does before it serves
        gc.freeze()
        stack.callback(gc.unfreeze)
        for client in clients:
            for ask in client.site.asks:
                answer = await client.ask(ask)
                html = answer.headers.get("content-type", "").startswith("text/html")
                took = Took(answer.status_code, html, len(answer.content), client.timed.wall_ms)
                client.site.took.append(took)
        for _ in range(passes):
            for number in range(len(sites[0].asks)):
                for client in clients:
                    await client.ask(client.site.asks[number])
                    client.site.took[number].warm.append(client.timed.wall_ms)
                    client.site.took[number].cpu.append(client.timed.cpu_ms)
        for _ in range(cold):
            for client in clients:
                for took, ask in zip(client.site.took, client.site.asks, strict=True):
                    _forget(client.database)
                    await client.ask(ask)
                    took.cold.append(client.timed.wall_ms)


@dataclass(frozen=True, slots=True)
class _Client:
    site: Site
    database: Database
    timed: "_Timed"
    browser: httpx.AsyncClient

    async def ask(self, ask: Ask) -> httpx.Response:
        cookie = {"Cookie": f"schoolgate={ask.who.token}"}
        return await self.browser.get(ask.path, headers=cookie)


async def _open(stack: AsyncExitStack, site: Site, now_ms: int) -> _Client:
    database = stack.enter_context(closing(Database(f"sqlite:///{site.path}")))
    app = site_app(database, lambda: now_ms, ZONE)
    await stack.enter_async_context(app.router.lifespan_context(app))
    await app.state.feed.first_figures(FIRST_FIGURES_S)
    timed = _Timed(app)
    transport = httpx.ASGITransport(app=timed)
    browser = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", trust_env=False)
    return _Client(site, database, timed, await stack.enter_async_context(browser))


class _Timed:
    """An application that notes how long its last request took."""

    def __init__(self, app: Starlette) -> None:
        self._app = app
        self.wall_ms = self.cpu_ms = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        await self._app(scope, receive, send)
        self.wall_ms = (time.perf_counter() - wall) * 1000
        self.cpu_ms = (time.process_time() - cpu) * 1000


def _forget(database: Database) -> None:
    """Clear every cache of the database, and the notes of who has looked at people lately."""
    with database.write() as connection:
        connection.execute(access_log.delete())
    database.close()  # closes its connections and their caches; new ones are made when needed
    path = Path(database.url.database or "")
    for name in (path, path.with_name(f"{path.name}-wal")):
        if name.exists():
            handle = os.open(name, os.O_RDONLY)
            try:
                os.fsync(handle)
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(handle)


def time_query(path: Path, ask: Callable[[sa.Connection], object]) -> tuple[float, object]:
    """Return the ms that a query took, and its answer."""
    with closing(Database(f"sqlite:///{path}")) as database, database.read() as connection:
        begun = time.perf_counter()
        answer = ask(connection)
        return (time.perf_counter() - begun) * 1000, answer
