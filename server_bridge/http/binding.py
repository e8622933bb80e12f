"""Where the pages may listen, and under which names they answer. Checked without any I/O.

Passwords and names of people cross this connection: beyond this machine it is TLS, ours or that of
a proxy that is named, or nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from gate_contract.errors import SchoolgateError
from server_bridge.http.loopback import is_loopback


class BindingError(SchoolgateError):
    """The pages may not listen there like this."""


@dataclass(frozen=True, slots=True)
class Binding:
    """How the pages are reached. `secure`: browsers come by TLS."""

    host: str
    port: int
    origin: str = ""
    certificate: Path | None = None
    key: Path | None = None
    proxy: str = ""

    @property
    def secure(self) -> bool:
        return self.certificate is not None or bool(self.proxy)

    @property
    def allow_host(self) -> Callable[[str], bool]:
        """Judges the name that a browser used."""
        ours = urlsplit(self.origin).hostname
        return lambda name: name == ours or (not self.proxy and is_loopback(name))


def binding(
    host: str,
    port: int,
    *,
    origin: str = "",
    certificate: Path | None = None,
    key: Path | None = None,
    proxy: str = "",
) -> Binding:
    """Raises BindingError if it would not be safe, or not work."""
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
