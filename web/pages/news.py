"""The socket that tells an open page to look again; the page fetches itself anew.

Says that there is news and never what: what may be seen is decided when it is fetched.
"""

import asyncio
import contextlib
from typing import Literal

from aiohttp import web
from sqlmodel import select

from visitation import devices
from visitation.places import Site
from visitation.visits import changes
from web import identity
from web.keys import CLOCK, DATABASE, DEVICE, PRINCIPAL
from web.news import NEWS, Listener, Reach
from web.principals import ParticipantPrincipal, StaffPrincipal, VisitorPrincipal
from web.routing import FAMILY, PHONE, STAFF, TERMINAL, Route

SOCKET_PATH = "/news"
BEAT_SECONDS = 10.0
HEARTBEAT_SECONDS = 25.0
#: What a log calls a request whose client does not wait for the answer.
_GONE = 499


async def listen(request: web.Request) -> web.StreamResponse:
    """Tell one page of news for as long as it is open and its reader may read it."""
    desk, reach = request.app[NEWS], await reach_of(request)
    socket = web.WebSocketResponse(
        compress=False, max_msg_size=1024, heartbeat=HEARTBEAT_SECONDS
    )
    try:
        await socket.prepare(request)
    except ConnectionResetError:
        return web.Response(status=_GONE)
    listener = desk.join(reach)
    reading = asyncio.create_task(_drained(socket, listener))
    try:
        await _say(request, socket, "hello")
        while await _told(request, socket, listener):
            pass
    except (ConnectionResetError, asyncio.CancelledError):
        pass
    finally:
        desk.leave(listener)
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading
        await socket.close()
    return socket


async def reach_of(request: web.Request) -> Reach:
    """What whoever asks hears of: their sites, their visits, their station's site."""
    principal, device = request.get(PRINCIPAL), request.get(DEVICE)
    station = frozenset({device.site_id}) if device is not None else frozenset()
    if isinstance(principal, ParticipantPrincipal):
        return Reach(sites=station, visits=frozenset({principal.visit_id}))
    async with request.app[DATABASE].read() as session:
        if isinstance(principal, VisitorPrincipal):
            own = await changes.visits_of(session, visitor_ids=principal.visitor_ids)
            return Reach(sites=station, visits=own)
        if not isinstance(principal, StaffPrincipal):
            return Reach(sites=station)
        scope = principal.scope
        sites = await session.exec(select(Site.id).where(scope.of_sites()))
        return Reach(
            staff=True, everywhere=scope.everywhere, sites=frozenset(sites.all())
        )


async def _told(
    request: web.Request, socket: web.WebSocketResponse, listener: Listener
) -> bool:
    """Wait for news or the next beat, and say so; False once it is over."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(BEAT_SECONDS):
            await listener.woken.wait()
    listener.woken.clear()
    if listener.closed:
        return False
    is_news, listener.has_news = listener.has_news, False
    if not await identity.still_stands(request):
        await _say(request, socket, "over")
        return False
    if is_news:
        await _say(request, socket, "news")
        return True
    await _seen(request)
    await _say(request, socket, "beat")
    return True


async def _say(
    request: web.Request,
    socket: web.WebSocketResponse,
    what: Literal["hello", "news", "beat", "over"],
) -> None:
    now = request.app[CLOCK]()
    await socket.send_json({"type": what, "now": now.isoformat()})


async def _seen(request: web.Request) -> None:
    """A station whose page is open is there."""
    device = request.get(DEVICE)
    if device is not None:
        async with request.app[DATABASE].write() as session:
            now = request.app[CLOCK]()
            await devices.seen(session, device_id=device.device_id, now=now)


async def _drained(socket: web.WebSocketResponse, listener: Listener) -> None:
    """Pages say nothing; what is read is that they have gone."""
    async for _message in socket:
        pass
    listener.close()


ROUTES = (
    Route(
        method="GET",
        path=SOCKET_PATH,
        page=listen,
        allow=STAFF | FAMILY | PHONE | TERMINAL,
    ),
)
