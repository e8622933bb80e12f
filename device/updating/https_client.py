"""Download from an HTTPS server, beginning at any byte.

Two kinds of authorities are trusted: the district's own, which issues the certificate of its
server, and the system's, for a mirror elsewhere. TLS only keeps strangers from sending rubbish: the
download is verified by the hash in the signed orders, and by the bundle's own signature.
"""

import http.client
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from gate_contract.errors import SchoolgateError
from gate_contract.health import UpdateFault

TIMEOUT_S = 30


class FetchError(SchoolgateError):
    """A download that failed, for now or for good."""

    def __init__(self, fault: UpdateFault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class PartialContent:
    """Bytes from `begins` on of a file of `size` bytes; None if the server does not state it.

    `read` returns at most the given number of bytes; it raises FetchError.
    """

    begins: int
    size: int | None
    read: Callable[[int], bytes]


class _StayEncrypted(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if not newurl.startswith("https://"):
            raise FetchError(UpdateFault.UNTRUSTED, f"{req.host} redirects away from https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class HttpsServer:
    """An HTTPS client. `authority` is the file of the district's certificate.

    Raises:
        SchoolgateError: that file cannot be read.
    """

    def __init__(self, authority: Path) -> None:
        context = ssl.create_default_context()
        try:
            context.load_verify_locations(authority)
        except OSError as error:
            raise SchoolgateError(
                f"{authority}: {error.strerror}; the gate's files come from: gate-bridge gate add"
            ) from error
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=context),
            _StayEncrypted,
        )

    @contextmanager
    def ask(self, url: str, begins: int) -> Iterator[PartialContent]:
        """Request a file from byte `begins` on.

        Raises:
            FetchError: `unreachable`, `untrusted`, `not_served`, or `wrong_size`.
        """
        request = urllib.request.Request(url, headers={"Range": f"bytes={begins}-"})  # noqa: S310
        with _translated_errors(url):
            answer = self._opener.open(request, timeout=TIMEOUT_S)
        with answer:

            def read(most: int) -> bytes:
                with _translated_errors(url):
                    got: bytes = answer.read(most)
                    return got

            yield PartialContent(*_place(answer), read)


def _place(answer: http.client.HTTPResponse) -> tuple[int, int | None]:
    if answer.status == 206:
        found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range", ""))
        if not found:
            raise FetchError(
                UpdateFault.NOT_SERVED, "the server does not state which part it sends"
            )
        return int(found[1]), None if found[2] == "*" else int(found[2])
    length = answer.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None


@contextmanager
def _translated_errors(url: str) -> Iterator[None]:
    """Turn exceptions of the library into FetchError."""
    try:
        yield
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416:  # the requested part begins beyond the file's end
            raise FetchError(UpdateFault.WRONG_SIZE, f"{url} is shorter than ordered") from error
        fault = UpdateFault.UNREACHABLE if error.code >= 500 else UpdateFault.NOT_SERVED
        raise FetchError(fault, f"{url}: status {error.code}") from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, ssl.SSLCertVerificationError):
            message = f"{url}: {reason.verify_message}"
            raise FetchError(UpdateFault.UNTRUSTED, message) from error
        raise FetchError(UpdateFault.UNREACHABLE, f"{url}: {reason}") from error
