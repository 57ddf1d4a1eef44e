"""Stations: pairing a browser with one, and what it shows while nobody is in a call.

A terminal goes to its visit by itself as soon as the waiting room opens; a kiosk asks
for a code then. Neither shows a code, and a kiosk no names. A kiosk's first page
belongs to nobody: whoever was signed in is signed out there.
"""

import hmac
from datetime import datetime, timedelta
from typing import Annotated, Any

from aiohttp import web
from pydantic import AfterValidator, Field

from visitation import audit, devices
from visitation.attempts import Limit
from visitation.devices import Former, NoSuchPairingCode
from visitation.devices.pairing import PAIRING_CODE_DIGITS
from visitation.errors import NotFound
from visitation.lifecycle import VisitState
from visitation.places import Site, Station
from visitation.points import equipment
from visitation.timespan import Timespan
from visitation.visits import boards
from visitation.visits.listed import Listed, next_of
from visitation.words import StationKind
from web import forms, gate, sessions, sources, station_frame, tries
from web.boards import local_day, row
from web.fields import Code
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, DEVICE, KEYRING, PRINCIPAL, SETTINGS
from web.principals import DevicePrincipal, ParticipantPrincipal
from web.render import redirect, render
from web.routing import PUBLIC, TERMINAL, Route
from web.station_frame import OPERATOR_DIGITS

PER_ADDRESS = Limit(name="pairing", most=30, window=timedelta(hours=1))
#: A device that was heard of so lately is switched on.
_LATELY = timedelta(minutes=2)
#: How long before a visit a kiosk asks for its code by itself.
DUE = timedelta(minutes=10)
PER_STATION = Limit(name="operator", most=10, window=timedelta(hours=1))


def _eight(code: str) -> str:
    if len(code) != PAIRING_CODE_DIGITS:
        raise forms.fault(N_("The code has eight digits."))
    return code


class Pairing(forms.Fields):
    """What pairing a device asks for."""

    code: Annotated[Code, AfterValidator(_eight)] = Field(title=N_("Pairing code"))
    #: That the device which has the place now gives way, after it was asked.
    replace: bool = False


def _six(number: str) -> str:
    if len(number) != OPERATOR_DIGITS:
        raise forms.fault(N_("The number has six digits."))
    return number


class Operating(forms.Fields):
    """What the menu for staff asks for."""

    number: Annotated[Code, AfterValidator(_six)] = Field(title=N_("Operator’s number"))


async def ask(request: web.Request) -> web.Response:
    """The field for the code that an administrator issued."""
    return _asked(request, forms.blank(Pairing))


async def pair(request: web.Request) -> web.Response:
    """Make this browser a station."""
    form = await forms.read(request, Pairing)
    if not form.ok:
        return _asked(request, form, status=422)
    source = (PER_ADDRESS, sources.address(request))
    # Counted before the answer is known, so that guesses side by side count too.
    await tries.hit(request, source)
    try:
        if not form.value.replace and (holder := await _holder(request, form)):
            return holder
        async with request.app[DATABASE].write() as session:
            _device, token = await devices.pair(
                session,
                form.value.code,
                keyring=request.app[KEYRING],
                now=request.app[CLOCK](),
            )
    except NoSuchPairingCode as error:
        return _asked(request, form.refused(error), status=422)
    await tries.forget(request, *source)
    response = redirect(request, "terminal.station", flash=_("This device is paired."))
    sessions.remember_device(response, token)
    return response


async def _holder(
    request: web.Request, form: forms.Form[Pairing]
) -> web.Response | None:
    """The question what becomes of the other device that has the place, if one has."""
    now, mine = request.app[CLOCK](), request.get(DEVICE)
    async with request.app[DATABASE].read() as session:
        station_id, device = await devices.holder(
            session, form.value.code, keyring=request.app[KEYRING], now=now
        )
        if device is None or (mine is not None and mine.device_id == device.id):
            return None
        place = await session.get_one(Station, station_id)
        site = await session.get_one(Site, place.site_id)
    return render(
        request,
        "terminal/taken.html",
        status=409,
        form=form,
        station=place.name,
        site=site.name,
        seen_at=device.last_seen_at,
        is_on=now - device.last_seen_at < _LATELY,
    )


async def station(request: web.Request) -> web.Response:
    """What a station shows between visits; how to pair, if it is none."""
    device = request.get(DEVICE)
    if device is None:
        return await _no_station(request)
    if _left_behind(request, device):
        return await over(request)
    shown = await _shown(request, device)
    return render(request, "terminal/station.html", **shown)


async def over(request: web.Request) -> web.Response:
    """Forget the family that was here: its session, and what it chose.

    What pages keep for a visit is cleared by the first page's script.
    """
    response = redirect(request, "terminal.station")
    await sessions.sign_out(request, response)
    for cookie in station_frame.CHOICES:
        response.del_cookie(cookie, path="/")
    return response


