"""What stands against a visit besides places and times: orders, appointments, hours.

Reads for `situation`, in one query about the prisoner and one about the official.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, literal
from sqlmodel import col, exists, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler.openings import Opening
from scheduler.proposals import Proposal
from visitation import people
from visitation.errors import NotFound
from visitation.lifecycle import OCCUPYING
from visitation.people import (
    Account,
    Contact,
    OfficialHours,
    Visitor,
)
from visitation.people.hours import spans_on
from visitation.places.mobile import stops_at
from visitation.places.tables import (
    MobileDay,
    MobileStop,
    ProvinceGrant,
    Site,
    Station,
)
from visitation.visits import Visit
from visitation.words import Role, SiteKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Restrictions:
    """What keeps a prisoner from a visit, and whether the province is admitted."""

    barred: bool
    away: bool
    kept_apart: bool
    province_admitted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """The two ends of a visit.

    Attributes:
        kiosk: None where the family uses its own phone.
        point: where the family sits: the village, while a mobile office stands there.
        stop: where the kiosk's mobile office stands for the whole time.
        kiosk_is_there: whether the kiosk can be used then, where it travels.
    """

    terminal: Station
    kiosk: Station | None = None
    office: Site | None = None
    point: Site | None = None
    stop: MobileStop | None = None
    kiosk_is_there: bool = True

    @property
    def sites(self) -> tuple[Site, ...]:
        """The places on the family's side that may be shut."""
        return tuple(site for site in (self.office, self.point) if site)


async def seats(session: AsyncSession, proposal: Proposal) -> Seats:
    """The terminal and the kiosk, and where the kiosk stands at the time.

    Raises:
        NotFound: if there is no such station.
    """
    wanted = {proposal.terminal_id, proposal.kiosk_id} - {None}
    rows = await session.exec(
        select(Station, Site)
        .join(Site, col(Site.id) == col(Station.site_id))
        .where(col(Station.id).in_(wanted))
    )
    found = {station.id: (station, site) for station, site in rows.all()}
    if proposal.terminal_id not in found:
        raise NotFound("terminal")
    terminal, _prison = found[proposal.terminal_id]
    if proposal.kiosk_id is None:
        return Seats(terminal=terminal)
    if proposal.kiosk_id not in found:
        raise NotFound("kiosk")
    kiosk, office = found[proposal.kiosk_id]
    if office.kind is not SiteKind.MOBILE_OFFICE:
        return Seats(terminal=terminal, kiosk=kiosk, office=office, point=office)
    stop = await stops_at(session, kiosk_id=kiosk.id, span=proposal.span)
    return Seats(
        terminal=terminal,
        kiosk=kiosk,
        office=office,
        point=await session.get_one(Site, stop.village_id) if stop else office,
        stop=stop,
        kiosk_is_there=stop is not None or not await _travels(session, office),
    )


async def point_of(session: AsyncSession, proposal: Proposal) -> int | None:
    """Where the family sits: the kiosk's place, or the village it stands in then."""
    if proposal.kiosk_id is None:
        return None
    kiosk = await session.get_one(Station, proposal.kiosk_id)
    office = await session.get_one(Site, kiosk.site_id)
    if office.kind is not SiteKind.MOBILE_OFFICE:
        return office.id
    stop = await stops_at(session, kiosk_id=kiosk.id, span=proposal.span)
    return stop.village_id if stop else office.id


async def _travels(session: AsyncSession, office: Site) -> bool:
    """Whether anybody plans a mobile office's days; it stands still until then."""
    rows = await session.exec(
        select(MobileDay.id).where(MobileDay.site_id == office.id).limit(1)
    )
    return rows.first() is not None


async def restrictions(
    session: AsyncSession,
    proposal: Proposal,
    opening: Opening,
    *,
    office: Site | None,
    but_visit: int | None,
) -> Restrictions:
    """What keeps the prisoner from the visit, in one query."""
    span, day = proposal.span, opening.day(proposal.span.start)
    rows = await session.exec(
        select(
            exists().where(
                people.barred(proposal.prisoner_id, proposal.visitor_ids, span)
            ),
            exists().where(people.clashing(proposal.prisoner_id, span)),
            exists().where(*_met(proposal, opening, day, but_visit)),
            _admitted(opening.site, office, day),
        )
    )
    barred, away, kept_apart, admitted = rows.one()
    return Restrictions(
        barred=barred and bool(proposal.visitor_ids),
        away=away,
        kept_apart=kept_apart,
        province_admitted=admitted,
    )


def _met(
    proposal: Proposal, opening: Opening, day: date, but_visit: int | None
) -> tuple[ColumnElement[bool], ...]:
    """The condition on `Visit` that keeps those of others at the prison that day."""
    whole = opening.span(day, day)
    return (
        col(Visit.prisoner_id).in_(people.others_of(proposal.prisoner_id)),
        col(Visit.prison_id) == proposal.prison_id,
        col(Visit.state).in_(OCCUPYING),
        col(Visit.starts_at) >= whole.start,
        col(Visit.starts_at) < whole.end,
        col(Visit.id) != (but_visit or 0),
    )


def _admitted(prison: Site, office: Site | None, day: date) -> ColumnElement[bool]:
    if office is None or office.province_id == prison.province_id:
        return literal(value=True)
    return exists().where(
        col(ProvinceGrant.prison_id) == prison.id,
        col(ProvinceGrant.province_id) == office.province_id,
        or_(col(ProvinceGrant.until).is_(None), col(ProvinceGrant.until) >= day),
    )


async def contacts(
    session: AsyncSession, proposal: Proposal
) -> Sequence[tuple[Contact, date | None]]:
    """The proposed visitors' links to the prisoner, each with the birthday."""
    rows = await session.exec(
        select(Contact, Visitor)
        .join(Visitor, col(Visitor.id) == col(Contact.visitor_id))
        .where(
            Contact.prisoner_id == proposal.prisoner_id,
            col(Contact.visitor_id).in_(proposal.visitor_ids),
        )
    )
    return [(contact, visitor.born_on) for contact, visitor in rows.all()]


def age(born_on: date, day: date) -> int:
    """How many years old somebody is on a day."""
    before = (day.month, day.day) < (born_on.month, born_on.day)
    return day.year - born_on.year - before


async def official(
    session: AsyncSession, proposal: Proposal, day: date
) -> tuple[bool, bool]:
    """Whether the official's account is in use, and whether they can be booked then.

    An official without hours on record can be booked at any time; one who covers the
    visit has given that time already.
    """
    if proposal.official_id is None:
        return True, True
    rows = await session.exec(
        select(Account, OfficialHours)
        .outerjoin(OfficialHours, col(OfficialHours.account_id) == col(Account.id))
        .where(Account.id == proposal.official_id)
    )
    found = rows.all()
    active = any(
        account.role is Role.OFFICIAL and account.disabled_at is None
        for account, _hours in found
    )
    given = [
        hours
        for _account, hours in found
        if hours is not None
        and hours.valid_from <= day
        and (hours.valid_to is None or day <= hours.valid_to)
    ]
    free = (
        not given
        or proposal.cover_id is not None
        or any(one.contains(proposal.span) for one in spans_on(given, day))
    )
    return active, free
