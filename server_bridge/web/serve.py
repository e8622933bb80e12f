"""Runs the live page on this machine's own addresses. There is no sign-in yet."""

import contextlib
import socket
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette

from gate_contract.errors import SchoolgateError
from server_bridge.loopback import is_loopback
from server_bridge.web.feed import Feed

NOTE = (
    "The live page has no sign-in yet, so it answers on this machine only; "
    "from another computer, reach it by an SSH tunnel."
)
"""For whoever starts the page to say beside its address."""

STOP_WITHIN_S = 3
"""Streams end at once when the server stops; anything else gets this long."""


class PageServer:
    """An HTTP server for the page. The port is taken when it is made, so `url` is known before
    `run`; `run` may be called in any thread, once, and `stop` from any thread."""

    def __init__(self, app: Starlette, host: str = "127.0.0.1", port: int = 8080) -> None:
        """`port` 0 takes a free one.

        Raises:
            SchoolgateError: `host` is not this machine only, or the port cannot be taken.
        """
        self._socket = _listen(host, port)
        address, self.port = self._socket.getsockname()[:2]
        self.url = (
            f"http://[{address}]:{self.port}/"
            if ":" in address
            else f"http://{address}:{self.port}/"
        )
        self._server = _Server(
            uvicorn.Config(
                app,
                lifespan="on",
                ws="none",
                access_log=False,
                log_config=None,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=STOP_WITHIN_S,
            )
        )

    def run(self, on_ready: Callable[[str], object] = lambda _: None) -> None:
        """Serves until `stop`; `on_ready` is given the URL when requests are answered.

        In the main thread SIGINT and SIGTERM also end it, and are raised again when it has ended;
        in any other thread signals are left to the caller.
        """
        self._server.on_ready = lambda: on_ready(self.url)
        with contextlib.closing(self._socket):
            self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        """Asks `run` to return."""
        self._server.should_exit = True


class _Server(uvicorn.Server):
    on_ready: Callable[[], object]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn waits for open responses before it ends the application's lifespan, and a stream
        # ends only with the feed: so the feed goes first.
        feed = self.config.app.state.feed  # type: ignore[union-attr]
        if isinstance(feed, Feed):
            feed.close()
        await super().shutdown(sockets)


def _listen(host: str, port: int) -> socket.socket:
    if not is_loopback(host):
        raise SchoolgateError(
            f"the live page has no sign-in yet, so it cannot listen on {host}; let it listen on "
            "127.0.0.1 and reach it from another computer by an SSH tunnel: "
            f"ssh -L {port or 8080}:127.0.0.1:{port or 8080} this-server"
        )
    address = "127.0.0.1" if host == "localhost" else host
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family, backlog=2048)
    except OSError as error:
        raise SchoolgateError(
            f"the live page cannot listen on {address} port {port}: {error.strerror}; "
            "choose another port, or 0 for any free one"
        ) from error
