"""The cookies of signed-in browsers and of paired stations.

A session's token changes at every sign-in. A paired station has a long-lived token of
its own beside it, so that a kiosk stays a kiosk while families come and go.
"""

from datetime import datetime, timedelta

from aiohttp import web

from visitation import audit, devices
from visitation.audit import Actor
from visitation.devices import Device, LoginSession, SessionLife
from visitation.devices.challenges import LONGEST_LIFE
from web.keys import CLOCK, DATABASE, KEYRING, SETTINGS

#: Browsers keep other hosts, and pages without HTTPS, from setting such cookies.
SESSION_COOKIE = "__Host-session"
DEVICE_COOKIE = "__Host-device"
CHALLENGE_COOKIE = "__Host-challenge"
_DEVICE_LIFE = timedelta(days=3650)
_SHORTEST = timedelta(seconds=1)


async def sign_in_staff(
    request: web.Request, response: web.StreamResponse, account_id: int
) -> None:
    """Begin a session for an account and hand the browser its token."""
    await _begin(request, response, request.app[SETTINGS].life, account_id=account_id)


async def sign_in_participant(
    request: web.Request,
    response: web.StreamResponse,
    participant_id: int,
    *,
    until: datetime,
) -> None:
    """Begin a session for whoever typed a join code, to last until the visit's end."""
    longest = max(until - request.app[CLOCK](), _SHORTEST)
    life = SessionLife(idle=request.app[SETTINGS].life.idle, longest=longest)
    await _begin(request, response, life, participant_id=participant_id)


async def sign_in_visitor(
    request: web.Request, response: web.StreamResponse, visitor_id: int
) -> None:
    """Begin a session for whoever answered a code sent to a visitor's phone."""
    await _begin(request, response, request.app[SETTINGS].life, visitor_id=visitor_id)
    response.del_cookie(CHALLENGE_COOKIE, path="/", secure=True, httponly=True)


async def sign_out(request: web.Request, response: web.StreamResponse) -> None:
    """End the browser's session, if it has one."""
    if token := request.cookies.get(SESSION_COOKIE):
        async with request.app[DATABASE].write() as session:
            await devices.end_session(session, token, keyring=request.app[KEYRING])
    response.del_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True)


async def lock(request: web.Request, *, by: Actor) -> None:
    """Lock the browser's session until an officer's PIN opens it."""
    token, now = request.cookies.get(SESSION_COOKIE, ""), request.app[CLOCK]()
    async with request.app[DATABASE].write() as session:
        await devices.lock(session, token, keyring=request.app[KEYRING], now=now)
        audit.note(session, by, "lock_screen", f"account:{by.account_id}", now=now)


async def hand_over(
    request: web.Request, response: web.StreamResponse, account_id: int, *, by: Actor
) -> None:
    """Put another officer's session in the place of the browser's."""
    token, now = request.cookies.get(SESSION_COOKIE, ""), request.app[CLOCK]()
    async with request.app[DATABASE].write() as session:
        fresh = await devices.hand_over(
            session,
            token,
            account_id=account_id,
            keyring=request.app[KEYRING],
            now=now,
        )
        audit.note(
            session,
            by,
            "take_over",
            f"account:{account_id}",
            now=now,
        )
    _set(response, SESSION_COOKIE, fresh, lasting=request.app[SETTINGS].life.longest)


async def touch(request: web.Request, login: LoginSession) -> None:
    """Remember that a session is used, at most once in `devices.TOUCH_EVERY`."""
    now = request.app[CLOCK]()
    if now - login.last_seen_at < devices.sessions.TOUCH_EVERY:
        return
    async with request.app[DATABASE].write() as session:
        known = await session.get(LoginSession, login.fingerprint)
        if known is not None:
            known.last_seen_at = now


async def touch_device(request: web.Request, device: Device) -> None:
    """Remember that a station is there, at most once in `devices.TOUCH_EVERY`."""
    now = request.app[CLOCK]()
    if now - device.last_seen_at >= devices.sessions.TOUCH_EVERY:
        async with request.app[DATABASE].write() as session:
            await devices.seen(session, device_id=device.id, now=now)


def remember_device(response: web.StreamResponse, token: str) -> None:
    """Give a station that was just paired its long-lived token."""
    _set(response, DEVICE_COOKIE, token, lasting=_DEVICE_LIFE)


def remember_challenge(response: web.StreamResponse, reference: str) -> None:
    """Bind a code that was sent to a phone to the browser that asked for it."""
    _set(response, CHALLENGE_COOKIE, reference, lasting=LONGEST_LIFE)


async def _begin(
    request: web.Request,
    response: web.StreamResponse,
    life: SessionLife,
    *,
    account_id: int | None = None,
    participant_id: int | None = None,
    visitor_id: int | None = None,
) -> None:
    keyring = request.app[KEYRING]
    async with request.app[DATABASE].write() as session:
        if before := request.cookies.get(SESSION_COOKIE):
            await devices.end_session(session, before, keyring=keyring)
        token = await devices.begin_session(
            session,
            keyring=keyring,
            life=life,
            now=request.app[CLOCK](),
            account_id=account_id,
            participant_id=participant_id,
            visitor_id=visitor_id,
        )
    _set(response, SESSION_COOKIE, token, lasting=life.longest)


def _set(
    response: web.StreamResponse, name: str, token: str, *, lasting: timedelta
) -> None:
    response.set_cookie(
        name,
        token,
        max_age=int(lasting.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        samesite="Lax",
    )
