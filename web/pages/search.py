"""Finding somebody from anywhere: prisoners, visitors and their visits to come.

What is looked for is posted and goes on sealed; ي and ی, ك and ک, and digits of any
writing are the same. Six digits are a visit's join code too.
"""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation import people
from visitation.people import Prisoner, Visitor
from visitation.places import Site
from visitation.visits import NoSuchCode, boards, find_by_code
from visitation.visits.listed import Listed
from visitation.words import Role
from web import gate, paging, point_board
from web.keys import CLOCK, DATABASE, KEYRING
from web.pages.sites import PLANNERS
from web.principals import StaffPrincipal
from web.render import render
from web.routing import Route

#: Whoever looks after a visit finds it; whoever plans finds its people as well.
FINDERS = PLANNERS | {Role.WARDEN, Role.CLERK}
#: More than these are not looked through; a longer word finds fewer.
_MOST = 12


async def find(request: web.Request) -> web.Response:
    """Who and what has these words in name, number or phone, within reach."""
    form, looking = paging.looking(request)
    me = gate.staff(request)
    prisoners: Sequence[Prisoner] = ()
    visitors: Sequence[Visitor] = ()
    visits: Sequence[Listed] = ()
    names: dict[int, str] = {}
    if looking.text:
        async with request.app[DATABASE].read() as session:
            if me.role in PLANNERS:
                prisoners = await people.find_prisoners(
                    session, scope=me.scope, text=looking.text, limit=_MOST + 1
                )
                visitors = await people.find_visitors(
                    session, scope=me.scope, text=looking.text, limit=_MOST + 1
                )
                names = await _prisons(session, prisoners)
            visits = await _visits(request, session, me, looking.text)
    return render(
        request,
        "people/search.html",
        form=form,
        text=looking.text,
        plans=me.role in PLANNERS,
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
    request: web.Request, session: AsyncSession, me: StaffPrincipal, text: str
) -> tuple[Listed, ...]:
    """The visit that the text opens as a code, and then those of whoever it names."""
    opened = await _opened(request, session, me, point_board.code_in(text))
    theirs = await boards.to_come(
        session,
        scope=me.scope,
        text=text,
        now=request.app[CLOCK](),
        limit=_MOST + 1,
    )
    return (*opened, *(one for one in theirs if one not in opened))


async def _opened(
    request: web.Request, session: AsyncSession, me: StaffPrincipal, code: str
) -> tuple[Listed, ...]:
    if not code:
        return ()
    try:
        person = await find_by_code(session, code, keyring=request.app[KEYRING])
    except NoSuchCode:
        return ()
    one = await boards.of_visit(session, scope=me.scope, visit_id=person.visit_id)
    return (one,) if one else ()


ROUTES = (Route(method="GET", path="/search", page=find, allow=FINDERS),)
