"""The enrolment desk by HTTPS: for gates that have no identity yet, and for those that fetch an
update."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gate_contract.enrolment import (
    CA_PATH,
    ENROL_PATH,
    MAX_REQUEST_BYTES,
    Enrolment,
    EnrolmentRefused,
    EnrolmentRequest,
)
from gate_contract.errors import SchoolgateError
from gate_contract.ticket import TicketError, TicketRefusal
from server_bridge import pki
from server_bridge.fleet import bundles
from server_bridge.fleet.enrolling import enrol
from server_bridge.home import Home
from server_bridge.http.binding import Binding
from server_bridge.http.server import HttpServer
from server_bridge.pki import Identity
from server_bridge.store.database import Database

log = structlog.get_logger()


def desk_app(
    ca_pem: bytes,
    give: Callable[[EnrolmentRequest], Enrolment],
    more: Sequence[BaseRoute] = (),
) -> Starlette:
    """`give` answers one request, in a thread. Raises nothing but SchoolgateErrors."""

    async def authority(_request: Request) -> Response:
        return Response(ca_pem, media_type="application/x-pem-file")

    async def ask(request: Request) -> Response:
        try:
            asked = msgspec.json.decode(await _body(request), type=EnrolmentRequest)
            given = await run_in_threadpool(give, asked)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            return _answer(EnrolmentRefused(TicketRefusal.ALTERED, str(error)[:300]), 400)
        except TicketError as error:
            log.warning("a ticket was refused", refusal=error.refusal)
            return _answer(EnrolmentRefused(error.refusal, str(error)[:300]), 403)
        except SchoolgateError as error:
            log.error("a gate could not enrol", error=str(error))  # noqa: TRY400
            return Response(status_code=503)
        log.info("a gate enrolled")
        return _answer(given, 200)

    enrolment = [Route(CA_PATH, authority), Route(ENROL_PATH, ask, methods=["POST"])]
    return Starlette(routes=[*enrolment, *more])


def desk_server(home: Home, database: Database, now_ms: Callable[[], int]) -> HttpServer:
    """The desk on its port, with a certificate of the district's own authority.

    Raises:
        SchoolgateError: the port cannot be taken.
    """
    certificate = _certificate(home)
    app = desk_app(
        pki.authority_certificate(home.pki),
        lambda request: enrol(home, database, request, now_ms()),
        [bundles.serving(home)],
    )
    where = Binding(
        home.enrol_listens_on,
        home.settings.enrol.port,
        origin=f"https://{home.enrol_host}:{home.settings.enrol.port}",
        certificate=certificate / "cert.pem",
        key=certificate / "key.pem",
    )
    return HttpServer(app, where)


def _certificate(home: Home) -> Path:
    folder = home.folder / "enrol"
    hosts = tuple(dict.fromkeys((home.enrol_host, home.settings.broker.host)))
    pki.issue(home.pki, Identity.broker(), now=datetime.now(UTC), hosts=hosts).write(folder)
    return folder


async def _body(request: Request) -> bytes:
    body = b""
    try:
        async for part in request.stream():
            body += part
            if len(body) > MAX_REQUEST_BYTES:
                raise ValueError(f"more than {MAX_REQUEST_BYTES} bytes")
    except ClientDisconnect as error:
        raise ValueError("the gate hung up") from error
    return body


def _answer(content: Enrolment | EnrolmentRefused, status: int) -> Response:
    return Response(msgspec.json.encode(content), status, media_type="application/json")
