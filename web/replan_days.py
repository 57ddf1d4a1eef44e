"""The days of prisons of which several visits lost their place, and where to re-plan.

Knows nothing of a single visit: what becomes of it is decided on its own page.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler.displaced import OF_PLACE
from visitation.lifecycle import VisitState
from visitation.places import Site
from visitation.visits import Visit
from visitation.visits.tables import Flag
from web import gate, present
from web.i18n import ngettext
from web.pages.sites import PLANNERS
from web.render import url

#: A single visit is decided by itself.
_SEVERAL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLink:
    """A prison's day, how much of it there is to re-plan, and where."""

    prison: str
    day: str
    count: str
    href: str


async def links(
    request: web.Request, session: AsyncSession, *which: ColumnElement[bool]
) -> list[DayLink]:
    """The days among some visits, the soonest first; none for who may not re-plan."""
    me = gate.staff(request)
    if me.role not in PLANNERS:
        return []
    found: Counter[tuple[date, int, str, str]] = Counter(
        (start.astimezone(ZoneInfo(zone)).date(), prison_id, name, zone)
        for prison_id, name, zone, start in await _displaced(
            session, me.scope.of_sites(), *which
        )
    )
    return [
        DayLink(
            prison=name,
            day=present.day(day, ZoneInfo(zone)),
            count=present.digits(ngettext("%(num)s visit", "%(num)s visits", count)),
            href=url(
                request,
                "replan.show_at_prison",
                query={"day": day.isoformat()},
                site=prison_id,
            ),
        )
        for (day, prison_id, name, zone), count in sorted(found.items())
        if count >= _SEVERAL
    ]


async def _displaced(
    session: AsyncSession, *which: ColumnElement[bool]
) -> list[tuple[int, str, str, datetime]]:
    lost = select(Flag.visit_id).where(
        col(Flag.reason).in_(OF_PLACE),
        col(Flag.gone_at).is_(None),
        col(Flag.kept_at).is_(None),
    )
    rows = await session.exec(
        select(Visit.prison_id, Site.name, Site.zone, Visit.starts_at)
        .join(Site, col(Site.id) == col(Visit.prison_id))
        .where(Visit.state == VisitState.BOOKED, col(Visit.id).in_(lost), *which)
    )
    return list(rows.all())
