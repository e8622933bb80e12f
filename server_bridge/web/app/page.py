"""What a page behind the sign-in is, and the one place that decides who may see it.

A capability lists its `Page`s. A handler gets a `PageRequest` and a connection, never a bare
request: the user is signed in, holds the permission at the unit in the path, and a form has proven
that it comes from one of our own pages. What is outside a user's scope answers 404, as if it did
not exist.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, urlencode, urlsplit

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from gate_contract.errors import SchoolgateError
from server_bridge.access.roles import NOBODY, Permission, Viewer
from server_bridge.i18n.phrases import Lang
from server_bridge.store.access.accounts import note_access
from server_bridge.web.app.context import AppContext
from server_bridge.web.language import keep_language, language

MOST_FORM_BYTES = 25_000_000
CSRF_FIELD = "csrf"


class PageNotFoundError(SchoolgateError):
    """No such thing, or not for this viewer: the two must look the same."""


@dataclass
class PageRequest:
    """One request of somebody who is signed in. `form` and `query` hold single text values."""

    office: AppContext
    viewer: Viewer
    lang: Lang
    request: Request
    token: str
    form: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, UploadFile] = field(default_factory=dict)
    noted: list[tuple[str, str | None, str]] = field(default_factory=list)

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query_params

    @property
    def unit_id(self) -> str:
        """The unit in the path, where the viewer has the page's permission."""
        return str(self.request.path_params["unit_id"])

    @property
    def now_ms(self) -> int:
        return self.office.now_ms()

    def note(self, action: str, unit_id: str | None = None, detail: str = "") -> None:
        """Have it written down, once the page has been made. `detail` never names a person."""
        self.noted.append((action, unit_id, detail))

    def show(self, template: str, *, status: int = 200, **values: object) -> Response:
        """A page in the common frame."""
        asked = [(k, v) for k, v in self.request.query_params.multi_items() if k != "lang"]
        return self.office.frame.page(
            template,
            self.lang,
            viewer=self.viewer,
            csrf=csrf(self.token),
            path=self.request.url.path,
            asked=urlencode(asked),
            status=status,
            **values,
        )

    def refuse(self, what: str, status: int, detail: str = "") -> Response:
        """A page that says what went wrong and what to do: phrases `<what>_title` and `_text`."""
        return self.show("error.html", status=status, what=what, detail=detail)


Handler = Callable[[PageRequest, sa.Connection], Response]


@dataclass(frozen=True, slots=True)
class Page:
    """A page, or what a form does. `writes`: its connection is a transaction, committed unless the
    handler raises. A `{unit_id}` in the path is where the permission is needed."""

    path: str
    needs: Permission
    handler: Handler
    method: Literal["GET", "POST"] = "GET"

    @property
    def writes(self) -> bool:
        return self.method == "POST"

    def route(self, office: AppContext) -> Route:
        async def endpoint(request: Request) -> Response:
            return await _answer(self, office, request)

        return Route(self.path, endpoint, methods=[self.method])


async def _answer(page: Page, office: AppContext, request: Request) -> Response:
    viewer = await run_in_threadpool(office.viewer, request)
    if viewer is None and page.method == "GET":
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?next={quote(wanted)}", 303)
    lang = language(request)
    visit = PageRequest(office, viewer or NOBODY, lang, request, office.token(request))
    if viewer is None:
        return visit.refuse("signed_out", 403)
    if not viewer.may(page.needs, request.path_params.get("unit_id")):
        return visit.refuse("not_there", 404)
    if page.writes:
        if not request.headers.get("content-length", "").isdecimal():
            return visit.refuse("too_large", 411)
        if int(request.headers["content-length"]) > MOST_FORM_BYTES:
            return visit.refuse("too_large", 413)
        async with request.form(max_files=4, max_fields=3_000) as form:
            _unpack(visit, form)
            if not is_own_form(request, visit.form.get(CSRF_FIELD, ""), visit.token):
                return visit.refuse("foreign_form", 403)
            return await run_in_threadpool(_handle, page, visit)
    response = await run_in_threadpool(_handle, page, visit)
    keep_language(request, response, secure=office.secure)
    return response


def _handle(page: Page, visit: PageRequest) -> Response:
    database = visit.office.database
    try:
        with database.write() if page.writes else database.read() as connection:
            response = page.handler(visit, connection)
    except PageNotFoundError:
        return visit.refuse("not_there", 404)
    except SchoolgateError as error:
        return visit.refuse("refused", 400, str(error))
    if visit.noted:
        # What cannot be written down is not shown.
        with database.write() as connection:
            for action, unit_id, detail in visit.noted:
                note_access(
                    connection,
                    visit.viewer.account,
                    action,
                    visit.now_ms,
                    unit_id=unit_id,
                    detail=detail,
                )
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _unpack(visit: PageRequest, form: FormData) -> None:
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    files = {name: value for name, value in form.items() if isinstance(value, UploadFile)}
    visit.form, visit.files = texts, files


def csrf(token: str) -> str:
    """What a form of this session carries; made from the session's token, which no page shows."""
    return hmac.new(token.encode(), b"schoolgate form", hashlib.sha256).hexdigest()


def is_own_form(request: Request, carried: str, token: str) -> bool:
    """Whether a form comes from a page that we made for this session."""
    origin = request.headers.get("origin")
    if origin and origin != "null" and urlsplit(origin).netloc != request.headers.get("host"):
        return False
    return hmac.compare_digest(carried.encode(), csrf(token).encode())


def routes(pages: Sequence[Page], office: AppContext) -> list[Route]:
    """The routes of these pages."""
    return [page.route(office) for page in pages]
