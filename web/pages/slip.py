"""The printed slip: where, when, the code to type and to scan, whom to call."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import segno
from aiohttp import web
from markupsafe import Markup
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import audit, lifecycle, visits
from visitation.keyring import Keyring
from visitation.lifecycle import Act, VisitState
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.visits.listed import listed
from web import gate, subjects
from web.keys import CLOCK, DATABASE, KEYRING, SETTINGS
from web.render import render
from web.routing import Route

_EVERY_STATE = frozenset(VisitState)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """One visitor's slip. The address is the service point's, if there is one."""

    name: str
    code: str
    picture: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Slips:
    """The slips of a visit, and what all of them say.

    Attributes:
        point: where the family sits; None when they use a phone of their own.
    """

    span: Timespan
    zone: ZoneInfo
    prison: Site
    point: Site | None
    kiosk: str
    prisoner: str
    each: tuple[Slip, ...]


async def show(request: web.Request) -> web.Response:
    """A slip for each visitor; opening them is noted, because they hold the codes."""
    visit, keyring = gate.subject(request, Visit), request.app[KEYRING]
    address = f"{request.app[SETTINGS].public_url}/join"
    async with request.app[DATABASE].write() as session:
        slips = await read(session, visit, address, keyring=keyring)
        if slips.each:
            audit.note(
                session,
                gate.staff(request).actor,
                "print_slips",
                f"visit:{visit.id}",
                now=request.app[CLOCK](),
                visit_id=visit.id,
            )
    return render(
        request, "visits/slip.html", slips=slips, address=address, visit=visit
    )


async def read(
    session: AsyncSession,
    visit: Visit,
    address: str,
    *,
    keyring: Keyring,
    only: frozenset[int] | None = None,
) -> Slips:
    """The slips of a visit; `only` those of some participants, by their ids."""
    (summary,) = await listed(session, col(Visit.id) == visit.id, shown=_EVERY_STATE)
    names = {one.id: one.name for one in summary.attendees}
    codes = [
        (names[one.id], code)
        for one in await visits.participants(session, visit.id)
        if (only is None or one.id in only)
        and (code := visits.code_of(one, keyring=keyring)) is not None
    ]
    prison = await session.get_one(Site, visit.prison_id)
    point = await session.get_one(Site, visit.point_id) if visit.point_id else None
    return Slips(
        span=summary.span,
        zone=ZoneInfo(summary.zone),
        prison=prison,
        point=point,
        kiosk=summary.kiosk,
        prisoner=summary.prisoner,
        each=tuple(
            Slip(name=name, code=code, picture=_picture(f"{address}#code={code}"))
            for name, code in codes
        ),
    )


def _picture(text: str) -> Markup:
    """The QR code of an address. Its fragment never reaches a server's log."""
    drawn = segno.make(text, error="m", micro=False)
    return Markup(drawn.svg_inline(omitsize=True, border=2, svgclass="qr"))  # noqa: S704 - drawn here, from digits


ROUTES = (
    Route(
        method="GET",
        path="/visits/{visit}/slip",
        page=show,
        allow=lifecycle.MAY[Act.READ_MESSAGES],
        subject=subjects.visit,
    ),
)
