"""Signing in with a password, and out."""

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
    pause_ms,
)
from server_bridge.web.app.context import AppContext
from server_bridge.web.app.page import CSRF_FIELD, PageRequest, is_own_form
from server_bridge.web.language import keep_language, language


def routes(office: AppContext) -> list[Route]:
    """`/sign-in` and `/sign-out`."""

    async def show(request: Request) -> Response:
        return sign_in_form(office, request)

    async def sign_in(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=8) as form:
            name, password = str(form.get("name", ""))[:60], str(form.get("password", ""))
            following = own_path(str(form.get("next", "")))
        # A foreign page may not sign somebody in as somebody else either.
        origin = request.headers.get("origin")
        if origin and urlsplit(origin).netloc != request.headers.get("host"):
            return _refuse(office, request)
        token, wait = await run_in_threadpool(_try, office, name, password, address_of(request))
        if token is None:
            problem, status = ("sign_in_wait", 429) if wait else ("sign_in_wrong", 401)
            return sign_in_form(
                office,
                request,
                problem,
                status,
                name=name,
                following=following,
                values={"seconds": wait},
            )
        return signed_in(office, token, following)

    async def sign_out(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=4) as form:
            carried = str(form.get(CSRF_FIELD, ""))
        token = office.token(request)
        if token and not is_own_form(request, carried, token):
            return _refuse(office, request)
        await run_in_threadpool(_leave, office, token)
        response = RedirectResponse("/sign-in", 303)
        response.delete_cookie(office.cookie, path="/", secure=office.secure, httponly=True)
        return response

    return [
        Route("/sign-in", show, methods=["GET"]),
        Route("/sign-in", sign_in, methods=["POST"]),
        Route("/sign-out", sign_out, methods=["POST"]),
    ]


def signed_in(office: AppContext, token: str, following: str) -> Response:
    """On to the page that was asked for, with the session's cookie."""
    response = RedirectResponse(following, 303, headers={"Cache-Control": "no-store"})
    response.set_cookie(
        office.cookie, token, path="/", httponly=True, samesite="lax", secure=office.secure
    )
    return response


def sign_in_form(
    office: AppContext,
    request: Request,
    problem: str = "",
    status: int = 200,
    *,
    name: str = "",
    following: str = "",
    values: Mapping[str, object] | None = None,
) -> Response:
    """The form; `problem` is a phrase that says why one is here again, with `values` in it."""
    lang = language(request)
    following = following or own_path(request.query_params.get("next", ""))
    response = office.frame.page(
        "sign_in.html",
        lang,
        path="/sign-in",
        asked=urlencode({"next": following}),
        status=status,
        problem=office.frame.say(lang, problem, **(values or {})) if problem else "",
        name=name,
        following=following,
        provider=office.openid.name if office.openid else "",
    )
    keep_language(request, response, secure=office.secure)
    return response


def _refuse(office: AppContext, request: Request) -> Response:
    visit = PageRequest(office, NOBODY, language(request), request, "")
    return visit.refuse("foreign_form", 403)


def _try(office: AppContext, name: str, password: str, address: str) -> tuple[str | None, int]:
    """The new session's token, or None and how many seconds to wait."""
    now_ms = office.now_ms()
    with office.database.read() as connection:
        wait_ms = pause_ms(connection, name, address, now_ms)
        account, kept = password_of(connection, name)
    if wait_ms:
        return None, -(-wait_ms // 1_000)
    right = passwords.is_right(password, kept)
    with office.database.write() as connection:
        if not right or account is None:
            note_failure(connection, name, address, now_ms)
            return None, 0
        note_access(connection, account, "sign_in", now_ms)
        return begin_session(connection, account, now_ms), 0


def _leave(office: AppContext, token: str) -> None:
    with office.database.write() as connection:
        end_session(connection, token)


def address_of(request: Request) -> str:
    """Where a request comes from, for the throttle."""
    return request.client.host if request.client else ""


def own_path(wanted: str) -> str:
    """A path of ours to go to next; whatever might lead elsewhere becomes the first page."""
    parts = urlsplit(wanted)
    if parts.scheme or parts.netloc or not wanted.startswith("/") or wanted[1:2] in ("/", "\\"):
        return "/"
    return wanted