async def operator(request: web.Request) -> web.Response:
    """The field for the number that opens the menu for staff."""
    return _operated(request, forms.blank(Operating))


async def operate(request: web.Request) -> web.Response:
    """The menu for staff, to whoever knows the station's number."""
    device, form = gate.device(request), await forms.read(request, Operating)
    if not form.ok:
        return _operated(request, form, status=422)
    source = (PER_STATION, f"station:{device.station_id}")
    await tries.hit(request, source)
    number = station_frame.operator_number(request.app[KEYRING], device.device_id)
    if not hmac.compare_digest(number, form.value.number):
        wrong = _(
            "This is not the operator’s number. It is on the administrator’s page of "
            "this station, and changes when the device is paired anew."
        )
        return _operated(request, form.failed(wrong), status=422)
    await tries.forget(request, *source)
    async with request.app[DATABASE].write() as session:
        site = await session.get_one(Site, device.site_id)
        subject, now = f"station:{device.station_id}", request.app[CLOCK]()
        audit.note(session, device.actor, "open_station_menu", subject, now=now)
        site_name = site.name
    return render(
        request, "terminal/menu.html", station=device.name, site=site_name, now=now
    )


async def _no_station(request: web.Request) -> web.Response:
    """What became of a browser that was a station, or how it becomes one."""
    former = await _former(request)
    if former is None:
        return render(request, "terminal/unpaired.html")
    async with request.app[DATABASE].read() as session:
        place = await session.get_one(Station, former.station_id)
        site = await session.get_one(Site, place.site_id)
    return render(
        request,
        "terminal/former.html",
        station=place.name,
        site=site.name,
        at=former.ended_at,
        replaced=former.replaced,
    )


async def _former(request: web.Request) -> Former | None:
    token = request.cookies.get(sessions.DEVICE_COOKIE, "")
    async with request.app[DATABASE].read() as session:
        return await devices.former(session, token, keyring=request.app[KEYRING])


async def board(request: web.Request) -> web.Response:
    """The part of it that is kept fresh; the way to what happened, if it is none.

    Raises:
        NotFound: for a browser that never was a station.
    """
    if request.get(DEVICE) is None:
        if await _former(request) is None:
            raise NotFound("station")
        return render(request, "terminal/gone.html")
    shown = await _shown(request, gate.device(request))
    return render(request, "terminal/board.html", **shown)


async def _shown(request: web.Request, device: DevicePrincipal) -> dict[str, Any]:
    now, zone = request.app[CLOCK](), request.app[SETTINGS].zone
    today = local_day(now.astimezone(zone).date(), zone, now=now)
    async with request.app[DATABASE].read() as session:
        site = await session.get_one(Site, device.site_id)
        if device.kind is StationKind.KIOSK:
            listed = await boards.at_kiosk(
                session, station_id=device.station_id, day=today
            )
        else:
            listed = await boards.at_terminal(
                session, station_id=device.station_id, day=Timespan(now, today.end)
            )
        to_try = await equipment.is_wanted(
            session, station_id=device.station_id, now=now
        )
    following = next_of(listed, now)
    rest = [one for one in listed if one is not following]
    return {
        "now": now,
        "station": device.name,
        "site": site.name,
        "is_kiosk": device.kind is StationKind.KIOSK,
        "today": [row(one, now=now) for one in listed],
        "following": row(following, now=now) if following else None,
        "due": _due(following, now=now),
        "to_try": to_try,
        "later": [row(one, now=now) for one in rest if one.span.start > now],
    }


def _due(visit: Listed | None, *, now: datetime) -> str:
    """The time of a visit whose code a kiosk should ask for now, or nothing."""
    if visit is None or visit.state is not VisitState.BOOKED:
        return ""
    return visit.span.start.isoformat() if visit.span.start - DUE <= now else ""


def _left_behind(request: web.Request, device: DevicePrincipal) -> bool:
    """Whether somebody was signed in whom the next person must not find here."""
    someone = request.get(PRINCIPAL)
    if device.kind is StationKind.KIOSK:
        return someone is not None
    return isinstance(someone, ParticipantPrincipal)


def _operated(
    request: web.Request, form: forms.Form[Operating], *, status: int = 200
) -> web.Response:
    return render(request, "terminal/operator.html", form=form, status=status)


def _asked(
    request: web.Request, form: forms.Form[Pairing], *, status: int = 200
) -> web.Response:
    return render(request, "terminal/pair.html", form=form, status=status)


ROUTES = (
    Route(method="GET", path="/pair", page=ask, allow=PUBLIC),
    Route(method="POST", path="/pair", page=pair, allow=PUBLIC),
    Route(method="GET", path="/station", page=station, allow=PUBLIC),
    Route(method="GET", path="/station/board", page=board, allow=PUBLIC),
    Route(method="POST", path="/station/over", page=over, allow=TERMINAL),
    Route(method="GET", path="/station/operator", page=operator, allow=TERMINAL),
    Route(method="POST", path="/station/operator", page=operate, allow=TERMINAL),
)
