"""Serve enrolment over HTTPS to gates without a certificate, and update bundles to all gates."""

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
from server_bridge.fleet.enrolment import enrol
from server_bridge.home import Home
from server_bridge.http.binding import Binding
from server_bridge.http.server import HttpServer
from server_bridge.pki import Identity
from server_bridge.store.database import Database

log = structlog.get_logger()


def enrolment_app(
    ca_pem: bytes,
    handle: Callable[[EnrolmentRequest], Enrolment],
    more_routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """Return the application; `handle` answers a request in a thread, or raises SchoolgateError."""

    async def authority(_request: Request) -> Response:
        return Response(ca_pem, media_type="application/x-pem-file")

    async def enrol_gate(request: Request) -> Response:
        try:
            enrolment_request = msgspec.json.decode(await _body(request), type=EnrolmentRequest)
            response = await run_in_threadpool(handle, enrolment_request)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            return _answer(EnrolmentRefused(TicketRefusal.ALTERED, str(error)[:300]), 400)
        except TicketError as error:
            log.warning("ticket refused", refusal=error.refusal)
            return _answer(EnrolmentRefused(error.refusal, str(error)[:300]), 403)
        except SchoolgateError as error:
            log.error("enrolment failed", error=str(error))  # noqa: TRY400
            return Response(status_code=503)
        log.info("gate enrolled")
        return _answer(response, 200)

    enrolment = [Route(CA_PATH, authority), Route(ENROL_PATH, enrol_gate, methods=["POST"])]
    return Starlette(routes=[*enrolment, *more_routes])


def create_enrolment_server(
    home: Home, database: Database, now_ms: Callable[[], int]
) -> HttpServer:
    """Return the enrolment server, with a certificate of the district's own authority.

    Raises:
        SchoolgateError: the port cannot be opened.
    """
    certificate = _certificate(home)
    app = enrolment_app(
        pki.authority_certificate(home.pki),
        lambda request: enrol(home, database, request, now_ms()),
        [bundles.bundle_route(home)],
    )
    where = Binding(
        home.enrol_listen_address,
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
        raise ValueError("the gate disconnected") from error
    return body


def _answer(content: Enrolment | EnrolmentRefused, status: int) -> Response:
    return Response(msgspec.json.encode(content), status, media_type="application/json")
