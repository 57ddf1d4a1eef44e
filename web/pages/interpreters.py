"""Adding an interpreter to a visit, with a code of their own.

The code is shown to staff, who say it or send it on: it opens the visit like a
family's, with the last four digits of the interpreter's phone.
"""

from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field

from visitation import calls, visits
from visitation.calls.interpreting import InterpreterElsewhere, NoRoomForInterpreter
from visitation.people import Prisoner, Visitor
from visitation.places import Site
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.words import Part, Role
from web import forms, gate, subjects
from web.fields import Name, Phone
from web.i18n import N_, _
from web.keys import CLOCK, DATABASE, KEYRING
from web.render import redirect, render
from web.routing import Door, Route

ADDERS: frozenset[Role | Door] = frozenset(
    {Role.CLERK, Role.WARDEN, Role.SCHEDULER, Role.ADMINISTRATOR}
)


class Interpreter(forms.Fields):
    """Who interprets."""

    name: Name = Field(title=N_("Name of the interpreter"))
    phone: Phone = Field(title=N_("Phone of the interpreter"))


async def ask(request: web.Request) -> web.Response:
    """Who interprets already, and a form for one more."""
    return await _page(request, forms.blank(Interpreter))


async def add(request: web.Request) -> web.Response:
    """Add an interpreter; their code is on the page that follows."""
    form, visit = (
        await forms.read(request, Interpreter),
        gate.subject(request, Visit),
    )
    if not form.ok:
        return await _page(request, form, status=422)
    try:
        async with request.app[DATABASE].write() as session:
            await calls.interpreting.add(
                session,
                await session.get_one(Visit, visit.id),
                name=form.value.name,
                phone=form.value.phone,
                keyring=request.app[KEYRING],
                by=gate.staff(request).actor,
                now=request.app[CLOCK](),
            )
    except (NoRoomForInterpreter, InterpreterElsewhere) as refused:
        return await _page(request, form.refused(refused), status=409)
    return redirect(
        request,
        "interpreters.ask",
        visit=visit.reference,
        flash=_("The interpreter has a code now. Tell it to them."),
    )


async def _page(
    request: web.Request, form: forms.Form[Interpreter], *, status: int = 200
) -> web.Response:
    visit, keyring = gate.subject(request, Visit), request.app[KEYRING]
    async with request.app[DATABASE].read() as session:
        held = await session.get_one(Prisoner, visit.prisoner_id)
        zone = ZoneInfo((await session.get_one(Site, visit.prison_id)).zone)
        there = [
            {
                "name": (await session.get_one(Visitor, one.visitor_id)).name,
                "code": visits.code_of(one, keyring=keyring) or "",
            }
            for one in await visits.participants(session, visit.id)
            if one.part is Part.INTERPRETER and one.visitor_id is not None
        ]
    return render(
        request,
        "visits/interpreter.html",
        status=status,
        form=form,
        visit=visit.reference,
        prisoner=held.name,
        span=Timespan(visit.starts_at, visit.ends_at),
        zone=zone,
        there=there,
    )


ROUTES = tuple(
    Route(
        method=method,
        path="/visits/{visit}/interpreter",
        page=page,
        allow=ADDERS,
        subject=subjects.visit,
    )
    for method, page in (("GET", ask), ("POST", add))
)
