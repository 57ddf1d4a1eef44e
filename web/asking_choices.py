"""What there is to choose from when a family asks for a visit, and in what words.

A clerk asks for families that come to the clerk's own points; those who plan, for any
of the prison's province and for the family's own phone. Reads; never writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, facts, times
from scheduler.proposals import Proposal
from scheduler.ranked import Place
from scheduler.times import Party, Time
from visitation import people, persian, places
from visitation.errors import NotFound
from visitation.people import Prisoner, Standing
from visitation.places import Policy, Site, Station
from visitation.words import SERVICE_POINTS, Asker, Role, VisitKind
from web import asking_form, present, prison_reach
from web.asking_form import Whom, Wishes
from web.booking_choices import OWN_PHONE
from web.i18n import N_, _
from web.labels import label
from web.principals import StaffPrincipal

#: How many days with free times a page shows.
DAYS = 6
_WEEK = timedelta(days=7)
RANKS = (N_("First choice"), N_("Second choice"), N_("Third choice"))
Option = tuple[str, str] | tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A prisoner whom a family would visit, and what there is to choose.

    Attributes:
        visitors: the approved contacts.
        points: where the family may sit.
        asker: whose notice and horizon hold.
    """

    prisoner: Prisoner
    prison: Site
    policy: Policy
    visitors: tuple[Option, ...]
    points: tuple[Option, ...]
    asker: Asker

    @property
    def zone(self) -> ZoneInfo:
        """The prison's wall clock."""
        return ZoneInfo(self.prison.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Some days with free times, and where the next ones begin."""

    days: dict[date, list[Time]]
    later: date | None


async def known(
    session: AsyncSession, me: StaffPrincipal, whom: Whom, *, now: datetime
) -> Known | None:
    """The prisoner of a number in a prison within reach; None if there is none."""
    prisons = {one.id: one for one in await prison_reach.asked_for(session, me)}
    if whom.prison not in prisons:
        return None
    rows = await session.exec(
        select(Prisoner).where(
            Prisoner.site_id == whom.prison,
            Prisoner.number == persian.to_ascii_digits(whom.number),
        )
    )
    found = rows.first()
    if found is None or (found.released_at is not None and found.released_at <= now):
        return None
    prison = prisons[whom.prison]
    contacts = await people.contacts_of(session, found.id)
    return Known(
        prisoner=found,
        prison=prison,
        policy=await places.policy_of(session, prison.id),
        visitors=tuple(
            (str(who.id), f"{present.isolated(who.name)} – {label(contact.relation)}")
            for contact, who in contacts
            if people.standing(contact, now) is Standing.APPROVED
        ),
        points=await _points(session, me, prison),
        asker=Asker.FAMILY if me.role is Role.CLERK else Asker.STAFF,
    )


async def _points(
    session: AsyncSession, me: StaffPrincipal, prison: Site
) -> tuple[Option, ...]:
    within = col(Site.province_id) == prison.province_id
    if me.role is Role.CLERK:
        within = me.scope.of_sites()
    rows = await session.exec(
        select(Site)
        .where(
            within, col(Site.kind).in_(SERVICE_POINTS), col(Site.closed_at).is_(None)
        )
        .order_by(col(Site.name), col(Site.id))
    )
    found = [(str(one.id), one.name) for one in rows.all()]
    if me.role is not Role.CLERK:
        found.append((OWN_PHONE, _("Their own phone or computer")))
    return tuple(found)


def party(who: Known, typed: asking_form.Party) -> Party:
    """Who would come to whom, and where.

    Raises:
        NotFound: if somebody or some place was not offered.
    """
    offered = {one[0] for one in who.visitors}
    if not {str(one) for one in typed.visitors} <= offered:
        raise NotFound("visitor")
    if typed.place not in {one[0] for one in who.points}:
        raise NotFound("point")
    return Party(
        prison_id=who.prison.id,
        prisoner_id=who.prisoner.id,
        visitor_ids=frozenset(typed.visitors),
        point_id=None if typed.place == OWN_PHONE else int(typed.place),
    )


def wish(who: Known, typed: Wishes) -> booking.Wish:
    """What would be booked at the best of the times."""
    best = typed.ranked[0]
    return booking.Wish(
        prison_id=who.prison.id,
        terminal_id=best.terminal_id,
        span=best.span,
        kind=VisitKind.FAMILY,
        prisoner_id=who.prisoner.id,
        visitor_ids=typed.visitors,
        kiosk_id=best.kiosk_id,
        asked_by=who.asker,
        note=typed.note,
    )


async def days(
    session: AsyncSession, who: Known, one: Party, *, since: date | None, now: datetime
) -> Days:
    """The next days that have free times, a few at once."""
    first, last = times.reach(
        now, who.policy.notice(who.asker), who.policy.horizon(who.asker)
    )
    begin, found = max(first, since or first), dict[date, list[Time]]()
    while begin <= last and len(found) <= DAYS:
        end = min(begin + _WEEK - timedelta(days=1), last)
        free = await times.free(
            session, one, asker=who.asker, first=begin, last=end, now=now
        )
        found |= times.by_day(free)
        begin = end + timedelta(days=1)
    shown = dict(list(found.items())[:DAYS])
    return Days(days=shown, later=next((d for d in found if d not in shown), None))


async def of_day(
    session: AsyncSession, who: Known, one: Party, day: date, *, now: datetime
) -> Sequence[Time]:
    """The free times of one day."""
    return await times.free(session, one, asker=who.asker, first=day, last=day, now=now)


async def proposal(
    session: AsyncSession, who: Known, one: Party, place: Place
) -> Proposal:
    """What would be booked at a time.

    Raises:
        NotFound: if the kiosk is not at the place the family would come to.
    """
    found = Proposal(
        prison_id=one.prison_id,
        terminal_id=place.terminal_id,
        span=place.span,
        kind=VisitKind.FAMILY,
        prisoner_id=one.prisoner_id,
        visitor_ids=one.visitor_ids,
        kiosk_id=place.kiosk_id,
        asked_by=who.asker,
    )
    kiosk = await session.get(Station, place.kiosk_id) if place.kiosk_id else None
    if (kiosk is None) != (one.point_id is None):
        raise NotFound("kiosk")
    if kiosk is not None:
        there = {kiosk.site_id, await facts.point_of(session, found)}
        if one.point_id not in there:
            raise NotFound("kiosk")
    return found
