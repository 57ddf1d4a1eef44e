"""Families handed to the official in the room: who is next, and what they bring up.

A clerk writes it down and hands over; the official reads it and takes over. Both look
at the same page, each at the visits that are theirs.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, StringConstraints
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.cases import after
from visitation.cases.after import Heard
from visitation.lifecycle import MAY, Act
from visitation.people import Prisoner
from visitation.points import handing
from visitation.points.handing import Handed
from visitation.visits import Visit, boards
from visitation.visits.listed import AHEAD, Listed
from visitation.words import Part, Role
from web import attendance_reach, forms, gate, present, row_acts, subjects
from web.boards import call_path, local_day, row
from web.fields import Note
from web.forms import Form
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, SETTINGS
from web.labels import label
from web.principals import StaffPrincipal
from web.render import redirect, render
from web.routing import Route

_CLERKS = MAY[Act.CHECK_IN]
_OFFICIALS = MAY[Act.ATTEND]


class Handing(forms.Fields):
    """What the family would bring forward."""

    text: Annotated[Note, StringConstraints(max_length=handing.LONGEST)] = Field(
        default="", title=N_("What the family brings forward")
    )


async def index(request: web.Request) -> web.Response:
    """The visits of today that are still to come, in their order."""
    return await _page(request)


async def hand(request: web.Request) -> web.Response:
    """Hand a family over, or change what was written."""
    form = await forms.read(request, Handing)
    return await row_acts.done(
        request,
        form,
        handing.hand,
        of=Visit,
        again=_page,
        then="handover.index",
        said=_("The official reads it now."),
    )


async def take(request: web.Request) -> web.Response:
    """Take a family over from the clerk."""
    subject = gate.subject(request, Visit)
    async with request.app[DATABASE].write() as session:
        await handing.take(
            session,
            await session.get_one(Visit, subject.id),
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    flash = _("You have taken the family over. The clerk sees it.")
    return redirect(request, "handover.index", flash=flash)


async def _page(
    request: web.Request, form: Form[Handing] | None = None, *, status: int = 200
) -> web.Response:
    me, now = gate.staff(request), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        found = [one for one in await _today(request, session) if one.state in AHEAD]
        handed = await handing.of_visits(session, visit_ids=[one.id for one in found])
        wishes = {one.id: await _wishes(session, one.id) for one in found}
    wrong = gate.subject(request, Visit).reference if form is not None else ""
    return render(
        request,
        "clerk/handover.html",
        status=status,
        form=form,
        wrong=wrong,
        is_clerk=me.role in _CLERKS,
        families=[
            _entry(one, handed.get(one.id), wishes[one.id], now) for one in found
        ],
    )


async def _today(request: web.Request, session: AsyncSession) -> tuple[Listed, ...]:
    me: StaffPrincipal = gate.staff(request)
    now, zone = request.app[CLOCK](), request.app[SETTINGS].zone
    today = local_day(now.astimezone(zone).date(), zone, now=now)
    if me.role is Role.OFFICIAL:
        return await boards.to_attend(
            session,
            account_id=me.account_id,
            scope=me.scope,
            within=today,
            today=today,
        )
    return await boards.at_points(session, scope=me.scope, day=today)


async def _wishes(session: AsyncSession, visit_id: int) -> Sequence[Heard]:
    """What was asked for after the prisoner's visits, and nobody has taken up yet."""
    rows = await session.exec(
        select(Prisoner.id)
        .join(Visit, col(Visit.prisoner_id) == col(Prisoner.id))
        .where(Visit.id == visit_id)
    )
    return await after.untaken(session, prisoner_id=rows.one())


def _entry(
    one: Listed, handed: Handed | None, wishes: Sequence[Heard], now: datetime
) -> dict[str, Any]:
    zone, shown = ZoneInfo(one.zone), row(one, now=now)
    blank = forms.blank(Handing, text=handed.text if handed else "")
    come = [who for who in one.of(Part.VISITOR, Part.INTERPRETER) if who.arrived_at]
    return {
        "visit": shown,
        "form": blank,
        "has_come": bool(come),
        "companion": call_path(one.reference, part=Part.COMPANION),
        "handed_at": present.clock(handed.at, zone) if handed else "",
        "handed": handed,
        "taken_at": present.clock(handed.taken_at, zone)
        if handed and handed.taken_at
        else "",
        "wishes": [{"kind": label(wish.kind), "text": wish.text} for wish in wishes],
    }


ROUTES = (
    Route(
        method="GET",
        path="/handover",
        page=index,
        allow=_CLERKS | _OFFICIALS,
        menu=N_("Hand families over"),
    ),
    Route(
        method="POST",
        path="/visits/{visit}/handover",
        page=hand,
        allow=_CLERKS,
        subject=subjects.visit,
    ),
    Route(
        method="POST",
        path="/visits/{visit}/handover/take",
        page=take,
        allow=_OFFICIALS,
        subject=attendance_reach.attended_visit,
    ),
)
