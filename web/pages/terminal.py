"""Stations: pairing a browser with one, and what it shows while nobody is in a call.

A terminal goes to its visit by itself as soon as the waiting room opens; a kiosk waits
for a code. Neither shows a code, and a kiosk no names.
"""

from datetime import timedelta
from typing import Annotated, Any

from aiohttp import web
from pydantic import AfterValidator, Field

from visitation import devices
from visitation.attempts import Limit
from visitation.devices.pairing import PAIRING_CODE_DIGITS, NoSuchPairingCode
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.visits import boards
from visitation.visits.listed import next_of
from visitation.words import StationKind
from web import forms, gate, sessions, sources, tries
from web.boards import local_day, row
from web.fields import Code
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, DEVICE, KEYRING, PRINCIPAL, SETTINGS
from web.principals import DevicePrincipal, ParticipantPrincipal
from web.render import redirect, render
from web.routing import PUBLIC, TERMINAL, Route

PER_ADDRESS = Limit(name="pairing", most=30, window=timedelta(hours=1))


def _eight(code: str) -> str:
    if len(code) != PAIRING_CODE_DIGITS:
        raise forms.fault(N_("The code has eight digits."))
    return code


class Pairing(forms.Fields):
    """What pairing a device asks for."""

    code: Annotated[Code, AfterValidator(_eight)] = Field(title=N_("Pairing code"))


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


async def station(request: web.Request) -> web.Response:
    """What a station shows between visits; how to pair, if it is none."""
    device = request.get(DEVICE)
    if device is None:
        return render(request, "terminal/unpaired.html")
    response = render(request, "terminal/station.html", **await _shown(request, device))
    if isinstance(request.get(PRINCIPAL), ParticipantPrincipal):
        # The family has left; whoever comes next must not find their visit here.
        await sessions.sign_out(request, response)
    return response


async def board(request: web.Request) -> web.Response:
    """The part of it that is kept fresh."""
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
    following = next_of(listed, now)
    rest = [one for one in listed if one is not following]
    return {
        "now": now,
        "station": device.name,
        "site": site.name,
        "is_kiosk": device.kind is StationKind.KIOSK,
        "today": [row(one, now=now) for one in listed],
        "following": row(following, now=now) if following else None,
        "later": [row(one, now=now) for one in rest if one.span.start > now],
    }


def _asked(
    request: web.Request, form: forms.Form[Pairing], *, status: int = 200
) -> web.Response:
    return render(request, "terminal/pair.html", form=form, status=status)


ROUTES = (
    Route(method="GET", path="/pair", page=ask, allow=PUBLIC),
    Route(method="POST", path="/pair", page=pair, allow=PUBLIC),
    Route(method="GET", path="/station", page=station, allow=PUBLIC),
    Route(method="GET", path="/station/board", page=board, allow=TERMINAL),
)
