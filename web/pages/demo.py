"""Doors into the demonstration: one link signs a browser in as one of its roles.

`config` adds these routes to a demonstration and to nothing else. Whoever opens them
must sit at the machine itself; other devices may come in for the calls' five places.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from aiohttp import web
from aiohttp.typedefs import Handler

from visitation import devices, people, visits
from visitation.audit import SYSTEM
from visitation.errors import NotFound
from visitation.visits import Visit
from web import sessions
from web.keys import CLOCK, DATABASE, DEVICE, KEYRING
from web.render import redirect_to
from web.routing import PUBLIC, Route

FAMILY, TERMINAL, PROSECUTOR = "family", "terminal", "prosecutor"
#: The two ends of the visit that is encrypted from end to end.
LAWYER, OTHER_TERMINAL = "lawyer", "terminal2"
#: The family at home, whose phone gets the codes that nobody shows; and who else has
#: signed in with a phone: the lawyer, for all but the call, and a law graduate.
PHONE, PRACTICE, GRADUATE = "phone", "practice", "graduate"
#: Where other devices on the network may come in, when it is opened to them.
CALL_ROLES = frozenset({FAMILY, TERMINAL, PROSECUTOR, LAWYER, OTHER_TERMINAL})
#: Where a role begins, if it is not where all of the staff do.
_PLACES = {
    "warden": "/warden",
    "scheduler": "/schedule",
    "clerk": "/clerk",
    PHONE: "/mine",
    PRACTICE: "/mine/clients",
    GRADUATE: "/mine/helping",
}
_STAFF_HOME = "/staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """What the doors lead to.

    Attributes:
        open_visit: gives the reference of the family's visit that is open now, after
            opening another if somebody has ended it.
        open_legal: the same of the lawyer's visit.
        usernames: the account that each staff role's door signs in.
        graduate: the visitor who is a law graduate.
        lan: whether other devices may open the doors of the calls.
    """

    open_visit: Callable[[], Awaitable[str]]
    open_legal: Callable[[], Awaitable[str]]
    usernames: Mapping[str, str]
    graduate: int
    lan: bool = False

    @property
    def roles(self) -> tuple[str, ...]:
        """Every role that has a door, those of the calls first."""
        calls = (FAMILY, TERMINAL, PROSECUTOR, LAWYER, OTHER_TERMINAL)
        staff = (role for role in self.usernames if role not in calls)
        return (*calls, *staff, PHONE, PRACTICE, GRADUATE)

    async def visit_of(self, role: str) -> str:
        """The reference of the visit that a role's door is about."""
        if role in {LAWYER, OTHER_TERMINAL, PRACTICE}:
            return await self.open_legal()
        return await self.open_visit()


DEMONSTRATION = web.AppKey("DEMONSTRATION", Demonstration)


async def door(request: web.Request) -> web.Response:
    """Sign the browser in as the role that the path or the host names."""
    role = request.match_info.get("role") or request.host.partition(".")[0]
    demonstration = request.app[DEMONSTRATION]
    outside = not _is_loopback(request)
    if outside and not (demonstration.lan and role in CALL_ROLES):
        raise NotFound
    if role in {FAMILY, LAWYER}:
        return await _caller(request, demonstration, role)
    if role in {TERMINAL, OTHER_TERMINAL}:
        return await _terminal(request, demonstration, role)
    if role in {PHONE, PRACTICE, GRADUATE}:
        return await _phone(request, demonstration, role)
    if role in demonstration.usernames:
        return await _staff(request, demonstration, role)
    raise NotFound


@web.middleware
async def keep_staff_at_home(
    request: web.Request, handler: Handler
) -> web.StreamResponse:
    """Hide the staff's sign-in from other devices: the demo asks no second factor."""
    if request.path.startswith("/sign-in") and not _is_loopback(request):
        raise NotFound
    return await handler(request)


async def _caller(
    request: web.Request, demonstration: Demonstration, role: str
) -> web.Response:
    visit, participant, _ = await _coming(request, demonstration, role)
    response = redirect_to(request, f"/call/{visit.reference}")
    await sessions.sign_in_participant(
        request, response, participant, until=visit.ends_at
    )
    return response


async def _phone(
    request: web.Request, demonstration: Demonstration, role: str
) -> web.Response:
    visitor = demonstration.graduate
    if role != GRADUATE:
        _, _, visitor = await _coming(request, demonstration, role)
    response = redirect_to(request, _PLACES[role])
    await sessions.sign_in_visitor(request, response, visitor)
    return response


async def _coming(
    request: web.Request, demonstration: Demonstration, role: str
) -> tuple[Visit, int, int]:
    """The open visit of a role, its visitor's participant and the visitor."""
    reference = await demonstration.visit_of(role)
    async with request.app[DATABASE].read() as session:
        visit = await visits.by_reference(session, reference)
        return next(
            (visit, participant.id, participant.visitor_id)
            for participant in await visits.participants(session, visit.id)
            if participant.visitor_id is not None
        )


async def _terminal(
    request: web.Request, demonstration: Demonstration, role: str
) -> web.Response:
    reference = await demonstration.visit_of(role)
    response = redirect_to(request, f"/call/{reference}")
    keyring, now = request.app[KEYRING], request.app[CLOCK]()
    async with request.app[DATABASE].write() as session:
        visit = await visits.by_reference(session, reference)
        paired = request.get(DEVICE)
        if paired is not None and paired.station_id == visit.terminal_id:
            return response
        code = await devices.issue_pairing_code(
            session, station_id=visit.terminal_id, keyring=keyring, by=SYSTEM, now=now
        )
        _, token = await devices.pair(session, code, keyring=keyring, now=now)
    sessions.remember_device(response, token)
    return response


async def _staff(
    request: web.Request, demonstration: Demonstration, role: str
) -> web.Response:
    async with request.app[DATABASE].read() as session:
        account = await people.account_named(session, demonstration.usernames[role])
    if account is None or account.disabled_at is not None:
        raise NotFound
    place = _PLACES.get(role, _STAFF_HOME)
    if role == PROSECUTOR:
        place = f"/call/{await demonstration.open_visit()}"
    response = redirect_to(request, place)
    await sessions.sign_in_staff(request, response, account.id)
    return response


def _is_loopback(request: web.Request) -> bool:
    return request.remote is not None and ip_address(request.remote).is_loopback


ROUTES = (
    Route(method="GET", path="/demo", page=door, allow=PUBLIC, name="demo.by_host"),
    Route(
        method="GET", path="/demo/{role}", page=door, allow=PUBLIC, name="demo.by_role"
    ),
)
