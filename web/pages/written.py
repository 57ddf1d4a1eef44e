"""What people wrote to each other in a visit, for staff who may read its history."""

from zoneinfo import ZoneInfo

from aiohttp import web
from sqlmodel import col

from visitation import calls
from visitation.calls.chat import Written
from visitation.calls.words import Phrase
from visitation.lifecycle import VisitState
from visitation.visits import Visit
from visitation.visits.listed import listed
from visitation.words import Role
from web import gate, present, subjects
from web.keys import DATABASE
from web.labels import label
from web.render import render
from web.routing import Door, Route

READERS: frozenset[Role | Door] = frozenset(
    {Role.WARDEN, Role.ADMINISTRATOR, Role.AUDITOR}
)


async def show(request: web.Request) -> web.Response:
    """Every line with its time and who wrote it, the oldest first."""
    visit = gate.subject(request, Visit)
    async with request.app[DATABASE].read() as session:
        lines = await calls.chat.of(session, visit_id=visit.id)
        [shown] = await listed(
            session, col(Visit.id) == visit.id, shown=frozenset(VisitState)
        )
    names = {one.reference: one.name for one in shown.attendees}
    zone = ZoneInfo(shown.zone)
    return render(
        request,
        "visits/written.html",
        visit=visit.reference,
        prisoner=shown.prisoner,
        span=shown.span,
        zone=zone,
        lines=[
            {
                "at": present.clock(line.at, zone),
                "name": names.get(line.participant, ""),
                "part": label(line.part),
                "text": _text(line),
            }
            for line in lines
        ],
    )


def _text(line: Written) -> str:
    return label(Phrase(line.code)) if line.code in set(Phrase) else line.text


ROUTES = (
    Route(
        method="GET",
        path="/visits/{visit}/written",
        page=show,
        allow=READERS,
        subject=subjects.visit,
    ),
)
