"""Runs the pages."""

import contextlib
import socket
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette

from gate_contract.errors import SchoolgateError
from server_bridge.http.binding import Binding

STOP_WITHIN_S = 3
"""Streams end at once when the server stops; anything else gets this long."""


class HttpServer:
    """An HTTP server for the page. The port is taken when it is made, so `url` is known before
    `run`; `run` may be called in any thread, once, and `stop` from any thread."""

    def __init__(self, app: Starlette, where: Binding) -> None:
        """Take the port; `where.port` 0 takes a free one.

        uvicorn waits for open responses before it ends the application's lifespan. An application
        with endless streams sets `app.state.before_shutdown` to a function that ends them.

        Raises:
            SchoolgateError: the port cannot be taken, or the TLS files cannot be used.
        """
        self._socket = _listen(where.host, where.port)
        address, self.port = self._socket.getsockname()[:2]
        self.url = f"{where.origin}/" if where.origin else _url(address, self.port)
        config = uvicorn.Config(
            app,
            lifespan="on",
            ws="none",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=bool(where.proxy),
            forwarded_allow_ips=where.proxy or None,
            ssl_certfile=where.certificate,
            ssl_keyfile=where.key,
            timeout_graceful_shutdown=STOP_WITHIN_S,
        )
        try:
            config.load()
        except OSError as error:
            self._socket.close()
            raise SchoolgateError(
                f"web.certificate {where.certificate} and web.key {where.key}: {error.strerror}; "
                "give PEM files that this user may read"
            ) from error
        self._server = _Server(config)

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
        before_shutdown = getattr(self.config.app.state, "before_shutdown", None)  # type: ignore[union-attr]
        if before_shutdown:
            before_shutdown()
        await super().shutdown(sockets)


def _url(address: str, port: int) -> str:
    return f"http://[{address}]:{port}/" if ":" in address else f"http://{address}:{port}/"


def _listen(host: str, port: int) -> socket.socket:
    address = "127.0.0.1" if host == "localhost" else host
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family, backlog=2048)
    except OSError as error:
        raise SchoolgateError(
            f"the pages cannot listen on {address} port {port}: {error.strerror}; "
            "choose another port, or 0 for any free one"
        ) from error
