"""Pages for signed-in users, and the only place that checks who may see them.

Each package of pages lists its `Page`s. A handler gets a `PageRequest` and a connection, never a
bare request: the user is signed in, holds the permission at the unit in the path, and a form has
proven that it comes from one of our own pages. What is outside a user's scope answers 404, as if it
did not exist.
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
    """Raised for what does not exist or is not for this viewer: both must look the same."""


@dataclass
class PageRequest:
    """One request of a signed-in user. `form` and `query` hold single text values."""

    context: AppContext
    viewer: Viewer
    lang: Lang
    http: Request
    token: str
    form: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, UploadFile] = field(default_factory=dict)
    noted: list[tuple[str, str | None, str]] = field(default_factory=list)

    @property
    def query(self) -> Mapping[str, str]:
        """The parameters of the address."""
        return self.http.query_params

    @property
    def unit_id(self) -> str:
        """The unit in the path, where the viewer has the page's permission."""
        return str(self.http.path_params["unit_id"])

    @property
    def now_ms(self) -> int:
        """The time, UTC in ms."""
        return self.context.now_ms()

    def note(self, action: str, unit_id: str | None = None, detail: str = "") -> None:
        """Log this access once the page has been made. `detail` never names a person."""
        self.noted.append((action, unit_id, detail))

    def show(self, template: str, *, status: int = 200, **values: object) -> Response:
        """Render a page in the common layout."""
        query = [(k, v) for k, v in self.http.query_params.multi_items() if k != "lang"]
        return self.context.layout.page(
            template,
            self.lang,
            viewer=self.viewer,
            csrf=csrf(self.token),
            path=self.http.url.path,
            address_query=urlencode(query),
            status=status,
            **values,
        )

    def refuse(self, problem: str, status: int, detail: str = "") -> Response:
        """Render an error page of the phrases `<problem>_title` and `<problem>_text`."""
        return self.show("error.html", status=status, problem=problem, detail=detail)


Handler = Callable[[PageRequest, sa.Connection], Response]


@dataclass(frozen=True, slots=True)
class Page:
    """A page, or the action of a form.

    A `{unit_id}` in the path is the unit at which the permission `needs` is required.
    """

    path: str
    needs: Permission
    handler: Handler
    method: Literal["GET", "POST"] = "GET"

    @property
    def writes(self) -> bool:
        """Whether the handler gets a transaction, committed unless the handler raises."""
        return self.method == "POST"

    def route(self, context: AppContext) -> Route:
        """Return the route that serves this page."""

        async def endpoint(request: Request) -> Response:
            return await _answer(self, context, request)

        return Route(self.path, endpoint, methods=[self.method])


async def _answer(page: Page, context: AppContext, request: Request) -> Response:
    viewer = await run_in_threadpool(context.viewer, request)
    if viewer is None and page.method == "GET":
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?next={quote(wanted)}", 303)
    lang = language(request)
    page_request = PageRequest(context, viewer or NOBODY, lang, request, context.token(request))
    if viewer is None:
        return page_request.refuse("signed_out", 403)
    if not viewer.may(page.needs, request.path_params.get("unit_id")):
        return page_request.refuse("not_there", 404)
    if page.writes:
        if not request.headers.get("content-length", "").isdecimal():
            return page_request.refuse("too_large", 411)
        if int(request.headers["content-length"]) > MOST_FORM_BYTES:
            return page_request.refuse("too_large", 413)
        async with request.form(max_files=4, max_fields=3_000) as form:
            _unpack(page_request, form)
            if not is_own_form(request, page_request.form.get(CSRF_FIELD, ""), page_request.token):
                return page_request.refuse("foreign_form", 403)
            return await run_in_threadpool(_handle, page, page_request)
    response = await run_in_threadpool(_handle, page, page_request)
    keep_language(request, response, secure=context.secure)
    return response


def _handle(page: Page, page_request: PageRequest) -> Response:
    database = page_request.context.database
    try:
        with database.write() if page.writes else database.read() as connection:
            response = page.handler(page_request, connection)
    except PageNotFoundError:
        return page_request.refuse("not_there", 404)
    except SchoolgateError as error:
        return page_request.refuse("refused", 400, str(error))
    if page_request.noted:
        # If the access cannot be logged, the page is not shown.
        with database.write() as connection:
            for action, unit_id, detail in page_request.noted:
                note_access(
                    connection,
                    page_request.viewer.account,
                    action,
                    page_request.now_ms,
                    unit_id=unit_id,
                    detail=detail,
                )
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _unpack(page_request: PageRequest, form: FormData) -> None:
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    files = {name: value for name, value in form.items() if isinstance(value, UploadFile)}
    page_request.form, page_request.files = texts, files


def csrf(token: str) -> str:
    """Return the anti-forgery value of this session's forms.

    It is an HMAC keyed by the session's token, which no page shows.
    """
    return hmac.new(token.encode(), b"schoolgate form", hashlib.sha256).hexdigest()


def is_own_form(request: Request, carried: str, token: str) -> bool:
    """Return whether a form comes from a page that this server made for this session."""
    origin = request.headers.get("origin")
    if origin and origin != "null" and urlsplit(origin).netloc != request.headers.get("host"):
        return False
    return hmac.compare_digest(carried.encode(), csrf(token).encode())


def routes(pages: Sequence[Page], context: AppContext) -> list[Route]:
    """Return the routes of these pages."""
    return [page.route(context) for page in pages]
