"""Which exception becomes which answer: one table and a middleware.

Pages get a page that says what to do next; the API gets problem details (RFC 9457).
Anything unforeseen is logged with the request's name, and the person gets that name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from visitation.attempts import TooMany
from visitation.database.engine import is_away, may_try_again
from visitation.errors import Invalid, NotAllowed, NotFound, VisitationError
from web import present, refusals
from web.i18n import N_, _
from web.keys import REQUEST_ID
from web.maintenance import ClosedForWork
from web.render import render
from web.security import CrossSite

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What went wrong, for a person and for a program.

    Attributes:
        code: stable, for programs.
        title: what happened, as a message id.
        advice: what to do now, as a message id.
        reasons: more sentences, already in the reader's language.
        headers: what the answer must carry besides.
    """

    status: int
    code: str
    title: str
    advice: str
    reasons: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


MISSING = Problem(
    status=404,
    code="not_found",
    title=N_("There is no such page"),
    advice=N_("Check the address, or go to the first page and start from there."),
)
SIGN_IN = Problem(
    status=401,
    code="unauthorized",
    title=N_("Sign in first"),
    advice=N_("Send a valid token, or sign in and try again."),
)
CROSS_SITE = Problem(
    status=403,
    code="cross_site",
    title=N_("This did not come from our own page"),
    advice=N_("Open the page again from the first page, and send it from there."),
)
BAD = Problem(
    status=400,
    code="bad_request",
    title=N_("The browser sent something that cannot be read"),
    advice=N_("Load the page again, or go to the first page and start from there."),
)
FORBIDDEN = Problem(
    status=403,
    code="forbidden",
    title=N_("This is not for you to open"),
    advice=N_("Go to the first page. If you should see this, ask the office."),
)
NO_METHOD = Problem(
    status=405,
    code="method_not_allowed",
    title=N_("This cannot be done here"),
    advice=N_("Go to the first page and start from there."),
)
OVERTAKEN = Problem(
    status=409,
    code="conflict",
    title=N_("This cannot be done now"),
    advice=N_("Go back, load the page again, and see what has changed."),
)
TOO_LARGE = Problem(
    status=413,
    code="too_large",
    title=N_("That is more than we can take"),
    advice=N_("Go back and send less text."),
)
NOT_OUR_HOST = Problem(
    status=421,
    code="unknown_host",
    title=N_("This service is not known by that address"),
    advice=N_("Use the address on your slip, or ask the office."),
)
UNREADABLE = Problem(
    status=422,
    code="invalid",
    title=N_("Something that was sent cannot be used"),
    advice=N_("Go back, check what you typed, and send it again."),
)
TOO_OFTEN = Problem(
    status=429,
    code="too_many",
    title=N_("That was tried too often"),
    advice=N_("Wait, then try again. If you need help now, ask the office."),
)
BROKEN = Problem(
    status=500,
    code="internal",
    title=N_("Something went wrong on our side"),
    advice=N_(
        "Nothing you already saved is lost. Try again in a minute; if it happens "
        "again, tell the office the number below."
    ),
)
BUSY = Problem(
    status=503,
    code="busy",
    title=N_("The service is busy"),
    advice=N_("Nothing is lost. Wait a minute and try again."),
    headers={"Retry-After": "30"},
)

AWAY = Problem(
    status=503,
    code="away",
    title=N_("The service cannot reach its records just now"),
    advice=N_("Nothing that was saved is lost. Wait a minute and try again."),
    headers={"Retry-After": "30"},
)
CLOSED = Problem(
    status=503,
    code="maintenance",
    title=N_("We are working on the service"),
    advice=N_("Come back then. If your visit is in this time, call us."),
)

