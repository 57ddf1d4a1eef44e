"""Visits that are still to come, for the pages that change what they stand on.

Lists them and changes none; what becomes of them is decided elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.people import Scope
from visitation.places import DEFAULT_ZONE, Site, Station
from visitation.timespan import Timespan
from visitation.visits import Participant, Visit
from visitation.visits.listed import AHEAD, Listed, listed
from visitation.words import Part
from web import present
from web.i18n import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A visit to come, as a line of a list; `official` says so if one is wanted."""

    reference: str
    when: str
    prisoner: str
    visitors: tuple[str, ...]
    official: str


async def at_station(
    session: AsyncSession, station_id: int, *, now: datetime
) -> list[Ahead]:
    """What is still booked at a terminal or kiosk."""
    seat = or_(col(Visit.terminal_id) == station_id, col(Visit.kiosk_id) == station_id)
    return await _ahead(session, now, seat)


async def of_prisoner(
    session: AsyncSession, prisoner_id: int, *, now: datetime
) -> list[Ahead]:
    """What is still booked for a prisoner."""
    return await _ahead(session, now, col(Visit.prisoner_id) == prisoner_id)


async def of_contact(
    session: AsyncSession, prisoner_id: int, visitor_id: int, *, now: datetime
) -> list[Ahead]:
    """What a visitor is still booked for with a prisoner."""
    coming = select(Participant.visit_id).where(Participant.visitor_id == visitor_id)
    own = col(Visit.prisoner_id) == prisoner_id
    return await _ahead(session, now, own, col(Visit.id).in_(coming))


async def on_day(
    session: AsyncSession,
    day: date,
    *,
    scope: Scope,
    province_id: int | None,
    now: datetime,
) -> list[Ahead]:
    """What is still booked on a day at the prisons of a province, or at all of them."""
    begin = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(DEFAULT_ZONE))
    prisons = select(Site.id).where(scope.of_sites())
    if province_id is not None:
        prisons = prisons.where(Site.province_id == province_id)
    return await _ahead(
        session,
        now,
        col(Visit.prison_id).in_(prisons),
        col(Visit.starts_at) >= begin,
        col(Visit.starts_at) < begin + timedelta(days=1),
    )


async def on_mobile_day(
    session: AsyncSession, office_id: int, span: Timespan, *, now: datetime
) -> list[Ahead]:
    """What is still booked at a mobile office's kiosks in a span."""
    kiosks = select(Station.id).where(Station.site_id == office_id)
    return await _ahead(
        session,
        now,
        col(Visit.kiosk_id).in_(kiosks),
        col(Visit.starts_at) >= span.start,
        col(Visit.starts_at) < span.end,
    )


async def of_references(
    session: AsyncSession, references: Sequence[str], *, now: datetime
) -> list[Ahead]:
    """The visits of these references that are still to come."""
    return await _ahead(session, now, col(Visit.reference).in_(references))


async def _ahead(
    session: AsyncSession, now: datetime, *conditions: ColumnElement[bool]
) -> list[Ahead]:
    found = await listed(session, col(Visit.ends_at) > now, *conditions, shown=AHEAD)
    return [_line(visit) for visit in found]


def _line(visit: Listed) -> Ahead:
    return Ahead(
        reference=visit.reference,
        when=present.span(visit.span, ZoneInfo(visit.zone)),
        prisoner=visit.prisoner,
        visitors=tuple(one.name for one in visit.of(Part.VISITOR)),
        official=_("Wanted") if visit.official_wanted else visit.official,
    )
