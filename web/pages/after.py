"""After a visit: how it was, what the family asks for now, and when they meet again.

For the family itself, and for the staff who take up what was asked.
"""

from typing import Annotated
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, StringConstraints

from visitation import calls, cases
from visitation.calls.entries import entry_of
from visitation.calls.words import Mood
from visitation.cases import (
    Case,
    RepeatedTooOften,
    TooManyOpen,
    acts,
)
from visitation.cases.after import WISHES
from visitation.errors import Invalid
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.words import CaseKind, Role
from web import case_reach, forms, gate
from web.fields import Note
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, DEVICE, KEYRING, SETTINGS
from web.labels import label
from web.render import redirect, render, url
from web.routing import FAMILY, Door, Route
from web.watched import told

_HEARERS: frozenset[Role | Door] = frozenset(
    {Role.CLERK, Role.OFFICIAL, Role.SCHEDULER}
)


class Feeling(forms.Fields):
    """One of three faces."""

    mood: Mood


class Wishing(forms.Fields):
    """What is asked for."""

    kind: CaseKind = Field(title=N_("What you ask for"))
    text: Annotated[Note, StringConstraints(max_length=cases.after.LONGEST)] = Field(
        default="", title=N_("In your own words")
    )


async def show(request: web.Request) -> web.Response:
    """Three faces, what one may ask for, and the next visit."""
    async with request.app[DATABASE].read() as session:
        visit = await session.get_one(Visit, gate.participant(request).visit_id)
    if visit.started_at is None:
        return redirect(request, "join.wait")
    return await _page(request, forms.blank(Wishing))


async def feel(request: web.Request) -> web.Response:
    """Take a face; the first one stands."""
    form = await forms.read(request, Feeling)
    if not form.ok:
        raise Invalid("mood", "unusable")
    async with request.app[DATABASE].write() as session:
        await calls.after.feel(
            session,
            participant_id=gate.participant(request).participant_id,
            mood=form.value.mood,
            now=request.app[CLOCK](),
        )
    return redirect(request, "after.show", flash=_("Thank you."))


async def wish(request: web.Request) -> web.Response:
    """Take what the family asks for, and pass it on."""
    form, me = await forms.read(request, Wishing), gate.participant(request)
    if not form.ok:
        return await _page(request, form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await cases.after.wish(
                session,
                participant_id=me.participant_id,
                kind=form.value.kind,
                text=form.value.text,
                keyring=request.app[KEYRING],
                by=me.actor,
                now=request.app[CLOCK](),
            )
    except Invalid as refused:
        return await _page(request, form.refused(refused), status=422)
    except (RepeatedTooOften, TooManyOpen) as refused:
        return await _page(request, form.refused(refused), status=409)
    done = _("We have it. The clerk and the prosecutor read it.")
    return redirect(request, "after.show", flash=done)


async def wishes(request: web.Request) -> web.Response:
    """What families asked for after their visits, and nobody has taken up."""
    async with request.app[DATABASE].read() as session:
        found = await cases.after.unheard(session, scope=gate.staff(request).scope)
    zones = {one.zone: ZoneInfo(one.zone) for one in found}
    return render(
        request,
        "after/wishes.html",
        wishes=found,
        zones=zones,
        takes=gate.staff(request).role is Role.OFFICIAL,
    )


async def hear(request: web.Request) -> web.Response:
    """Take up what a family asked for; whoever takes it has its case."""
    me = gate.staff(request)
    async with request.app[DATABASE].write() as session:
        case = await session.get_one(Case, gate.subject(request, Case).id)
        await acts.take(session, case, by=me.actor, now=request.app[CLOCK]())
    return redirect(request, "after.wishes", flash=_("You have taken it up."))


async def _page(
    request: web.Request, form: forms.Form[Wishing], *, status: int = 200
) -> web.Response:
    me, now = gate.participant(request), request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        entry = await entry_of(session, participant_id=me.participant_id, now=now)
        mood = await calls.after.mood_of(session, participant_id=me.participant_id)
        said = await cases.after.wishes_of(
            session, visit_id=me.visit_id, participant_id=me.participant_id
        )
        watched = await told(session, me.visit_id)
        following = await calls.after.next_visit(
            session, participant_id=me.participant_id, now=now
        )
    at_station = request.get(DEVICE) is not None
    return render(
        request,
        "after/after.html",
        status=status,
        form=form,
        mood=mood,
        moods=[(one, label(one)) for one in Mood],
        kinds=[(one, label(one)) for one in WISHES],
        said=said,
        watched=watched,
        following=Timespan(following.starts_at, following.ends_at)
        if following
        else None,
        zone=ZoneInfo(entry.zone),
        phone=entry.phone or request.app[SETTINGS].help_phone,
        at_station=at_station,
        back=url(request, "terminal.station" if at_station else "public.home"),
    )


ROUTES = (
    Route(method="GET", path="/after", page=show, allow=FAMILY),
    Route(method="POST", path="/after/mood", page=feel, allow=FAMILY),
    Route(method="POST", path="/after/wish", page=wish, allow=FAMILY),
    Route(
        method="GET",
        path="/wishes",
        page=wishes,
        allow=_HEARERS,
        menu=N_("Asked after visits"),
    ),
    Route(
        method="POST",
        path="/wishes/{case}/heard",
        page=hear,
        allow=frozenset({Role.OFFICIAL}),
        subject=case_reach.own,
    ),
)
