"""The language of a page: from its address, else from a cookie, else Vietnamese."""

import contextlib

from starlette.requests import Request
from starlette.responses import Response

from server_bridge.i18n.phrases import Lang

COOKIE = "lang"


def language(request: Request) -> Lang:
    """Return the language to answer in."""
    for wanted in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        with contextlib.suppress(ValueError):
            return Lang(wanted or "")
    return next(iter(Lang))


def keep_language(request: Request, response: Response, *, secure: bool) -> None:
    """Store the language in a cookie if the address names one."""
    if "lang" in request.query_params:
        response.set_cookie(
            COOKIE,
            language(request),
            max_age=365 * 86400,
            httponly=True,
            samesite="lax",
            secure=secure,
        )
