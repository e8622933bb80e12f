"""Check where the web pages may listen, and which host names they answer to. No I/O.

Passwords and names of people cross this connection. Beyond this machine TLS is therefore required,
either by this server or by a configured proxy.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from gate_contract.errors import SchoolgateError
from server_bridge.http.loopback import is_loopback


class BindingError(SchoolgateError):
    """The web settings are unsafe or contradictory."""


@dataclass(frozen=True, slots=True)
class Binding:
    """How the pages are reached; `secure` if browsers connect by TLS."""

    host: str
    port: int
    origin: str = ""
    certificate: Path | None = None
    key: Path | None = None
    proxy: str = ""

    @property
    def secure(self) -> bool:
        """Return whether browsers connect by TLS."""
        return self.certificate is not None or bool(self.proxy)

    @property
    def allow_host(self) -> Callable[[str], bool]:
        """Return a function that decides whether a request's host name is accepted."""
        ours = urlsplit(self.origin).hostname
        return lambda name: name == ours or (not self.proxy and is_loopback(name))


def make_binding(
    host: str,
    port: int,
    *,
    origin: str = "",
    certificate: Path | None = None,
    key: Path | None = None,
    proxy: str = "",
) -> Binding:
    """Return a checked binding.

    Raises:
        BindingError: the settings are unsafe or would not work.
    """
    if (certificate is None) != (key is None):
        raise BindingError("web.certificate and web.key belong together; give both or neither")
    if certificate and proxy:
        raise BindingError("TLS is done here (web.certificate) or by a proxy (web.proxy), not both")
    made = Binding(host, port, origin, certificate, key, proxy)
    if not made.secure:
        if not is_loopback(host):
            raise BindingError(
                f"the pages cannot listen on {host} without TLS: give web.certificate and web.key, "
                "or let a proxy do it and name it as web.proxy; or let them listen on 127.0.0.1 "
                "and reach them from another computer by an SSH tunnel: "
                f"ssh -L {port or 8080}:127.0.0.1:{port or 8080} this-server"
            )
        return made
    parts = urlsplit(origin)
    if parts.scheme != "https" or not parts.hostname or parts.path.strip("/"):
        raise BindingError(
            f"web.origin {origin!r} has to be the address that people type, like "
            "https://gates.example.vn"
        )
    return made
