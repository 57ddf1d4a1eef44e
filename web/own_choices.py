"""What a family may choose from on a phone of its own: whom, who comes, and where to.

Who may come along are the phone's own visitors, and whoever was in a visit with one of
them before: nobody learns from here who else is linked to a prisoner. A lawyer's visit
is confidential, and is no family's to book. Reads only.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import choosing, facts, own_times, times
from scheduler.ranked import Place
from visitation import people, places
from visitation.errors import NotFound
from visitation.lifecycle import VisitState
from visitation.people import Contact, Prisoner, Standing, Visitor
from visitation.places import Policy, Site, Station
from visitation.places.tables import ProvinceGrant
from visitation.visits import Participant, Visit
from visitation.words import BY_PROFESSION, SERVICE_POINTS
from web import forms
from web.booking_choices import OWN_PHONE
from web.booking_form import Seat
from web.i18n import N_, _
from web.labels import label
from web.picks import NearDay, Pick
from web.principals import VisitorPrincipal

Option = tuple[str, str] | tuple[str, str, str]
_TOGETHER = frozenset({VisitState.BOOKED, VisitState.LIVE, VisitState.COMPLETED})


class OtherDay(forms.Fields):
    """Which month or day is looked at."""

    month: NearDay | None = None
    day: NearDay | None = None


class Party(OtherDay):
    """Who comes, and where they sit; and the day that is looked at."""

    visitors: list[Pick] = Field(
        default=[], title=N_("Who comes"), min_length=1, validate_default=True
    )
    place: Seat = Field(title=N_("Where you sit"))

    @property
    def query(self) -> list[tuple[str, str]]:
        """The party as the part of an address."""
        chosen = [("visitors", str(one)) for one in self.visitors]
        return [*chosen, ("place", self.place)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A prisoner whom the phone's visitors may visit, by one of their contacts."""

    contact_id: int
    prisoner: str
    prison: str
    relation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A prisoner, and what there is to choose for a visit.

    Attributes:
        visitors: who may come, the phone's own first.
        points: where the family may sit.
        usual: where it sat the last time, if it may again; else its own phone.
        standing: whether the contact allows a visit now.
    """

    contact_id: int
    prisoner: Prisoner
    prison: Site
    policy: Policy
    visitors: tuple[Option, ...]
    points: tuple[Option, ...]
    usual: str
    standing: Standing
    released: bool

    @property
    def zone(self) -> ZoneInfo:
        """The prison's wall clock."""
        return ZoneInfo(self.prison.zone)

    def party(self, typed: Party) -> times.Party:
        """Who would come to whom, and where.

        Raises:
            NotFound: if somebody or some place was not offered.
        """
        if not {str(one) for one in typed.visitors} <= {o[0] for o in self.visitors}:
            raise NotFound("visitor")
        if typed.place not in {one[0] for one in self.points}:
            raise NotFound("point")
        return times.Party(
            prison_id=self.prison.id,
            prisoner_id=self.prisoner.id,
            visitor_ids=frozenset(typed.visitors),
            point_id=None if typed.place == OWN_PHONE else int(typed.place),
        )


async def links(
    session: AsyncSession, me: VisitorPrincipal, *, now: datetime
) -> list[Link]:
    """Whom the phone's visitors may ask to visit, each prisoner once."""
    rows = await session.exec(
        select(Contact, Prisoner, Site)
        .join(Prisoner, col(Prisoner.id) == col(Contact.prisoner_id))
        .join(Site, col(Site.id) == col(Prisoner.site_id))
        .where(
            col(Contact.visitor_id).in_(me.visitor_ids),
            col(Contact.relation).not_in(BY_PROFESSION),
        )
        .order_by(col(Prisoner.name_folded), col(Contact.id))
    )
    found: dict[int, Link] = {}
    for contact, prisoner, prison in rows.all():
        if people.standing(contact, now) is not Standing.APPROVED:
            continue
        one = Link(
            contact_id=contact.id,
            prisoner=prisoner.name,
            prison=prison.name,
            relation=label(contact.relation),
        )
        found.setdefault(prisoner.id, one)
    return list(found.values())


async def is_lawyer(session: AsyncSession, me: VisitorPrincipal) -> bool:
    """Whether one of the phone's visitors is somebody's lawyer."""
    rows = await session.exec(
        select(Contact.id).where(
            col(Contact.visitor_id).in_(me.visitor_ids),
            col(Contact.relation).in_(BY_PROFESSION),
        )
    )
    return rows.first() is not None


