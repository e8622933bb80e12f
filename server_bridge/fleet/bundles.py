"""Store and serve the update bundles for gates, in `updates/` of the bridge's folder.

A bundle is named by its hash, so that its content never changes under a name that gates were given.
It is not secret: gates fetch it from the enrolment server without a certificate.
"""

import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from gate_contract.durable_file import replace_file
from gate_contract.errors import SchoolgateError
from server_bridge.home import Home

BLOCK = 1 << 20
BUNDLES_PATH = "/updates/"
MAX_DOWNLOADS = 64
UPDATE_CA_FILE = "update-ca.pem"
_NAME = re.compile(r"[0-9a-f]{64}\.raucb")


@dataclass(frozen=True, slots=True)
class FileDigest:
    """A file's size in bytes and its SHA-256."""

    size: int
    sha256: bytes


def measure(file: Path, copy_to: Path | None = None) -> FileDigest:
    """Read a bundle, copying it if asked. Raises SchoolgateError: it cannot be read or copied."""
    digest, size = sha256(), 0
    try:
        with file.open("rb") as source, (copy_to or Path(os.devnull)).open("wb") as target:
            while block := source.read(BLOCK):
                size += len(block)
                digest.update(block)
                target.write(block)
            if copy_to:
                target.flush()
                os.fsync(target.fileno())
    except OSError as error:
        raise SchoolgateError(
            f"{error.filename or copy_to}: {error.strerror}; give the update's file, and free "
            "space for a copy of it"
        ) from error
    return FileDigest(size, digest.digest())


def store_bundle(home: Home, file: Path) -> FileDigest:
    """Store a copy of a bundle for gates to fetch. Raises SchoolgateError."""
    folder = home.updates_folder
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise SchoolgateError(f"{folder}: {error.strerror}; choose a home you own") from error
    draft = folder / "new.part"
    try:
        measured = measure(file, draft)
        draft.replace(folder / bundle_name(measured.sha256))
    finally:
        draft.unlink(missing_ok=True)
    return measured


def bundle_name(digest: bytes) -> str:
    """Return the file name of the bundle with this SHA-256."""
    return f"{digest.hex()}.raucb"


def bundle_url(home: Home, digest: bytes) -> str:
    """Return the URL of a bundle. Raises SchoolgateError if there is no enrolment server."""
    port = home.settings.enrol.port
    if not port:
        raise SchoolgateError(
            "gates cannot fetch it here: give the enrolment server a port, [enrol] port = 8884 in "
            "bridge.toml, and open it in the firewall; or give the bundle's address: --url"
        )
    return f"https://{home.enrol_host}:{port}{BUNDLES_PATH}{bundle_name(digest)}"


def delete_unused_bundles(home: Home, wanted: Collection[bytes]) -> None:
    """Delete the bundles that no gate is ordered to install."""
    names = {bundle_name(digest) for digest in wanted}
    for path in home.updates_folder.glob("*.raucb"):
        if path.name not in names:
            path.unlink(missing_ok=True)


def store_update_ca(home: Home, file: Path) -> None:
    """Store the certificate that updates are signed with; gates receive it with their orders.

    Raises:
        SchoolgateError: the file is not a certificate, or another one is stored already; gates in
            service only accept the first.
    """
    kept = home.updates_folder / UPDATE_CA_FILE
    try:
        pem = file.read_text("ascii")
        x509.load_pem_x509_certificate(pem.encode())
        if kept.exists() and kept.read_text("ascii") != pem:
            raise SchoolgateError(
                f"{kept} differs from it. Gates in service only trust the first certificate that "
                "they received; to change it, flash their SD cards again"
            )
        home.updates_folder.mkdir(mode=0o700, exist_ok=True)
        replace_file(kept, pem.encode(), 0o600)
    except (OSError, ValueError) as error:
        raise SchoolgateError(
            f"{file}: {error}; it is made by: gate-image update-key, and named {UPDATE_CA_FILE}"
        ) from error


class _DownloadLimit:
    """Counts the bundles being sent, and refuses more than `MAX_DOWNLOADS`.

    Ingest runs in the same process, and a whole fleet may ask at once; a refused gate asks again.
    """

    def __init__(self) -> None:
        self.sending = 0

    def send(self, path: Path) -> Response:
        limit = self

        class Counted(FileResponse):
            async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
                limit.sending += 1
                try:
                    await super().__call__(scope, receive, send)
                finally:
                    limit.sending -= 1

        if self.sending >= MAX_DOWNLOADS:
            return Response(status_code=503)
        return Counted(path, media_type="application/octet-stream")


def bundle_route(home: Home) -> Route:
    """Return the route that serves whole bundles, or requested parts of them."""
    folder, limit = home.updates_folder, _DownloadLimit()

    async def bundle(request: Request) -> Response:
        path = folder / request.path_params["name"]
        if not _NAME.fullmatch(path.name) or not path.is_file():
            return Response(status_code=404)
        return limit.send(path)

    return Route(BUNDLES_PATH + "{name}", bundle)
