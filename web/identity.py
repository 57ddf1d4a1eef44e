"""Who a request comes from, found by its cookies or its bearer token.

Finds; never decides what they may do (`gate` does). Whatever does not stand any more
(expired, revoked, disabled) is as if it had not been sent.
"""

from dataclasses import replace

from aiohttp import web
from aiohttp.typedefs import Handler
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import devices, people
from visitation.devices import Device, LoginSession
from visitation.people import Account, Visitor
from visitation.places.tables import Site, Station
from visitation.visits.tables import Participant
from visitation.words import StationKind
from web import i18n, sessions
from web.ease import LANGUAGE_COOKIE
from web.keys import CLOCK, DATABASE, DEVICE, KEYRING, PRINCIPAL, SETTINGS, WebSettings
from web.principals import (
    DevicePrincipal,
    ParticipantPrincipal,
    Principal,
    StaffPrincipal,
    VisitorPrincipal,
)
from web.render import TRANSLATIONS

_API = "/api/"


@web.middleware
async def greet(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Speak the language of the browser's cookie, before anybody is known."""
    _speak(request, None)
    return await handler(request)


@web.middleware
async def identify(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find the principal and the device, and speak the principal's language."""
    if request.path.startswith(_API):
        await _find_program(request)
    else:
        await _find_device(request)
        await _find_session(request)
    if principal := request.get(PRINCIPAL):
        _speak(request, principal.language)
    return await handler(request)


def _speak(request: web.Request, preferred: str | None) -> None:
    spoken = request.app[TRANSLATIONS]
    wishes = (
        request.cookies.get(LANGUAGE_COOKIE),
        preferred,
        request.app[SETTINGS].language,
    )
    chosen = i18n.negotiate(spoken, *wishes)
    i18n.speak(spoken, chosen)


async def still_stands(request: web.Request) -> bool:
    """Whether the request would be let in as the same person now as it was then.

    For what stays open for long: a session may end, and an account be disabled.
    """
    device, person = await _paired(request), await _login(request)
    return request.get(DEVICE) == (_station(*device) if device else None) and (
        request.get(PRINCIPAL) == (person[1] if person else None)
    )


async def speaks_for(request: web.Request, account_id: int | None) -> bool:
    """Whether the request's browser is still signed in to an account.

    For calls, in which nothing else is asked of the server: a session that was not
    used for long has not ended. Without an account, whether a station's is still that
    station's.
    """
    if account_id is None:
        return request.get(DEVICE) is None or await _paired(request) is not None
    token = request.cookies.get(sessions.SESSION_COOKIE, "")
    async with request.app[DATABASE].read() as session:
        signed_in = await devices.account_of(
            session, token, keyring=request.app[KEYRING]
        )
        if signed_in != account_id:
            return False
        account = await session.get_one(Account, account_id)
        return account.disabled_at is None


async def _find_session(request: web.Request) -> None:
    found = await _login(request)
    if found is not None:
        login, request[PRINCIPAL] = found
        await sessions.touch(request, login)


async def _login(request: web.Request) -> tuple[LoginSession, Principal] | None:
    token = request.cookies.get(sessions.SESSION_COOKIE)
    if not token:
        return None
    settings = request.app[SETTINGS]
    async with request.app[DATABASE].read() as session:
        login = await devices.session_of(
            session,
            token,
            keyring=request.app[KEYRING],
            life=settings.life,
            now=request.app[CLOCK](),
        )
        if login is None:
            return None
        principal = await _principal(session, login, settings)
    return (login, principal) if principal is not None else None


async def _find_program(request: web.Request) -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return
    async with request.app[DATABASE].read() as session:
        account = await people.account_of_token(
            session,
            token.strip(),
            keyring=request.app[KEYRING],
            now=request.app[CLOCK](),
        )
        if account is not None:
            request[PRINCIPAL] = await staff(session, account, request.app[SETTINGS])


async def _find_device(request: web.Request) -> None:
    found = await _paired(request)
    if found is None:
        return
    request[DEVICE] = _station(*found)
    await sessions.touch_device(request, found[0])


async def _paired(request: web.Request) -> tuple[Device, Station, Site] | None:
    token = request.cookies.get(sessions.DEVICE_COOKIE)
    if not token:
        return None
    async with request.app[DATABASE].read() as session:
        device = await devices.device_of(session, token, keyring=request.app[KEYRING])
        if device is None:
            return None
        station = await session.get_one(Station, device.station_id)
        return device, station, await session.get_one(Site, station.site_id)


def _station(device: Device, station: Station, site: Site) -> DevicePrincipal:
    return DevicePrincipal(
        device_id=device.id,
        station_id=device.station_id,
        site_id=station.site_id,
        kind=station.kind,
        name=station.name,
        phone=site.phone if station.kind is StationKind.KIOSK else "",
    )


async def _principal(
    session: AsyncSession, login: LoginSession, settings: WebSettings
) -> Principal | None:
    if login.visitor_id is not None:
        return await _visitors(session, login.visitor_id)
    if login.account_id is None:
        return await _participant(session, login.participant_id)
    account = await session.get(Account, login.account_id)
    if account is None or account.disabled_at is not None:
        return None
    signed_in = await staff(session, account, settings)
    return replace(signed_in, locked=login.locked_at is not None)


async def staff(
    session: AsyncSession, account: Account, settings: WebSettings
) -> StaffPrincipal:
    """Who an account is, and what it reaches now."""
    assert account.id is not None
    return StaffPrincipal(
        account_id=account.id,
        name=account.name,
        role=account.role,
        scope=await people.scope_of(session, account),
        language=account.language,
        unfinished=account.role in settings.require_totp and not account.totp_sealed,
    )


async def _participant(
    session: AsyncSession, participant_id: int | None
) -> ParticipantPrincipal | None:
    rows = await session.exec(
        select(Participant, Visitor)
        .outerjoin(Visitor, col(Visitor.id) == col(Participant.visitor_id))
        .where(Participant.id == participant_id)
    )
    found = rows.first()
    if found is None or participant_id is None:
        return None
    participant, visitor = found
    return ParticipantPrincipal(
        participant_id=participant_id,
        visit_id=participant.visit_id,
        part=participant.part,
        language=visitor.language if visitor is not None else None,
    )


async def _visitors(session: AsyncSession, visitor_id: int) -> VisitorPrincipal | None:
    """All who have the phone now; the session ends when its visitor gets another."""
    visitor = await session.get(Visitor, visitor_id)
    if visitor is None or visitor.phone is None:
        return None
    sharing = await people.visitors_with(session, visitor.phone)
    return VisitorPrincipal(
        visitor_id=visitor_id,
        visitor_ids=tuple(one.id for one in sharing),
        language=visitor.language,
    )
