"""One watcher of the database for all open pages. Each page is handed the newest edition when it
is ready for it, so a slow page skips editions and never makes the server remember them."""

import asyncio
import contextlib
import math
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

import structlog

from server_bridge.i18n.phrases import Lang
from server_bridge.store.live import Snapshot
from server_bridge.web.live.render import Freshness, Renderer, Rendering

log = structlog.get_logger()

REFRESH_S = 15.0
"""Read again after this long without a change: a gate's silence changes no record."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What every page should show now."""

    serial: int
    snapshot: Snapshot | None
    freshness: Freshness
    renderings: Mapping[Lang, Rendering]


class Feed:
    """Watches `revision` in a thread of its own, since the database blocks; everything else of
    this class belongs to the event loop. A database that fails or hangs makes the figures stale;
    the thread goes on asking."""

    def __init__(
        self,
        read: Callable[[], Snapshot],
        revision: Callable[[], int],
        renderer: Renderer,
        *,
        poll_s: float,
        stale_after_s: float,
    ) -> None:
        self._read = read
        self._revision = revision
        self._renderer = renderer
        self._poll_s = poll_s
        self._stale_after_s = stale_after_s
        self._answered = time.monotonic()
        self._stop = threading.Event()
        self._changed = asyncio.Event()
        self._closed = False
        self.pages = 0
        first = Freshness.WAITING
        self.newest = Edition(0, None, first, renderer.render(None, first))

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Watches until the block ends; then every stream ends too."""
        loop = asyncio.get_running_loop()
        # A daemon: a database that hangs must not keep the process from ending.
        threading.Thread(
            target=self._watch, args=[loop], name="live-page-watch", daemon=True
        ).start()
        aging = asyncio.create_task(self._age())
        try:
            yield
        finally:
            self.close()
            aging.cancel()
            await asyncio.gather(aging, return_exceptions=True)

    def close(self) -> None:
        """Ends every open stream, so that the server need not wait for its pages to leave."""
        self._closed = True
        self._stop.set()
        self._changed.set()

    async def after(self, serial: int) -> Edition | None:
        """The newest edition as soon as it is not `serial`; None when the feed has ended."""
        while not self._closed and self.newest.serial == serial:
            await self._changed.wait()
        return None if self._closed else self.newest

    async def first_figures(self, timeout_s: float) -> Edition:
        """The newest edition, having waited a moment for one with figures in it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while self.newest.freshness == Freshness.WAITING and not self._closed:
                    await self._changed.wait()
        return self.newest

    def _publish(
        self,
        snapshot: Snapshot | None,
        freshness: Freshness,
        renderings: Mapping[Lang, Rendering],
    ) -> None:
        self.newest = Edition(self.newest.serial + 1, snapshot, freshness, renderings)
        if not self._closed:
            waiting, self._changed = self._changed, asyncio.Event()
            waiting.set()

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        known: int | None = None
        read_at, failing = -math.inf, False
        while not self._stop.is_set():
            try:
                revision = self._revision()
                if revision != known or time.monotonic() - read_at >= REFRESH_S:
                    snapshot = self._read()
                    renderings = self._renderer.render(snapshot, Freshness.FRESH)
                    known, read_at = revision, time.monotonic()
                    with contextlib.suppress(RuntimeError):  # the loop has just ended
                        loop.call_soon_threadsafe(
                            self._publish, snapshot, Freshness.FRESH, renderings
                        )
                self._answered = time.monotonic()
                if failing:
                    log.info("live_page_figures_again")
                failing = False
            except Exception as error:  # whatever a driver raises, the page must come back
                if not failing:
                    log.exception("live_page_figures_failed", error=str(error))
                failing = True
            self._stop.wait(self._poll_s)

    async def _age(self) -> None:
        while True:
            await asyncio.sleep(min(self._poll_s, 1.0))
            now, silent_s = self.newest, time.monotonic() - self._answered
            if silent_s > self._stale_after_s:
                freshness = Freshness.STALE
            elif now.snapshot is not None:
                freshness = Freshness.FRESH
            else:
                continue
            if now.freshness != freshness:
                renderings = self._renderer.mark(now.renderings, freshness)
                self._publish(now.snapshot, freshness, renderings)