async def known(
    session: AsyncSession, contact: Contact, me: VisitorPrincipal, *, now: datetime
) -> Known:
    """The prisoner of a contact of one of the phone's visitors."""
    prisoner = await session.get_one(Prisoner, contact.prisoner_id)
    prison = await session.get_one(Site, prisoner.site_id)
    released = prisoner.released_at is not None and prisoner.released_at <= now
    offered = await points(session, prison, now=now)
    sat = await _sat(session, prisoner.id, me)
    return Known(
        contact_id=contact.id,
        prisoner=prisoner,
        prison=prison,
        policy=await places.policy_of(session, prison.id),
        visitors=await _visitors(session, prisoner.id, me, now),
        points=offered,
        usual=sat if sat in {one[0] for one in offered} else OWN_PHONE,
        standing=people.standing(contact, now),
        released=released,
    )


async def _visitors(
    session: AsyncSession, prisoner_id: int, me: VisitorPrincipal, now: datetime
) -> tuple[Option, ...]:
    mine = select(Participant.visit_id).where(
        col(Participant.visitor_id).in_(me.visitor_ids)
    )
    together = (
        select(Participant.visitor_id)
        .join(Visit, col(Visit.id) == col(Participant.visit_id))
        .where(
            Visit.prisoner_id == prisoner_id,
            col(Visit.state).in_(_TOGETHER),
            col(Visit.id).in_(mine),
            col(Participant.visitor_id).is_not(None),
        )
    )
    rows = await session.exec(
        select(Contact, Visitor)
        .join(Visitor, col(Visitor.id) == col(Contact.visitor_id))
        .where(
            Contact.prisoner_id == prisoner_id,
            col(Contact.relation).not_in(BY_PROFESSION),
            or_(
                col(Contact.visitor_id).in_(me.visitor_ids),
                col(Contact.visitor_id).in_(together),
            ),
        )
        .order_by(
            col(Contact.visitor_id).not_in(me.visitor_ids),
            col(Visitor.name_folded),
            col(Contact.id),
        )
    )
    return tuple(
        (str(who.id), who.name, label(contact.relation))
        for contact, who in rows.all()
        if people.standing(contact, now) is Standing.APPROVED
    )


async def _sat(session: AsyncSession, prisoner_id: int, me: VisitorPrincipal) -> str:
    rows = await session.exec(
        select(Visit.point_id)
        .join(Participant, col(Participant.visit_id) == col(Visit.id))
        .where(
            Visit.prisoner_id == prisoner_id,
            col(Visit.state).in_(_TOGETHER),
            col(Participant.visitor_id).in_(me.visitor_ids),
        )
        .order_by(col(Visit.starts_at).desc())
        .limit(1)
    )
    return str(rows.first() or OWN_PHONE)


async def points(
    session: AsyncSession, prison: Site, *, now: datetime
) -> tuple[Option, ...]:
    """Where a family may sit: on its own phone, or at a point that the prison takes."""
    granted = select(ProvinceGrant.province_id).where(
        ProvinceGrant.prison_id == prison.id,
        or_(
            col(ProvinceGrant.until).is_(None),
            col(ProvinceGrant.until) >= now.date(),
        ),
    )
    rows = await session.exec(
        select(Site)
        .where(
            or_(
                col(Site.province_id) == prison.province_id,
                col(Site.province_id).in_(granted),
            ),
            col(Site.kind).in_(SERVICE_POINTS),
            col(Site.closed_at).is_(None),
        )
        .order_by(
            col(Site.province_id) != prison.province_id, col(Site.name), col(Site.id)
        )
    )
    own = (OWN_PHONE, _("On my own phone or computer"))
    return (
        own,
        *(
            (str(one.id), one.name, one.address)
            if one.address
            else (str(one.id), one.name)
            for one in rows.all()
        ),
    )


async def held(
    session: AsyncSession, who: Known, me: VisitorPrincipal, *, now: datetime
) -> Visit | None:
    """What a phone holds for the same prisoner; it would be given back."""
    found = await choosing.kept(session, by=me.actor, now=now)
    return found if found and found.prisoner_id == who.prisoner.id else None


async def seat(session: AsyncSession, party: times.Party, place: Place) -> int | None:
    """The kiosk of a time, if it stands where the party would sit.

    Raises:
        NotFound: if it stands elsewhere.
    """
    kiosk = await session.get(Station, place.kiosk_id) if place.kiosk_id else None
    if (kiosk is None) != (party.point_id is None):
        raise NotFound("kiosk")
    if kiosk is None:
        return None
    time = times.Time(day=place.span.start.date(), place=place)
    asked = own_times.proposal(party, time)
    there = {kiosk.site_id, await facts.point_of(session, asked)}
    if party.point_id not in there:
        raise NotFound("kiosk")
    return kiosk.id
