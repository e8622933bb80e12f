"""The API over HTTP: who asks, what for, and answers that can be kept."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import msgspec
import structlog
from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server_bridge.store.access.tokens import TokenHolder, holder_of, note_use
from server_bridge.store.database import Database, StoreError
from server_bridge.web.api.endpoints import BASE, ENDPOINTS, ApiEndpoint
from server_bridge.web.api.figures import Asker, ResourceNotFoundError
from server_bridge.web.api.openapi_document import openapi
from server_bridge.web.api.parameters import AskingError, understood
from server_bridge.web.api.problems import problem

METHODS = ["GET", "POST"]
"""POST comes as far as us, so that its refusal is a problem of ours."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ApiApplication:
    """Where programs are served. `now_ms`: UTC."""

    database: Database
    now_ms: Callable[[], int]
    zone: ZoneInfo

    def holder(self, request: Request) -> TokenHolder | None:
        """Who shows a token with this request, None if nobody does. It reads the database."""
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            return None
        now_ms = self.now_ms()
        with self.database.read() as connection:
            holder = holder_of(connection, secret.strip(), now_ms)
        if holder and holder.stale:
            with self.database.write() as connection:
                note_use(connection, holder.token, now_ms)
        return holder


def routes(hatch: ApiApplication) -> list[Route]:
    """`/api/v1/...`."""
    return [
        Route(f"{BASE}/openapi.json", _document, methods=METHODS),
        *(_route(hatch, endpoint) for endpoint in ENDPOINTS),
        Route(f"{BASE}/{{rest:path}}", _nothing, methods=METHODS),
    ]


async def _document(request: Request) -> Response:
    if request.method == "POST":
        return _not_sent()
    return _kept(request, openapi(), "public, max-age=3600")


async def _nothing(_request: Request) -> Response:
    return problem("not_there", f"see {BASE}/openapi.json for what there is")


def _route(hatch: ApiApplication, endpoint: ApiEndpoint) -> Route:
    async def answer(request: Request) -> Response:
        if request.method == "POST":
            return _not_sent()
        return await run_in_threadpool(_answer, hatch, endpoint, request)

    return Route(BASE + endpoint.path, answer, methods=METHODS)


def _not_sent() -> Response:
    return problem("method", "this API only tells; there is nothing to send to it")


def _answer(hatch: ApiApplication, endpoint: ApiEndpoint, request: Request) -> Response:
    try:
        holder = hatch.holder(request)
        if holder is None:
            return problem(
                "token",
                "send `Authorization: Bearer sgt_...` with a token that is neither expired nor "
                "revoked; make one with: gate-bridge token add --unit UNIT --note NOTE",
            )
        asked = understood(request.query_params, endpoint.asks)
        body = _made(hatch, endpoint, request, holder, asked)
    except AskingError as error:
        return problem("bad_request", str(error), parameter=error.parameter)
    except ResourceNotFoundError as error:
        return problem("not_there", str(error))
    except StoreError as error:
        log.error("api", error=str(error))  # noqa: TRY400 (it says what to do; no traceback)
        return problem("database", "try again in a few seconds")
    except Exception:
        log.exception("api", path=endpoint.path)
        return problem("fault", "it is in the bridge's log; tell whoever runs the bridge")
    return _kept(request, body, "private, no-cache")


def _made(
    hatch: ApiApplication,
    endpoint: ApiEndpoint,
    request: Request,
    holder: TokenHolder,
    asked: Struct,
) -> bytes:
    with hatch.database.read() as connection:
        asker = Asker(
            connection,
            holder,
            hatch.now_ms(),
            hatch.zone,
            request.url.path,
            **request.path_params,
        )
        return msgspec.json.encode(endpoint.make(asker, asked))


def _kept(request: Request, body: bytes, cache: str) -> Response:
    """An answer that whoever has it already need not be sent again (RFC 9110, 13.1.2)."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": cache}
    if not cache.startswith("public"):
        headers["Vary"] = "Authorization"
    known = [
        one.strip().removeprefix("W/") for one in _listed(request.headers.get("if-none-match"))
    ]
    if tag in known or known == ["*"]:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _listed(header: str | None) -> list[str]:
    return header.split(",") if header else []
