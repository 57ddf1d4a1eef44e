"""What became of requests not long ago, for whoever has to tell families of it."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.lifecycle import VisitState
from visitation.places import Site, Station
from visitation.visits import RankedWish, Visit
from visitation.visits.listed import Listed, listed
from visitation.words import Role
from web.principals import StaffPrincipal

#: How long staff see what became of a request.
_LATELY = timedelta(days=14)
_MOST = 30
#: Where a request may be; a family whose visit is over needs no more telling.
_TOLD = frozenset(
    {
        VisitState.REQUESTED,
        VisitState.BOOKED,
        VisitState.DECLINED,
        VisitState.EXPIRED,
        VisitState.CANCELLED,
    }
)


async def lately(
    session: AsyncSession, me: StaffPrincipal, *, now: datetime
) -> list[Listed]:
    """What was asked for within reach not long ago, the newest change first."""
    mine = select(Site.id).where(me.scope.of_sites())
    within: ColumnElement[bool] = col(Visit.prison_id).in_(mine)
    if me.role is Role.CLERK:
        kiosks = select(Station.id).where(col(Station.site_id).in_(mine))
        within = or_(col(Visit.point_id).in_(mine), col(Visit.kiosk_id).in_(kiosks))
    rows = await session.exec(
        select(Visit.id)
        .where(
            within,
            col(Visit.id).in_(select(RankedWish.visit_id)),
            col(Visit.state).in_(_TOLD),
            col(Visit.changed_at) >= now - _LATELY,
        )
        .order_by(col(Visit.changed_at).desc(), col(Visit.id).desc())
        .limit(_MOST)
    )
    order = {visit_id: place for place, visit_id in enumerate(rows.all())}
    found = await listed(session, col(Visit.id).in_(order), shown=_TOLD)
    return sorted(found, key=lambda visit: order[visit.id])