_BY_STATUS = {
    400: BAD,
    401: SIGN_IN,
    403: FORBIDDEN,
    404: MISSING,
    405: NO_METHOD,
    413: TOO_LARGE,
    421: NOT_OUR_HOST,
}
#: One kind of exception, or several.
_Kinds = type[Exception] | tuple[type[Exception], ...]
#: What an HTTP error must say besides its status.
_KEPT_HEADERS = ("Allow", "WWW-Authenticate", "Retry-After")


def problem(error: Exception) -> Problem:
    """What to tell people about an exception."""
    for kind, describe in _TABLE:
        if isinstance(error, kind):
            return describe(error)
    return BROKEN


def _http(error: web.HTTPException) -> Problem:
    known = _BY_STATUS.get(error.status, UNREADABLE)
    kept = {k: v for k, v in error.headers.items() if k in _KEPT_HEADERS}
    return _with(known, status=error.status, headers=kept)


def _too_many(error: TooMany) -> Problem:
    seconds = str(max(1, -int(-error.wait // timedelta(seconds=1))))
    wait = _("Try again in %(wait)s.", wait=present.minutes(error.wait))
    return _with(TOO_OFTEN, headers={"Retry-After": seconds}, reasons=(wait,))


def _database(error: DBAPIError) -> Problem:
    if is_away(error):
        return AWAY
    return BUSY if may_try_again(error) else BROKEN


def _closed(error: ClosedForWork) -> Problem:
    until = present.moment(error.work.span.end, error.zone)
    seconds = str(max(1, int(error.left.total_seconds())))
    return _with(
        CLOSED,
        headers={"Retry-After": seconds},
        reasons=(error.work.why(), _("Until %(until)s.", until=until)),
    )


def _refused(error: VisitationError) -> Problem:
    return _with(OVERTAKEN, reasons=refusals.sentences(error))


def _invalid(error: Invalid) -> Problem:
    return _with(UNREADABLE, reasons=refusals.sentences(error))


def _with(
    known: Problem,
    *,
    status: int | None = None,
    reasons: tuple[str, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Problem:
    return Problem(
        status=status or known.status,
        code=known.code,
        title=known.title,
        advice=known.advice,
        reasons=reasons,
        headers=headers or known.headers,
    )


#: The first kind that fits decides. What may not be seen does not exist.
_TABLE: tuple[tuple[_Kinds, Callable[..., Problem]], ...] = (
    (web.HTTPException, _http),
    (CrossSite, lambda error: CROSS_SITE),
    (ClosedForWork, _closed),
    (NotFound, lambda error: MISSING),
    (NotAllowed, lambda error: MISSING),
    (TooMany, _too_many),
    (Invalid, _invalid),
    (VisitationError, _refused),
    (DBAPIError, _database),
    ((PoolTimeout, ConnectionError, TimeoutError), lambda error: AWAY),
)


@web.middleware
async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever a handler raises into an answer."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:  # noqa: PLR2004 - redirects are answers already
            raise
        return show(request, problem(error))
    except Exception as error:
        found = problem(error)
        if found.status >= 500 and found.code != CLOSED.code:  # noqa: PLR2004
            log.exception("request_failed", code=found.code)
        return show(request, found)


def show(request: web.Request, found: Problem) -> web.Response:
    """The answer for a problem: a page, or problem details for programs."""
    if wants_json(request):
        response = web.json_response(
            {
                "type": f"about:blank#{found.code}",
                "title": _(found.title),
                "status": found.status,
                "code": found.code,
                "detail": _(found.advice),
                "reasons": list(found.reasons),
                "request": request[REQUEST_ID],
            },
            status=found.status,
            content_type="application/problem+json",
        )
    else:
        response = render(
            request, "errors/problem.html", status=found.status, problem=found
        )
    response.headers.update(found.headers)
    return response


def wants_json(request: web.Request) -> bool:
    """Whether a program asks: by its path, or because it takes JSON and no pages."""
    accepted = request.headers.get("Accept", "")
    return request.path.startswith("/api/") or (
        "json" in accepted and "text/html" not in accepted
    )
