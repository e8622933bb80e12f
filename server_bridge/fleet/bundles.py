"""The bundles of updates that this bridge serves to its gates, in `updates/` of its folder.

A bundle is named by its hash, so that what gates were told of never becomes something else. It is
no secret: gates ask the enrolment desk for it without a certificate.
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

from gate_contract.durable_file import replace_file, sync_folder
from gate_contract.errors import SchoolgateError
from server_bridge.home import Home

BLOCK = 1 << 20
BUNDLES_PATH = "/updates/"
MOST_AT_ONCE = 64
CA_NAME = "update-ca.pem"
_NAME = re.compile(r"[0-9a-f]{64}\.raucb")


@dataclass(frozen=True, slots=True)
class Measured:
    """A file's size in bytes and its SHA-256."""

    size: int
    sha256: bytes


def measure(file: Path, copy_to: Path | None = None) -> Measured:
    """Read a bundle, and copy it on the way. Raises SchoolgateError: it cannot be read or kept."""
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
            f"{error.filename or copy_to}: {error.strerror}; name the update's file, and have room "
            "for a copy of it"
        ) from error
    return Measured(size, digest.digest())


def keep_bundle(home: Home, file: Path) -> Measured:
    """Keep a copy for gates to fetch. Raises SchoolgateError."""
    folder = home.updates_folder
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise SchoolgateError(f"{folder}: {error.strerror}; choose a home you own") from error
    draft = folder / "new.part"
    try:
        measured = measure(file, draft)
        draft.replace(folder / name_of(measured.sha256))
        sync_folder(folder)
    finally:
        draft.unlink(missing_ok=True)
    return measured


def name_of(digest: bytes) -> str:
    """The name of the bundle with this SHA-256."""
    return f"{digest.hex()}.raucb"


def address_of(home: Home, digest: bytes) -> str:
    """Where gates fetch it. Raises SchoolgateError: there is no desk."""
    port = home.settings.enrol.port
    if not port:
        raise SchoolgateError(
            "gates cannot fetch it here: give the desk a port, [enrol] port = 8884 in bridge.toml, "
            "and let gates reach it through the firewall; or say where it lies: --url"
        )
    return f"https://{home.enrol_host}:{port}{BUNDLES_PATH}{name_of(digest)}"


def forget_others(home: Home, wanted: Collection[bytes]) -> None:
    """Delete the bundles that no gate is told of any more."""
    names = {name_of(digest) for digest in wanted}
    for path in home.updates_folder.glob("*.raucb"):
        if path.name not in names:
            path.unlink(missing_ok=True)


def keep_key(home: Home, file: Path) -> None:
    """Keep the certificate that updates are signed with; gates are told of it with their orders.

    Raises SchoolgateError: it is none, or there is another one: gates in service keep the first.
    """
    kept = home.updates_folder / CA_NAME
    try:
        pem = file.read_text("ascii")
        x509.load_pem_x509_certificate(pem.encode())
        if kept.exists() and kept.read_text("ascii") != pem:
            raise SchoolgateError(
                f"{kept} is another one. Gates in service believe the first that they were told "
                "of; to change it, flash their cards anew"
            )
        home.updates_folder.mkdir(mode=0o700, exist_ok=True)
        replace_file(kept, pem.encode(), 0o600)
    except (OSError, ValueError) as error:
        raise SchoolgateError(
            f"{file}: {error}; it is made by: gate-image update-key, and named {CA_NAME}"
        ) from error


class _Line:
    """How many bundles are being sent. Ingest is in the same process, and a fleet comes at once:
    who finds the line full asks again."""

    def __init__(self) -> None:
        self.sending = 0

    def send(self, path: Path) -> Response:
        line = self

        class Counted(FileResponse):
            async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
                line.sending += 1
                try:
                    await super().__call__(scope, receive, send)
                finally:
                    line.sending -= 1

        if self.sending >= MOST_AT_ONCE:
            return Response(status_code=503)
        return Counted(path, media_type="application/octet-stream")


def serving(home: Home) -> Route:
    """What the desk answers with: the whole file, or the part that is asked for."""
    folder, line = home.updates_folder, _Line()

    async def bundle(request: Request) -> Response:
        path = folder / request.path_params["name"]
        if not _NAME.fullmatch(path.name) or not path.is_file():
            return Response(status_code=404)
        return line.send(path)

    return Route(BUNDLES_PATH + "{name}", bundle)
