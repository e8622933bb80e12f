"""The language of a page: as its address says, else as remembered, else Vietnamese."""

import contextlib

from starlette.requests import Request
from starlette.responses import Response

from server_bridge.i18n.phrases import Lang

COOKIE = "lang"


def language(request: Request) -> Lang:
    """The language to answer in."""
    for wanted in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        with contextlib.suppress(ValueError):
            return Lang(wanted or "")
    return next(iter(Lang))


def keep_language(request: Request, response: Response, *, secure: bool) -> None:
    """Remember the language that was asked for in the address."""
    if "lang" in request.query_params:
        response.set_cookie(
            COOKIE,
            language(request),
            max_age=365 * 86400,
            httponly=True,
            samesite="lax",
            secure=secure,
        )
