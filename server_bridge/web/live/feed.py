"""One reader of the database for all open pages.

Each page gets the newest edition once the previous one has been sent: a slow page skips editions,
and the server queues none.
"""

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
"""Read again after this long without a change: a gate that falls silent changes no record."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of the figures, rendered in every language."""

    serial: int
    snapshot: Snapshot | None
    freshness: Freshness
    renderings: Mapping[Lang, Rendering]


class Feed:
    """Publishes a new edition whenever the database's revision changes.

    `revision` and `read` are called in a thread of their own, since the database blocks; everything
    else of this class runs in the event loop. If the database fails or hangs, the figures become
    stale and the thread keeps trying.
    """

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
        self._last_success = time.monotonic()
        self._stop = threading.Event()
        self._changed = asyncio.Event()
        self._closed = False
        self.pages = 0
        first = Freshness.WAITING
        self.newest = Edition(0, None, first, renderer.render(None, first))

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Poll the database until the block ends; then end every stream."""
        loop = asyncio.get_running_loop()
        # A daemon: a database that hangs must not keep the process from ending.
        threading.Thread(
            target=self._watch, args=[loop], name="live-page-watch", daemon=True
        ).start()
        marking = asyncio.create_task(self._mark_stale())
        try:
            yield
        finally:
            self.close()
            marking.cancel()
            await asyncio.gather(marking, return_exceptions=True)

    def close(self) -> None:
        """End every open stream, so that the server need not wait for pages to disconnect."""
        self._closed = True
        self._stop.set()
        self._changed.set()

    async def after(self, serial: int) -> Edition | None:
        """Wait for an edition other than `serial` and return it; None when the feed has ended."""
        while not self._closed and self.newest.serial == serial:
            await self._changed.wait()
        return None if self._closed else self.newest

    async def first_figures(self, timeout_s: float) -> Edition:
        """Return the newest edition; wait `timeout_s` at the most for one with figures."""
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
        seen_revision: int | None = None
        read_at, failing = -math.inf, False
        while not self._stop.is_set():
            try:
                revision = self._revision()
                if revision != seen_revision or time.monotonic() - read_at >= REFRESH_S:
                    snapshot = self._read()
                    renderings = self._renderer.render(snapshot, Freshness.FRESH)
                    seen_revision, read_at = revision, time.monotonic()
                    with contextlib.suppress(RuntimeError):  # the loop has just ended
                        loop.call_soon_threadsafe(
                            self._publish, snapshot, Freshness.FRESH, renderings
                        )
                self._last_success = time.monotonic()
                if failing:
                    log.info("live_page_figures_restored")
                failing = False
            except Exception as error:  # whatever a driver raises, the page must recover
                if not failing:
                    log.exception("live_page_figures_failed", error=str(error))
                failing = True
            self._stop.wait(self._poll_s)

    async def _mark_stale(self) -> None:
        while True:
            await asyncio.sleep(min(self._poll_s, 1.0))
            now, silent_s = self.newest, time.monotonic() - self._last_success
            if silent_s > self._stale_after_s:
                freshness = Freshness.STALE
            elif now.snapshot is not None:
                freshness = Freshness.FRESH
            else:
                continue
            if now.freshness != freshness:
                renderings = self._renderer.with_freshness(now.renderings, freshness)
                self._publish(now.snapshot, freshness, renderings)
