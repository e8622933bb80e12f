"""The API over HTTP: token check, parameters, responses that clients can cache."""

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
from server_bridge.web.api.figures import ApiRequest, ResourceNotFoundError
from server_bridge.web.api.openapi_document import openapi
from server_bridge.web.api.parameters import ParameterError, parse_query
from server_bridge.web.api.problems import problem

METHODS = ["GET", "POST"]
"""POST is routed too, so that it is refused with a problem document (RFC 9457)."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ApiApplication:
    """What the API serves from. `now_ms`: the clock, UTC in ms."""

    database: Database
    now_ms: Callable[[], int]
    zone: ZoneInfo

    def holder(self, request: Request) -> TokenHolder | None:
        """Return the holder of the request's token, None without a valid one.

        Blocks: it reads the database.
        """
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


def routes(api: ApiApplication) -> list[Route]:
    """Return the routes below `/api/v1`."""
    return [
        Route(f"{BASE}/openapi.json", _document, methods=METHODS),
        *(_route(api, endpoint) for endpoint in ENDPOINTS),
        Route(f"{BASE}/{{rest:path}}", _not_found, methods=METHODS),
    ]


async def _document(request: Request) -> Response:
    if request.method == "POST":
        return _method_not_allowed()
    return _cacheable(request, openapi(), "public, max-age=3600")


async def _not_found(_request: Request) -> Response:
    return problem("not_there", f"{BASE}/openapi.json lists all paths")


def _route(api: ApiApplication, endpoint: ApiEndpoint) -> Route:
    async def answer(request: Request) -> Response:
        if request.method == "POST":
            return _method_not_allowed()
        return await run_in_threadpool(_answer, api, endpoint, request)

    return Route(BASE + endpoint.path, answer, methods=METHODS)


def _method_not_allowed() -> Response:
    return problem("method", "this API is read-only; use GET")


def _answer(api: ApiApplication, endpoint: ApiEndpoint, request: Request) -> Response:
    try:
        holder = api.holder(request)
        if holder is None:
            return problem(
                "token",
                "send `Authorization: Bearer sgt_...` with a token that is neither expired nor "
                "revoked; make one with: gate-bridge token add --unit UNIT --note NOTE",
            )
        parameters = parse_query(request.query_params, endpoint.parameters)
        body = _body(api, endpoint, request, holder, parameters)
    except ParameterError as error:
        return problem("bad_request", str(error), parameter=error.parameter)
    except ResourceNotFoundError as error:
        return problem("not_there", str(error))
    except StoreError as error:
        log.error("api", error=str(error))  # noqa: TRY400 (the text says what to do; no traceback)
        return problem("database", "try again in a few seconds")
    except Exception:
        log.exception("api", path=endpoint.path)
        return problem("fault", "the bridge's log has the details; tell its administrator")
    return _cacheable(request, body, "private, no-cache")


def _body(
    api: ApiApplication,
    endpoint: ApiEndpoint,
    request: Request,
    holder: TokenHolder,
    parameters: Struct,
) -> bytes:
    with api.database.read() as connection:
        api_request = ApiRequest(
            connection,
            holder,
            api.now_ms(),
            api.zone,
            request.url.path,
            **request.path_params,
        )
        return msgspec.json.encode(endpoint.handler(api_request, parameters))


def _cacheable(request: Request, body: bytes, cache: str) -> Response:
    """Return the body with an ETag, or 304 if the client has it (RFC 9110, 13.1.2)."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": cache}
    if not cache.startswith("public"):
        headers["Vary"] = "Authorization"
    client_tags = [
        one.strip().removeprefix("W/") for one in _listed(request.headers.get("if-none-match"))
    ]
    if tag in client_tags or client_tags == ["*"]:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _listed(header: str | None) -> list[str]:
    return header.split(",") if header else []
