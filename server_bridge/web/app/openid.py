"""Signing in at the OpenID provider that the settings name: there, and back again."""

import base64
import hmac
from urllib.parse import urlsplit

import msgspec
import sqlalchemy as sa
import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from gate_contract.errors import SchoolgateError
from server_bridge.access.openid import Errand, OpenIdError, SignInBy
from server_bridge.store.access.accounts import (
    account_of_subject,
    add_account,
    begin_session,
    note_access,
    note_failure,
    pause_ms,
)
from server_bridge.web.app.context import AppContext
from server_bridge.web.app.sign_in import address_of, own_path, sign_in_form, signed_in

PATH = "/sign-in/openid"
BACK = f"{PATH}/callback"
ERRAND_S = 600
"""How long somebody may take at the provider."""
LONGEST_PATH = 1_000
"""A page to go on to that is longer would not fit into a cookie with all the rest (4,096 bytes)."""

log = structlog.get_logger()


class _TurnedAwayError(Exception):
    """Nobody is signed in. `problem` is a phrase, with `values` in it."""

    def __init__(self, problem: str, status: int, **values: object) -> None:
        super().__init__(problem)
        self.problem, self.status, self.values = problem, status, values


class _Carried(msgspec.Struct, frozen=True, array_like=True):
    """What the browser keeps while it is away."""

    state: str
    nonce: str
    verifier: str
    following: str


def routes(office: AppContext) -> list[Route]:
    """None without a provider."""
    by = office.openid
    if by is None:
        return []

    async def there(request: Request) -> Response:
        errand, following = Errand.new(), own_path(request.query_params.get("next", ""))
        if len(following) > LONGEST_PATH:
            following = "/"
        try:
            way = await run_in_threadpool(
                by.provider.way_there, errand, _back(by, request), by.scope
            )
        except OpenIdError as error:
            return _told(office, request, _failed(error))
        carried = _Carried(errand.state, errand.nonce, errand.verifier, following)
        response = RedirectResponse(way, 303, headers={"Cache-Control": "no-store"})
        response.set_cookie(
            _cookie(office),
            base64.urlsafe_b64encode(msgspec.json.encode(carried)).decode(),
            max_age=ERRAND_S,
            path="/",
            httponly=True,
            samesite="lax",
            secure=office.secure,
        )
        return response

    async def back(request: Request) -> Response:
        try:
            token, following = await run_in_threadpool(_welcome, office, by, request)
        except _TurnedAwayError as turned:
            response = _told(office, request, turned)
        else:
            response = signed_in(office, token, following)
        response.delete_cookie(_cookie(office), path="/", secure=office.secure, httponly=True)
        return response

    return [Route(PATH, there, methods=["GET"]), Route(BACK, back, methods=["GET"])]


def _welcome(office: AppContext, by: SignInBy, request: Request) -> tuple[str, str]:
    """The new session's token and where to go on. Raises _TurnedAwayError."""
    carried = _carried(request.cookies.get(_cookie(office), ""))
    state = request.query_params.get("state", "")
    if carried is None or not hmac.compare_digest(state.encode(), carried.state.encode()):
        raise _TurnedAwayError("openid_stale", 400)
    if request.query_params.get("iss", by.provider.issuer) != by.provider.issuer:
        raise _TurnedAwayError("openid_untrusted", 403)
    if "code" not in request.query_params:
        raise _TurnedAwayError("openid_declined", 403)
    now_ms, address = office.now_ms(), address_of(request)
    with office.database.read() as connection:
        wait_ms = pause_ms(connection, None, address, now_ms)
    if wait_ms:
        raise _TurnedAwayError("sign_in_wait", 429, seconds=-(-wait_ms // 1_000))
    errand = Errand(carried.state, carried.nonce, carried.verifier)
    turned: _TurnedAwayError | None = None
    try:
        claims = by.provider.who(
            errand, request.query_params["code"], _back(by, request), now_ms // 1_000
        )
    except OpenIdError as error:
        turned, claims = _failed(error), {}
    with office.database.write() as connection:
        if turned is None:
            try:
                account = _account(connection, by, by.subject(claims), now_ms)
            except _TurnedAwayError as refused:
                turned = refused
            else:
                note_access(connection, account, "sign_in", now_ms, detail="openid")
                return begin_session(connection, account, now_ms), own_path(carried.following)
        if turned.problem != "openid_unreachable":
            note_failure(connection, None, address, now_ms)
    raise turned


def _account(connection: sa.Connection, by: SignInBy, subject: str | None, now_ms: int) -> int:
    if subject is None:
        raise _TurnedAwayError("openid_no_claim", 403, claim=by.claim)
    found = account_of_subject(connection, subject, any_case=by.claim == "email")
    if found is None and by.new_accounts:
        try:
            account = add_account(connection, subject[:60], now_ms, subject=subject)
        except SchoolgateError:  # of that name there is somebody else
            raise _TurnedAwayError("openid_unknown", 403, who=subject) from None
        note_access(connection, account, "account_added", now_ms, detail="openid, no role")
        return account
    if found is None:
        raise _TurnedAwayError("openid_unknown", 403, who=subject)
    if found.disabled:
        raise _TurnedAwayError("openid_disabled", 403)
    return found.account


def _failed(error: OpenIdError) -> _TurnedAwayError:
    log.warning("openid", reason=error.reason, error=str(error))
    return _TurnedAwayError(f"openid_{error.reason}", 503 if error.reason == "unreachable" else 403)


def _told(office: AppContext, request: Request, turned: _TurnedAwayError) -> Response:
    return sign_in_form(office, request, turned.problem, turned.status, values=turned.values)


def _back(by: SignInBy, request: Request) -> str:
    # Without an origin in the settings there is neither TLS nor a proxy: what was asked for is
    # this machine itself, which the guard has made sure of.
    parts = urlsplit(str(request.url))
    return (by.origin.rstrip("/") or f"{parts.scheme}://{parts.netloc}") + BACK


def _cookie(office: AppContext) -> str:
    return f"{office.cookie}-openid"


def _carried(cookie: str) -> _Carried | None:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cookie), type=_Carried)
    except (ValueError, msgspec.DecodeError):
        return None
