"""What every request passes and every answer carries: only names that are ours, and a browser that
is told to trust nothing but our own files and to send forms nowhere else."""

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server_bridge.http.loopback import is_loopback

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",  # no-referrer hides a form's origin from us too
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Guard:
    """ASGI middleware. `allow_host` judges the name in the Host header: a foreign name that
    resolves to this machine (DNS rebinding) would let any web site read the page."""

    def __init__(self, app: ASGIApp, allow_host: Callable[[str], bool] = is_loopback) -> None:
        self._app = app
        self._allow_host = allow_host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuses, or passes on; either way with our headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await (self._refusal(scope) or self._app)(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return PlainTextResponse(
                "this site is read and sent forms\n", 405, headers={"Allow": "GET, HEAD, POST"}
            )
        names = Headers(scope=scope).getlist("host")
        if len(names) != 1 or not self._allow_host(_host_of(names[0])):
            return PlainTextResponse(
                "Schoolgate does not answer under this name; open the address that gate-bridge "
                "printed, or name this one as web.origin in bridge.toml\n",
                400,
            )
        return None


def _host_of(header: str) -> str:
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""
