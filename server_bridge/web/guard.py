"""Security checks of every request, and security headers of every response.

A request must name this server in its Host header. The headers let a browser load nothing but files
of this server, and send forms nowhere else.
"""

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
    "Referrer-Policy": "same-origin",  # no-referrer would hide a form's origin from this server too
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Guard:
    """ASGI middleware that refuses foreign host names and adds the security headers.

    `allow_host` decides about the name in the Host header: a foreign name that resolves to this
    machine (DNS rebinding) would let any web site read the page.
    """

    def __init__(self, app: ASGIApp, allow_host: Callable[[str], bool] = is_loopback) -> None:
        self._app = app
        self._allow_host = allow_host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request or pass it on; add the headers to either response."""
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
                "only GET, HEAD and POST are allowed\n", 405, headers={"Allow": "GET, HEAD, POST"}
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
