"""Finding somebody from anywhere: prisoners, visitors and their visits to come.

What is looked for is posted and goes on sealed; ي and ی, ك and ک, and digits of any
writing are the same.
"""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import people
from visitation.lifecycle import VisitState
from visitation.people import Prisoner, Scope, Visitor
from visitation.places import Site
from visitation.visits import Visit
from visitation.visits.listed import Listed, listed
from visitation.visits.tables import Participant
from web import gate, paging
from web.keys import CLOCK, DATABASE
from web.pages.sites import PLANNERS
from web.render import render
from web.routing import Route

#: More than these are not looked through; a longer word finds fewer.
_MOST = 12
_AHEAD = frozenset({VisitState.REQUESTED, VisitState.BOOKED, VisitState.LIVE})


async def find(request: web.Request) -> web.Response:
    """Who and what has these words in name, number or phone, within reach."""
    form, looking = paging.looking(request)
    scope = gate.staff(request).scope
    prisoners: Sequence[Prisoner] = ()
    visitors: Sequence[Visitor] = ()
    visits: Sequence[Listed] = ()
    names: dict[int, str] = {}
    if looking.text:
        async with request.app[DATABASE].read() as session:
            prisoners = await people.find_prisoners(
                session, scope=scope, text=looking.text, limit=_MOST + 1
            )
            visitors = await people.find_visitors(
                session, scope=scope, text=looking.text, limit=_MOST + 1
            )
            names = await _prisons(session, prisoners)
            visits = await _visits(request, session, scope, prisoners, visitors)
    return render(
        request,
        "people/search.html",
        form=form,
        text=looking.text,
        prisoners=[
            {
                "id": one.id,
                "name": one.name,
                "number": one.number,
                "prison": names[one.site_id],
                "is_here": one.released_at is None,
            }
            for one in prisoners[:_MOST]
        ],
        visitors=visitors[:_MOST],
        visits=[(one, ZoneInfo(one.zone)) for one in visits[:_MOST]],
        more=max(len(prisoners), len(visitors), len(visits)) > _MOST,
    )


async def _prisons(
    session: AsyncSession, prisoners: Iterable[Prisoner]
) -> dict[int, str]:
    rows = await session.exec(
        select(Site.id, Site.name).where(
            col(Site.id).in_({one.site_id for one in prisoners})
        )
    )
    return dict(rows.all())


async def _visits(
    request: web.Request,
    session: AsyncSession,
    scope: Scope,
    prisoners: Iterable[Prisoner],
    visitors: Iterable[Visitor],
) -> Sequence[Listed]:
    """The visits to come of those who were found."""
    theirs = select(Participant.visit_id).where(
        col(Participant.visitor_id).in_([one.id for one in visitors])
    )
    mine = select(Visit.id).where(
        col(Visit.prisoner_id).in_([one.id for one in prisoners])
        | col(Visit.id).in_(theirs),
        col(Visit.ends_at) > request.app[CLOCK](),
        col(Visit.prison_id).in_(select(Site.id).where(scope.of_sites())),
        col(Visit.state).in_(_AHEAD),
    )
    nearest = mine.order_by(col(Visit.starts_at)).limit(_MOST + 1)
    return await listed(session, col(Visit.id).in_(nearest), shown=_AHEAD)


ROUTES = (Route(method="GET", path="/search", page=find, allow=PLANNERS),)
