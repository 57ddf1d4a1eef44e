"""Whom to ring up, because no message reached them: the number, and the words to say.

The words hold the join code, so opening them is noted. What came of the call is ticked,
and may be taken back for a while.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import calling, rings
from scheduler.rings import Ring
from visitation import audit, visits, wording
from visitation.errors import NotFound
from visitation.keyring import Keyring
from visitation.lifecycle import MAY, Act
from visitation.places import Site
from visitation.wording import WORDINGS
from visitation.words import CallOutcome, Channel, Role
from web import call_reach, forms, gate, labels
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.render import redirect, render
from web.routing import Page, Route

_CALLERS = MAY[Act.CHECK_IN] | {Role.SCHEDULER}


class Ticking(forms.Fields):
    """What came of a call."""

    outcome: CallOutcome


async def index(request: web.Request) -> web.Response:
    """Everybody to ring, who is most urgent first, and what was just ticked."""
    me, now = gate.staff(request), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        waiting = await rings.open_ones(session, scope=me.scope, now=now)
        done = await rings.just_done(session, scope=me.scope, now=now)
        zones = await _zones(session, [*waiting, *done])
    return render(
        request,
        "clerk/call_list.html",
        waiting=[_line(one, zones) for one in waiting],
        done=[_line(one, zones) for one in done],
        now=now,
    )


async def words(request: web.Request) -> web.Response:
    """The number to ring and the words to say; that a code was seen is noted."""
    ring, me = gate.subject(request, Ring), gate.staff(request)
    has_code = WORDINGS[ring.task.template].has_code
    async with request.app[DATABASE].write() as session:
        zones = await _zones(session, [ring])
        if has_code:
            audit.note(
                session,
                me.actor,
                "show_code",
                f"participant:{ring.participant.id}",
                now=request.app[CLOCK](),
                visit_id=ring.visit.id,
            )
    return render(
        request,
        "clerk/ring.html",
        one=_line(ring, zones),
        said=_said(ring, request.app[KEYRING]),
        language=ring.message.language if ring.message else "",
        has_code=has_code,
        outcomes=[(one.value, labels.label(one)) for one in calling.SAID],
    )


async def tick(request: web.Request) -> web.Response:
    """Note what came of a call."""
    form, ring = await forms.read(request, Ticking), gate.subject(request, Ring)
    if not form.ok or form.value.outcome not in calling.SAID:
        raise NotFound("call")
    async with request.app[DATABASE].write() as session:
        await calling.tick(
            session,
            await _again(session, request, ring),
            form.value.outcome,
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    return redirect(request, "call_list.index", flash=_("Noted."))


async def undo(request: web.Request) -> web.Response:
    """Put somebody back on the list who was ticked a moment ago."""
    ring = gate.subject(request, Ring)
    async with request.app[DATABASE].write() as session:
        await calling.undo(
            session,
            await _again(session, request, ring),
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    return redirect(request, "call_list.index", flash=_("It is on the list again."))


async def _again(session: AsyncSession, request: web.Request, ring: Ring) -> Ring:
    scope = gate.staff(request).scope
    return await rings.one(session, task_id=ring.task.id, scope=scope)


async def _zones(session: AsyncSession, rings: list[Ring]) -> dict[int, ZoneInfo]:
    """The wall clock of each visit's prison."""
    prisons = {ring.visit.prison_id for ring in rings}
    rows = await session.exec(
        select(Site.id, Site.zone).where(col(Site.id).in_(prisons))
    )
    return {number: ZoneInfo(zone) for number, zone in rows.all()}


def _line(ring: Ring, zones: dict[int, ZoneInfo]) -> dict[str, Any]:
    by: datetime = ring.task.due_by
    return {
        "id": ring.task.id,
        "name": ring.name,
        "phone": ring.phone,
        "helper": ring.helper,
        "about": labels.label(ring.task.template),
        "visit": ring.visit.reference,
        "starts_at": ring.visit.starts_at,
        "due_by": by,
        "point": ring.point,
        "tries": ring.task.tries,
        "outcome": labels.label(ring.task.outcome) if ring.task.outcome else "",
        "zone": zones[ring.visit.prison_id],
    }


def _said(ring: Ring, keyring: Keyring) -> str:
    """What is to be said, as a voice call would; empty if it is not kept any more."""
    if ring.message is None:
        return ""
    variables = dict(ring.message.variables)
    if WORDINGS[ring.task.template].has_code:
        code = visits.code_of(ring.participant, keyring=keyring)
        if code is None:
            return ""
        variables["code"] = code
    return wording.render(
        ring.task.template,
        ring.message.language,
        variables,
        channel=Channel.VOICE,
    )


def _ring_route(act: str, page: Page) -> Route:
    return Route(
        method="POST",
        path=f"/call-list/{{ring}}/{act}",
        page=page,
        allow=_CALLERS,
        subject=call_reach.ring,
    )


ROUTES = (
    Route(
        method="GET",
        path="/call-list",
        page=index,
        allow=_CALLERS,
        menu=N_("People to ring up"),
    ),
    _ring_route("words", words),
    _ring_route("tick", tick),
    _ring_route("undo", undo),
)
