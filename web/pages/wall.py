"""What the wall leads to: who is who, what went wrong, the sheet to fetch people by.

Each act answers a script with the words that say what was done, and a form with a way
back to the wall.
"""

from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field, StringConstraints

from visitation import audit, calls, visits
from visitation.errors import NotFound
from visitation.lifecycle import MAY, Act, ParticipantState
from visitation.visits import Visit, boards, cards, incidents
from visitation.visits.listed import AHEAD
from visitation.words import IncidentKind, Part
from web import forms, gate, labels, present, subjects, ticks
from web.boards import local_day, row
from web.choices import choices
from web.errors import wants_json
from web.fields import Day, Note
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING, SETTINGS
from web.render import redirect_to, render, url
from web.routing import Route

_WARDENS = MAY[Act.CONDUCT]
_COMPARED = frozenset({Part.PRISONER, Part.VISITOR, Part.INTERPRETER})
Said = Annotated[
    Note, StringConstraints(min_length=1, max_length=incidents.LONGEST_TEXT)
]


class Looking(forms.Fields):
    """The day to print."""

    day: Day | None = None


class Comparing(forms.Fields):
    """Whether somebody is who they say, and where to go back to."""

    participant: str = Field(max_length=64)
    same: Literal["yes", "no"]
    next: str = "/warden"


class Reporting(forms.Fields):
    """What went wrong, and where to go back to."""

    kind: IncidentKind = Field(title=N_("What it was about"))
    text: Said = Field(title=N_("What happened"))
    next: str = ""


async def identify(request: web.Request) -> web.Response:
    """Say that a face and a paper are one person's, or that they are not.

    That they are not is noted; what follows from it, staff decide.
    """
    form, visit = await forms.read(request, Comparing), gate.subject(request, Visit)
    if not form.ok:
        raise NotFound("participant")
    by, now, same = gate.staff(request).actor, request.app[CLOCK](), form.value.same
    async with request.app[DATABASE].write() as session:
        person = await ticks.person(session, visit, form.value.participant, _COMPARED)
        if same == "yes":
            state = ParticipantState.IDENTIFIED
            await calls.tick(session, person, state, by=by, now=now)
        else:
            audit.note(
                session,
                by,
                "identity_doubted",
                f"participant:{person.id}",
                now=now,
                visit_id=visit.id,
            )
    done = _("Confirmed.") if same == "yes" else _("Noted: not the person named.")
    return _done(request, form.value.next, done)


async def incident_list(request: web.Request) -> web.Response:
    """What was written down of a visit, and the form for more."""
    return await _incidents(request, forms.blank(Reporting))


async def report(request: web.Request) -> web.Response:
    """Write down what went wrong."""
    form, visit = await forms.read(request, Reporting), gate.subject(request, Visit)
    if not form.ok:
        return await _incidents(request, form, status=422)
    async with request.app[DATABASE].write() as session:
        await incidents.report(
            session,
            await visits.by_reference(session, visit.reference),
            kind=form.value.kind,
            text=form.value.text,
            keyring=request.app[KEYRING],
            by=gate.staff(request).actor,
            now=request.app[CLOCK](),
        )
    back = form.value.next or url(request, "wall.incident_list", visit=visit.reference)
    return _done(request, back, _("It is written down."))


async def sheet(request: web.Request) -> web.Response:
    """A day's visits on paper, by time, ward and terminal, to fetch people by."""
    zone, now = request.app[SETTINGS].zone, request.app[CLOCK]()
    looking = forms.from_query(request, Looking)
    chosen = (looking.value.day if looking.ok else None) or _today(request)
    async with request.app[DATABASE].read() as session:
        listed = await boards.at_prisons(
            session,
            scope=gate.staff(request).scope,
            day=local_day(chosen, zone, now=now),
        )
        wanted = [one for one in listed if one.state in AHEAD]
        people = await cards.of(
            session,
            visit_ids=[one.id for one in wanted],
            keyring=request.app[KEYRING],
        )
    wanted.sort(key=lambda one: (one.prison, one.span.start, one.ward, one.terminal))
    return render(
        request,
        "warden/sheet.html",
        chosen=chosen,
        now=now,
        rows=[row(one, now=now) for one in wanted],
        cards=people,
        several_sites=len({one.prison for one in wanted}) > 1,
        with_wards=any(one.ward for one in wanted),
    )


def _today(request: web.Request) -> date:
    return request.app[CLOCK]().astimezone(request.app[SETTINGS].zone).date()


async def _incidents(
    request: web.Request, form: forms.Form[Reporting], *, status: int = 200
) -> web.Response:
    me, found = gate.staff(request), gate.subject(request, Visit)
    now = request.app[CLOCK]()
    async with request.app[DATABASE].read() as session:
        listed = await boards.of_visit(session, scope=me.scope, visit_id=found.id)
        reported = await incidents.of(session, visit_id=found.id)
    if listed is None:
        raise NotFound(found.reference)
    return render(
        request,
        "warden/incidents.html",
        form=form,
        status=status,
        visit=row(listed, now=now),
        kinds=choices().incidents,
        incidents=[_incident(one, ZoneInfo(listed.zone)) for one in reported],
    )


def _incident(one: incidents.Reported, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "kind": labels.label(one.kind),
        "text": one.text,
        "by": one.by,
        "at": present.moment(one.at, zone),
    }


def _done(request: web.Request, back: str, words: str) -> web.Response:
    if wants_json(request):
        return web.json_response({"done": words})
    return redirect_to(request, back, flash=words)


ROUTES = (
    Route(method="GET", path="/warden/sheet", page=sheet, allow=_WARDENS),
    Route(
        method="POST",
        path="/warden/{visit}/identify",
        page=identify,
        allow=_WARDENS,
        subject=subjects.visit,
    ),
    Route(
        method="GET",
        path="/warden/{visit}/incidents",
        page=incident_list,
        allow=_WARDENS,
        subject=subjects.visit,
    ),
    Route(
        method="POST",
        path="/warden/{visit}/incidents",
        page=report,
        allow=_WARDENS,
        subject=subjects.visit,
    ),
)
