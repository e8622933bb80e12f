"""Answers that are none: RFC 9457, each with what to do about it."""

import msgspec
from msgspec import UNSET
from starlette.responses import Response

from server_bridge.web.api.responses import Problem

MEDIA_TYPE = "application/problem+json"

TITLES = {
    "bad_request": (400, "The request cannot be understood"),
    "token": (401, "A token is needed"),
    "not_there": (404, "There is nothing of that name"),
    "method": (405, "Only GET and HEAD are answered"),
    "fault": (500, "The bridge has a fault"),
    "database": (503, "The database does not answer just now"),
}


def problem(what: str, detail: str, *, parameter: str = "") -> Response:
    """The answer for one of `TITLES`."""
    status, title = TITLES[what]
    body = Problem(
        type=f"urn:schoolgate:problem:{what.replace('_', '-')}",
        title=title,
        status=status,
        detail=detail,
        parameter=parameter or UNSET,
    )
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="schoolgate"'
    if status == 405:
        headers["Allow"] = "GET, HEAD"
    if status == 503:
        headers["Retry-After"] = "5"
    return Response(msgspec.json.encode(body), status, headers, MEDIA_TYPE)
