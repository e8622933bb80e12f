"""Sign-in at the OpenID provider of the settings: the redirect to it, and its callback."""

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
from server_bridge.access.openid import OpenIdError, OpenIdSignIn, SignInAttempt
from server_bridge.store.access.accounts import (
    account_of_subject,
    add_account,
    begin_session,
    note_access,
    note_failure,
    sign_in_wait_ms,
)
from server_bridge.web.app.context import AppContext
from server_bridge.web.app.sign_in import address_of, own_path, sign_in_form, signed_in

PATH = "/sign-in/openid"
CALLBACK_PATH = f"{PATH}/callback"
LOGIN_TIMEOUT_S = 600
"""How long a user may take at the provider."""
MAX_PATH_LENGTH = 1_000
"""A longer path of the page to go to would not fit into the cookie, of 4,096 bytes in all."""

log = structlog.get_logger()


class _SignInFailedError(Exception):
    """Raised when nobody is signed in. `problem` is the key of a phrase, `values` its values."""

    def __init__(self, problem: str, status: int, **values: object) -> None:
        super().__init__(problem)
        self.problem, self.status, self.values = problem, status, values


class _LoginState(msgspec.Struct, frozen=True, array_like=True):
    """What the browser keeps in a cookie while it is at the provider."""

    state: str
    nonce: str
    verifier: str
    following: str


def routes(context: AppContext) -> list[Route]:
    """Return the routes of the sign-in; none without a provider."""
    sign_in = context.openid
    if sign_in is None:
        return []

    async def begin(request: Request) -> Response:
        errand, following = SignInAttempt.new(), own_path(request.query_params.get("next", ""))
        if len(following) > MAX_PATH_LENGTH:
            following = "/"
        try:
            url = await run_in_threadpool(
                sign_in.provider.authorization_url,
                errand,
                _callback_url(sign_in, request),
                sign_in.scope,
            )
        except OpenIdError as error:
            return _failure_page(context, request, _failure(error))
        login_state = _LoginState(errand.state, errand.nonce, errand.verifier, following)
        response = RedirectResponse(url, 303, headers={"Cache-Control": "no-store"})
        response.set_cookie(
            _cookie(context),
            base64.urlsafe_b64encode(msgspec.json.encode(login_state)).decode(),
            max_age=LOGIN_TIMEOUT_S,
            path="/",
            httponly=True,
            samesite="lax",
            secure=context.secure,
        )
        return response

    async def callback(request: Request) -> Response:
        try:
            token, following = await run_in_threadpool(_complete, context, sign_in, request)
        except _SignInFailedError as failed:
            response = _failure_page(context, request, failed)
        else:
            response = signed_in(context, token, following)
        response.delete_cookie(_cookie(context), path="/", secure=context.secure, httponly=True)
        return response

    return [Route(PATH, begin, methods=["GET"]), Route(CALLBACK_PATH, callback, methods=["GET"])]


def _complete(context: AppContext, sign_in: OpenIdSignIn, request: Request) -> tuple[str, str]:
    """Return the new session's token and the path to go to. Raises _SignInFailedError."""
    login_state = _login_state_of(request.cookies.get(_cookie(context), ""))
    state = request.query_params.get("state", "")
    if login_state is None or not hmac.compare_digest(state.encode(), login_state.state.encode()):
        raise _SignInFailedError("openid_stale", 400)
    if request.query_params.get("iss", sign_in.provider.issuer) != sign_in.provider.issuer:
        raise _SignInFailedError("openid_untrusted", 403)
    if "code" not in request.query_params:
        raise _SignInFailedError("openid_declined", 403)
    now_ms, address = context.now_ms(), address_of(request)
    with context.database.read() as connection:
        wait_ms = sign_in_wait_ms(connection, None, address, now_ms)
    if wait_ms:
        raise _SignInFailedError("sign_in_wait", 429, seconds=-(-wait_ms // 1_000))
    errand = SignInAttempt(login_state.state, login_state.nonce, login_state.verifier)
    failed: _SignInFailedError | None = None
    try:
        claims = sign_in.provider.fetch_claims(
            errand, request.query_params["code"], _callback_url(sign_in, request), now_ms // 1_000
        )
    except OpenIdError as error:
        failed, claims = _failure(error), {}
    with context.database.write() as connection:
        if failed is None:
            try:
                account = _account(connection, sign_in, sign_in.subject(claims), now_ms)
            except _SignInFailedError as refused:
                failed = refused
            else:
                note_access(connection, account, "sign_in", now_ms, detail="openid")
                return begin_session(connection, account, now_ms), own_path(login_state.following)
        if failed.problem != "openid_unreachable":
            note_failure(connection, None, address, now_ms)
    raise failed


def _account(
    connection: sa.Connection, sign_in: OpenIdSignIn, subject: str | None, now_ms: int
) -> int:
    if subject is None:
        raise _SignInFailedError("openid_no_claim", 403, claim=sign_in.claim)
    found = account_of_subject(connection, subject, any_case=sign_in.claim == "email")
    if found is None and sign_in.new_accounts:
        try:
            account = add_account(connection, subject[:60], now_ms, subject=subject)
        except SchoolgateError:  # another account has that name
            raise _SignInFailedError("openid_unknown", 403, name=subject) from None
        note_access(connection, account, "account_added", now_ms, detail="openid, no role")
        return account
    if found is None:
        raise _SignInFailedError("openid_unknown", 403, name=subject)
    if found.disabled:
        raise _SignInFailedError("openid_disabled", 403)
    return found.account


def _failure(error: OpenIdError) -> _SignInFailedError:
    log.warning("openid", reason=error.reason, error=str(error))
    return _SignInFailedError(
        f"openid_{error.reason}", 503 if error.reason == "unreachable" else 403
    )


def _failure_page(context: AppContext, request: Request, failed: _SignInFailedError) -> Response:
    return sign_in_form(context, request, failed.problem, failed.status, values=failed.values)


def _callback_url(sign_in: OpenIdSignIn, request: Request) -> str:
    # Without an origin in the settings there is neither TLS nor a proxy: the request names this
    # machine itself, which the guard has checked.
    parts = urlsplit(str(request.url))
    return (sign_in.origin.rstrip("/") or f"{parts.scheme}://{parts.netloc}") + CALLBACK_PATH


def _cookie(context: AppContext) -> str:
    return f"{context.cookie}-openid"


def _login_state_of(cookie: str) -> _LoginState | None:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cookie), type=_LoginState)
    except (ValueError, msgspec.DecodeError):
        return None
