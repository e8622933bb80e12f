"""Sign-in with a password, and sign-out."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server_bridge.access import passwords
from server_bridge.access.roles import NOBODY
from server_bridge.store.access.accounts import (
    begin_session,
    end_session,
    note_access,
    note_failure,
    password_of,
    sign_in_wait_ms,
)
from server_bridge.web.app.context import AppContext
from server_bridge.web.app.page import CSRF_FIELD, PageRequest, is_own_form
from server_bridge.web.language import keep_language, language


def routes(context: AppContext) -> list[Route]:
    """Return the routes `/sign-in` and `/sign-out`."""

    async def show(request: Request) -> Response:
        return sign_in_form(context, request)

    async def sign_in(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=8) as form:
            name, password = str(form.get("name", ""))[:60], str(form.get("password", ""))
            following = own_path(str(form.get("next", "")))
        # Another site must not sign its visitor in to an account of its choice (login CSRF).
        origin = request.headers.get("origin")
        if origin and urlsplit(origin).netloc != request.headers.get("host"):
            return _refuse(context, request)
        token, wait = await run_in_threadpool(
            _attempt, context, name, password, address_of(request)
        )
        if token is None:
            problem, status = ("sign_in_wait", 429) if wait else ("sign_in_wrong", 401)
            return sign_in_form(
                context,
                request,
                problem,
                status,
                name=name,
                following=following,
                values={"seconds": wait},
            )
        return signed_in(context, token, following)

    async def sign_out(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=4) as form:
            carried = str(form.get(CSRF_FIELD, ""))
        token = context.token(request)
        if token and not is_own_form(request, carried, token):
            return _refuse(context, request)
        await run_in_threadpool(_end_session, context, token)
        response = RedirectResponse("/sign-in", 303)
        response.delete_cookie(context.cookie, path="/", secure=context.secure, httponly=True)
        return response

    return [
        Route("/sign-in", show, methods=["GET"]),
        Route("/sign-in", sign_in, methods=["POST"]),
        Route("/sign-out", sign_out, methods=["POST"]),
    ]


def signed_in(context: AppContext, token: str, following: str) -> Response:
    """Redirect to the page that was requested first, and set the session's cookie."""
    response = RedirectResponse(following, 303, headers={"Cache-Control": "no-store"})
    response.set_cookie(
        context.cookie, token, path="/", httponly=True, samesite="lax", secure=context.secure
    )
    return response


def sign_in_form(
    context: AppContext,
    request: Request,
    problem: str = "",
    status: int = 200,
    *,
    name: str = "",
    following: str = "",
    values: Mapping[str, object] | None = None,
) -> Response:
    """Render the form. `problem`: the key of a phrase that says why the last attempt failed.

    `values` are the values of that phrase.
    """
    lang = language(request)
    following = following or own_path(request.query_params.get("next", ""))
    response = context.layout.page(
        "sign_in.html",
        lang,
        path="/sign-in",
        address_query=urlencode({"next": following}),
        status=status,
        problem=context.layout.say(lang, problem, **(values or {})) if problem else "",
        name=name,
        following=following,
        provider=context.openid.name if context.openid else "",
    )
    keep_language(request, response, secure=context.secure)
    return response


def _refuse(context: AppContext, request: Request) -> Response:
    return PageRequest(context, NOBODY, language(request), request, "").refuse("foreign_form", 403)


def _attempt(context: AppContext, name: str, password: str, address: str) -> tuple[str | None, int]:
    """Return the new session's token; or None and how many seconds to wait."""
    now_ms = context.now_ms()
    with context.database.read() as connection:
        wait_ms = sign_in_wait_ms(connection, name, address, now_ms)
        account, kept = password_of(connection, name)
    if wait_ms:
        return None, -(-wait_ms // 1_000)
    is_right = passwords.verify_password(password, kept)
    with context.database.write() as connection:
        if not is_right or account is None:
            note_failure(connection, name, address, now_ms)
            return None, 0
        note_access(connection, account, "sign_in", now_ms)
        return begin_session(connection, account, now_ms), 0


def _end_session(context: AppContext, token: str) -> None:
    with context.database.write() as connection:
        end_session(connection, token)


def address_of(request: Request) -> str:
    """Return the address that a request comes from, for the throttle."""
    return request.client.host if request.client else ""


def own_path(wanted: str) -> str:
    """Return `wanted` if it is a path of this site, otherwise `/` (no redirects to other sites)."""
    parts = urlsplit(wanted)
    if parts.scheme or parts.netloc or not wanted.startswith("/") or wanted[1:2] in ("/", "\\"):
        return "/"
    return wanted
