"""How long the site itself takes over a page: from the request's arrival to its last byte given
out, the session's check and the database included, the network not."""

import asyncio
import gc
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from server_bridge.bench.web.asking import Ask
from server_bridge.bench.web.year import ZONE
from server_bridge.store.access_schema import access_log
from server_bridge.store.database import Database
from server_bridge.web.site import site_app


@dataclass(slots=True)
class Took:
    """What one page came to; times in ms. `cold`: by a bridge just started, nothing of the file in
    memory. `warm` and `cpu`: of each later time, on the clock and of the processor."""

    status: int = 0
    html: bool = False
    size: int = 0
    cold: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def time_pages(
    path: Path, asks: Sequence[Ask], now_ms: int, *, passes: int, cold: int
) -> list[Took]:
    """Ask for each page `cold` times of a site that has just begun, then for all in turns."""
    found = [Took() for _ in asks]
    for took, ask in zip(found, asks, strict=True):
        for _ in range(cold):
            _forget(path)
            with _site(path, now_ms) as (app, _database):
                asyncio.run(_one(app, ask, took.cold, took))
    with _site(path, now_ms) as (app, _database):
        asyncio.run(_turns(app, asks, found, passes))
    return found


@contextmanager
def _site(path: Path, now_ms: int) -> Iterator[tuple[Starlette, Database]]:
    with closing(Database(f"sqlite:///{path}")) as database:
        app = site_app(database, lambda: now_ms, ZONE)
        gc.collect()  # as the bridge does before it serves
        gc.freeze()
        try:
            yield app, database
        finally:
            gc.unfreeze()


async def _one(app: Starlette, ask: Ask, times: list[float], took: Took) -> None:
    timed = _Timed(app)
    async with app.router.lifespan_context(app), _browser(timed) as browser:
        if ask.path == "/":
            await app.state.feed.first_figures(30)
        answer = await browser.get(ask.path, cookies={"schoolgate": ask.who.token})
    times.append(timed.wall_ms)
    took.status, took.size = answer.status_code, len(answer.content)
    took.html = answer.headers.get("content-type", "").startswith("text/html")


async def _turns(app: Starlette, asks: Sequence[Ask], found: Sequence[Took], passes: int) -> None:
    timed = _Timed(app)
    async with app.router.lifespan_context(app), _browser(timed) as browser:
        await app.state.feed.first_figures(30)
        for turn in range(passes + 1):
            for took, ask in zip(found, asks, strict=True):
                await browser.get(ask.path, cookies={"schoolgate": ask.who.token})
                if turn:  # the first only warms up
                    took.warm.append(timed.wall_ms)
                    took.cpu.append(timed.cpu_ms)


def _browser(app: "_Timed") -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1", trust_env=False
    )


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


def _forget(path: Path) -> None:
    """Nothing of the database stays in memory, and no look at people is a renewed one."""
    with closing(Database(f"sqlite:///{path}")) as database, database.write() as connection:
        connection.execute(access_log.delete())
    for name in (path, path.with_name(f"{path.name}-wal")):
        if name.exists():
            handle = os.open(name, os.O_RDONLY)
            try:
                os.fsync(handle)
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(handle)


def time_query(path: Path, ask: Callable[[sa.Connection], object]) -> tuple[float, object]:
    """Of a question to the database: ms, and the answer."""
    with closing(Database(f"sqlite:///{path}")) as database, database.read() as connection:
        begun = time.perf_counter()
        answer = ask(connection)
        return (time.perf_counter() - begun) * 1000, answer
