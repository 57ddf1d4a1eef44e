"""The kiosks of a point: what trying each one found, trying it now, out of order.

Asked for here, the test begins by itself on the kiosk's own screen.
"""

from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import Field, StringConstraints

from visitation import devices, lines, places
from visitation.errors import Invalid
from visitation.lifecycle import MAY, Act
from visitation.places import Station
from visitation.points import equipment
from visitation.points.tables import DeviceTest
from visitation.visits import boards
from visitation.words import StationKind
from web import forms, gate, line_signs, point_reach
from web.fields import Line
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE
from web.render import redirect, render
from web.routing import Page, Route

_CLERKS = MAY[Act.CHECK_IN]
_PARTS = (
    ("camera", N_("Camera")),
    ("microphone", N_("Microphone")),
    ("loudspeaker", N_("Loudspeaker")),
)
#: What came of each part, as a tag of this kind and in these words.
_FOUND = {
    True: ("good", N_("works")),
    False: ("bad", N_("does not work")),
    None: ("plain", N_("not tried")),
}


class Trouble(forms.Fields):
    """Why a kiosk cannot be used."""

    reason: Annotated[Line, StringConstraints(min_length=1, max_length=200)] = Field(
        title=N_("What is wrong")
    )


async def index(request: web.Request) -> web.Response:
    """Every kiosk within reach."""
    return await _page(request)


async def test(request: web.Request) -> web.Response:
    """Have a kiosk try itself."""
    async with request.app[DATABASE].write() as session:
        station = await session.get_one(Station, gate.subject(request, Station).id)
        await equipment.want(
            session, station, by=gate.staff(request).actor, now=request.app[CLOCK]()
        )
    return redirect(
        request,
        "equipment.index",
        flash=_(
            "The test begins on the kiosk's screen within half a minute, if nobody "
            "is in a visit there. Go there and answer its questions."
        ),
    )


async def take_out(request: web.Request) -> web.Response:
    """Report a kiosk broken, so that nobody books it."""
    form = await forms.read(request, Trouble)
    if not form.ok:
        return await _page(request, form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await places.take_out_of_order(
                session,
                await session.get_one(Station, gate.subject(request, Station).id),
                reason=form.value.reason,
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return await _page(request, form.refused(refused), status=422)
    return redirect(
        request,
        "equipment.index",
        flash=_(
            "It is out of order now; nobody can book it. Visits that are booked there "
            "stay: ask the scheduler to move them."
        ),
    )


async def put_back(request: web.Request) -> web.Response:
    """Say that a kiosk can be used again."""
    async with request.app[DATABASE].write() as session:
        await places.put_in_order(
            session,
            await session.get_one(Station, gate.subject(request, Station).id),
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    flash = _("It is in order and can be booked again.")
    return redirect(request, "equipment.index", flash=flash)


async def _page(
    request: web.Request, form: Form[Trouble] | None = None, *, status: int = 200
) -> web.Response:
    me, now = gate.staff(request), request.app[CLOCK]()
    wrong = gate.subject(request, Station).id if form is not None else None
    async with request.app[DATABASE].read() as session:
        seats = await boards.seats(session, scope=me.scope, kind=StationKind.KIOSK)
        ids = [seat.id for seat in seats]
        tested = await equipment.latest(session, station_ids=ids)
        lined = await lines.latest_of_stations(session, station_ids=ids)
        wanted = await equipment.wanted_of(session, station_ids=ids, now=now)
        paired = await devices.paired(session, station_ids=ids)
    return render(
        request,
        "clerk/equipment.html",
        status=status,
        blank=forms.blank(Trouble),
        form=form,
        wrong=wrong,
        kiosks=[
            {
                "id": seat.id,
                "name": seat.name,
                "site": seat.site,
                "out_of_order": seat.out_of_order,
                "parts": _parts(tested.get(seat.id)),
                "tested": _ago(tested.get(seat.id), now),
                "line": line_signs.tested(lined.get(seat.id), now=now),
                "wanted": seat.id in wanted,
                "paired": seat.id in paired,
            }
            for seat in seats
        ],
    )


def _parts(found: DeviceTest | None) -> list[tuple[str, str, str]]:
    """Name, kind of tag and words of each part."""
    if found is None:
        return []
    return [
        (_(name), _FOUND[getattr(found, part)][0], _(_FOUND[getattr(found, part)][1]))
        for part, name in _PARTS
    ]


def _ago(found: DeviceTest | None, now: datetime) -> str:
    return line_signs.ago(now - found.taken_at) if found is not None else ""


def _on_kiosk(path: str, page: Page) -> Route:
    return Route(
        method="POST",
        path=f"/kiosks/{{station}}{path}",
        page=page,
        allow=_CLERKS,
        subject=point_reach.kiosk,
    )


ROUTES = (
    Route(
        method="GET",
        path="/clerk/kiosks",
        page=index,
        allow=_CLERKS,
        menu=N_("Kiosks and their equipment"),
    ),
    _on_kiosk("/test", test),
    _on_kiosk("/out-of-order", take_out),
    _on_kiosk("/in-order", put_back),
)
