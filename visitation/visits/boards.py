"""Which visits are on whose list: a prison's, a point's, a terminal's, an official's.

Each list takes a fixed number of queries however long it is. Knows nothing of who may
see what beyond the scope it is given.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import and_, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.lifecycle import VisitState
from visitation.people import Prisoner, Scope, Visitor, called
from visitation.places import Site, Station
from visitation.timespan import Timespan
from visitation.visits.listed import AHEAD, Listed, listed
from visitation.visits.tables import Participant, Visit
from visitation.words import Part, StationKind, VisitKind

#: How long after its end a visit may still be its terminal's next: no room stays
#: open longer, as `places.LIMITS` has it.
_LONGEST_GRACE = timedelta(hours=1)
_TO_COME = frozenset({VisitState.REQUESTED, VisitState.BOOKED, VisitState.LIVE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A terminal or a kiosk, and where it stands."""

    id: int
    name: str
    site_id: int
    site: str
    out_of_order: str | None


async def seats(
    session: AsyncSession, *, scope: Scope, kind: StationKind
) -> tuple[Seat, ...]:
    """Every seat of a kind inside a scope, by site and name."""
    rows = await session.exec(
        select(Station, Site)
        .join(Site, col(Site.id) == col(Station.site_id))
        .where(scope.of_sites(), Station.kind == kind, col(Site.closed_at).is_(None))
        .order_by(col(Site.name), col(Site.id), col(Station.name))
    )
    return tuple(
        Seat(
            id=station.id,
            name=station.name,
            site_id=site.id,
            site=site.name,
            out_of_order=station.out_of_order,
        )
        for station, site in rows.all()
    )


async def at_prisons(
    session: AsyncSession, *, scope: Scope, day: Timespan
) -> tuple[Listed, ...]:
    """The visits that touch a span at the prisons of a scope."""
    return await listed(session, _inside(Visit.prison_id, scope), _touches(day))


async def at_points(
    session: AsyncSession, *, scope: Scope, day: Timespan
) -> tuple[Listed, ...]:
    """The visits that touch a span at the service points of a scope."""
    return await listed(session, _at_point(scope), _touches(day))


async def of_visit(
    session: AsyncSession, *, scope: Scope, visit_id: int
) -> Listed | None:
    """One visit whose prison or service point is inside a scope."""
    inside = or_(_inside(Visit.prison_id, scope), _at_point(scope))
    found = await listed(session, inside, col(Visit.id) == visit_id)
    return next(iter(found), None)


async def named(
    session: AsyncSession, *, scope: Scope, text: str, within: Timespan
) -> tuple[Listed, ...]:
    """Visits at the points of a scope whose prisoner or visitor is called so."""
    visits_of = (
        select(Participant.visit_id)
        .join(Visitor, col(Visitor.id) == col(Participant.visitor_id))
        .where(called.named(Visitor.name_folded, text))
    )
    return await listed(
        session,
        _at_point(scope),
        _begins_in(within),
        or_(
            called.named(Prisoner.name_folded, text),
            col(Visit.id).in_(visits_of),
        ),
    )


async def to_come(
    session: AsyncSession, *, scope: Scope, text: str, now: datetime, limit: int
) -> tuple[Listed, ...]:
    """The next visits of a scope for whoever has the text in name, number or phone."""
    visitors = select(Visitor.id).where(called.visitor(text))
    theirs = select(Participant.visit_id).where(
        col(Participant.visitor_id).in_(visitors)
    )
    prisoners = select(Prisoner.id).where(called.prisoner(text))
    nearest = (
        select(Visit.id)
        .where(
            or_(_inside(Visit.prison_id, scope), _at_point(scope)),
            or_(col(Visit.prisoner_id).in_(prisoners), col(Visit.id).in_(theirs)),
            col(Visit.ends_at) > now,
            col(Visit.state).in_(_TO_COME),
        )
        .order_by(col(Visit.starts_at))
        .limit(limit)
    )
    return await listed(session, col(Visit.id).in_(nearest), shown=_TO_COME)


async def unclosed(session: AsyncSession, *, scope: Scope) -> tuple[Listed, ...]:
    """The visits of a scope's prisons that nobody closed, the oldest first."""
    return await listed(
        session,
        _inside(Visit.prison_id, scope),
        shown=frozenset({VisitState.UNCLOSED}),
    )


async def missed(
    session: AsyncSession, *, scope: Scope, within: Timespan
) -> tuple[Listed, ...]:
    """The visits of a scope's prisons that did not take place in a span."""
    return await listed(
        session,
        _inside(Visit.prison_id, scope),
        _begins_in(within),
        shown=frozenset({VisitState.MISSED}),
    )


async def to_attend(
    session: AsyncSession,
    *,
    account_id: int,
    scope: Scope,
    within: Timespan,
    today: Timespan,
) -> tuple[Listed, ...]:
    """What an official attends in a span, and today's meetings they may stand in for.

    A meeting with an official inside the scope is on everybody's list of that day.
    """
    taking_part = select(Participant.visit_id).where(
        Participant.account_id == account_id,
        col(Participant.part).in_((Part.OFFICIAL, Part.COMPANION)),
    )
    own = or_(col(Visit.official_id) == account_id, col(Visit.id).in_(taking_part))
    open_to_all = and_(
        col(Visit.kind) == VisitKind.OFFICIAL,
        _inside(Visit.prison_id, scope),
        _touches(today),
    )
    return await listed(session, _touches(within), or_(own, open_to_all))


async def at_terminal(
    session: AsyncSession, *, station_id: int, day: Timespan
) -> tuple[Listed, ...]:
    """What is still to come at a terminal before the end of a span.

    The span starts now; a visit whose room may still be open is not over yet.
    """
    return await listed(
        session,
        col(Visit.terminal_id) == station_id,
        col(Visit.ends_at) > day.start - _LONGEST_GRACE,
        col(Visit.starts_at) < day.end,
        shown=AHEAD,
    )


async def at_kiosk(
    session: AsyncSession, *, station_id: int, day: Timespan
) -> tuple[Listed, ...]:
    """The visits that touch a span at a kiosk."""
    return await listed(session, col(Visit.kiosk_id) == station_id, _touches(day))


def _inside(column: Any, scope: Scope) -> ColumnElement[bool]:
    return col(column).in_(select(Site.id).where(scope.of_sites()))


def _at_point(scope: Scope) -> ColumnElement[bool]:
    """At a service point of the scope, or at a kiosk that one took to a village."""
    own = select(Station.id).join(Site, col(Site.id) == col(Station.site_id))
    return or_(
        _inside(Visit.point_id, scope),
        col(Visit.kiosk_id).in_(own.where(scope.of_sites())),
    )


def _touches(span: Timespan) -> ColumnElement[bool]:
    return and_(col(Visit.starts_at) < span.end, col(Visit.ends_at) > span.start)


def _begins_in(span: Timespan) -> ColumnElement[bool]:
    return and_(col(Visit.starts_at) >= span.start, col(Visit.starts_at) < span.end)
