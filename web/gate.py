"""The one place where it is decided who may open which page.

Reads the rule of the matched route: the role must be allowed and the subject within
reach. What somebody may not see does not exist for them: 404, never 403.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import TypeVar

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from visitation.errors import NotFound
from web import maintenance, onward
from web.errors import wants_json
from web.keys import DATABASE, DEVICE, PRINCIPAL, SUBJECT
from web.principals import (
    DevicePrincipal,
    ParticipantPrincipal,
    Principal,
    StaffPrincipal,
    VisitorPrincipal,
)
from web.render import redirect, redirect_to, url
from web.routing import Door, Route

log = structlog.get_logger()
RULES = web.AppKey[Mapping[web.AbstractRoute, Route]]("RULES")
#: Where families type their code.
JOIN_PATH = "/join"
#: Where they ask for one on their phone.
PHONE_PATH = "/sign-in/phone"
_OPEN = frozenset({Door.PUBLIC})
T = TypeVar("T")


@web.middleware
async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let the request through to its page, or answer as if there were none."""
    matched = request.match_info.route
    if request.match_info.http_exception is not None:
        return await handler(request)
    rule = request.app[RULES].get(matched)
    if rule is None:
        log.error("route_without_a_rule", route=str(matched))
        raise NotFound
    maintenance.refuse(request, rule)
    if not _may_enter(request, rule):
        return await _turn_away(request, rule)
    principal = request.get(PRINCIPAL)
    if _is_unfinished(principal) and not (rule.unfinished or rule.allow & _OPEN):
        return redirect(request, "account.show")
    if _is_locked(principal) and not (rule.locked or rule.allow & _OPEN):
        return _locked_out(request)
    if rule.subject is not None:
        await _find_subject(request, rule)
    return await handler(request)


def staff(request: web.Request) -> StaffPrincipal:
    """The member of staff who asks.

    Raises:
        NotFound: if it is nobody of staff; the route's rule should have said so.
    """
    principal = request.get(PRINCIPAL)
    if not isinstance(principal, StaffPrincipal):
        raise NotFound
    return principal


def participant(request: web.Request) -> ParticipantPrincipal:
    """The participant who asks.

    Raises:
        NotFound: if nobody gave a code.
    """
    principal = request.get(PRINCIPAL)
    if not isinstance(principal, ParticipantPrincipal):
        raise NotFound
    return principal


def visitor(request: web.Request) -> VisitorPrincipal:
    """The visitors whose phone asks.

    Raises:
        NotFound: if nobody answered a code on their phone.
    """
    principal = request.get(PRINCIPAL)
    if not isinstance(principal, VisitorPrincipal):
        raise NotFound
    return principal


def device(request: web.Request) -> DevicePrincipal:
    """The paired station that asks.

    Raises:
        NotFound: if the browser is not paired.
    """
    found: DevicePrincipal | None = request.get(DEVICE)
    if found is None:
        raise NotFound
    return found


def subject(request: web.Request, kind: type[T]) -> T:
    """The row the URL is about, as the gate found it in a transaction of its own.

    Read it again inside a transaction that writes.
    """
    found = request.get(SUBJECT)
    if not isinstance(found, kind):
        raise NotFound
    return found


def _may_enter(request: web.Request, rule: Route) -> bool:
    principal = request.get(PRINCIPAL)
    if Door.PUBLIC in rule.allow:
        return True
    if Door.TERMINAL in rule.allow and request.get(DEVICE) is not None:
        return True
    if isinstance(principal, ParticipantPrincipal):
        return Door.FAMILY in rule.allow
    if isinstance(principal, VisitorPrincipal):
        return Door.PHONE in rule.allow
    return principal is not None and principal.role in rule.allow


def _is_unfinished(principal: Principal | None) -> bool:
    return isinstance(principal, StaffPrincipal) and principal.unfinished


def _is_locked(principal: Principal | None) -> bool:
    return isinstance(principal, StaffPrincipal) and principal.locked


def _locked_out(request: web.Request) -> web.StreamResponse:
    if wants_json(request):
        raise web.HTTPUnauthorized
    if request.method == "GET":
        return redirect(request, "duty.show", query={"next": request.path_qs})
    return _kept(request)


async def _turn_away(request: web.Request, rule: Route) -> web.StreamResponse:
    principal = request.get(PRINCIPAL)
    if wants_json(request) and principal is None:
        raise web.HTTPUnauthorized(headers={"WWW-Authenticate": "Bearer"})
    if wants_json(request) or rule.allow <= {Door.TERMINAL}:
        raise NotFound
    is_staff = isinstance(principal, StaffPrincipal)
    if rule.allow <= {Door.PHONE} and not is_staff:
        return await onward.keep(request, PHONE_PATH)
    # A family whose session is over types its code again; staff find their way.
    if rule.allow <= {Door.FAMILY, Door.TERMINAL} or (
        Door.FAMILY in rule.allow and not is_staff
    ):
        return redirect_to(request, JOIN_PATH)
    if is_staff:
        raise NotFound
    if request.method == "GET":
        return redirect(request, "sign_in.show", query={"next": request.path_qs})
    return _kept(request)


def _kept(request: web.Request) -> web.StreamResponse:
    # 307 sends the same form on, so that what was typed can wait for the sign-in.
    kept = url(request, "sign_in.keep", query={"to": request.path_qs})
    return web.Response(
        status=HTTPStatus.TEMPORARY_REDIRECT, headers={"Location": kept}
    )


async def _find_subject(request: web.Request, rule: Route) -> None:
    assert rule.subject is not None
    async with request.app[DATABASE].read() as session:
        found = await rule.subject(
            session, request.match_info, request.get(PRINCIPAL), request.get(DEVICE)
        )
    if found is None:
        raise NotFound
    request[SUBJECT] = found
