"""Families in line in words, and the prisons whose lists somebody works with."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.people import Prisoner, Visitor
from visitation.places import Site
from visitation.waiting import Offer, Waiting
from visitation.words import OfferState, Role, SiteKind, WaitingState
from web import line_words, present
from web.i18n import _
from web.principals import StaffPrincipal


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A family in line, as the list shows it."""

    reference: str
    place: str
    prisoner: str
    visitors: list[str]
    waits: str
    where: list[str]
    days: str
    note: str
    state: WaitingState
    until: datetime | None


async def rows(session: AsyncSession, line: list[Waiting], zone: ZoneInfo) -> list[Row]:
    """The families of a line, as a list shows them."""
    prisoners = await session.exec(
        select(Prisoner.id, Prisoner.name).where(
            col(Prisoner.id).in_({one.entry.prisoner_id for one in line})
        )
    )
    visitors = await session.exec(
        select(Visitor.id, Visitor.name).where(
            col(Visitor.id).in_({who for one in line for who in one.visitor_ids})
        )
    )
    sites = await session.exec(
        select(Site.id, Site.name).where(
            col(Site.id).in_({point for one in line for point in one.entry.points})
        )
    )
    made = await session.exec(
        select(Offer.entry_id, Offer.expires_at).where(
            Offer.state == OfferState.OPEN,
            col(Offer.entry_id).in_([one.entry.id for one in line]),
        )
    )
    known, names = dict(prisoners.all()), dict(visitors.all())
    points, until = dict(sites.all()), dict(made.all())
    return [
        Row(
            reference=one.entry.reference,
            place=present.digits(one.place),
            prisoner=known[one.entry.prisoner_id],
            visitors=[names[who] for who in one.visitor_ids],
            waits=line_words.waits(one.waited_days, met=one.met_at is not None),
            where=[points[p] for p in one.entry.points if p in points]
            + ([_("Own phone")] if one.entry.own_phone else []),
            days=_(
                "%(start)s to %(end)s",
                start=present.day(one.entry.first_day, zone, weekday=False),
                end=present.day(one.entry.last_day, zone, weekday=False),
            ),
            note=one.entry.note,
            state=one.entry.state,
            until=until.get(one.entry.id),
        )
        for one in line
    ]


async def prisons(session: AsyncSession, me: StaffPrincipal) -> list[Site]:
    """The prisons within reach; for a clerk, those of the provinces of its points."""
    within = me.scope.of_sites()
    if me.role is Role.CLERK:
        provinces = select(Site.province_id).where(within)
        within = col(Site.province_id).in_(provinces)
    rows = await session.exec(
        select(Site)
        .where(within, Site.kind == SiteKind.PRISON, col(Site.closed_at).is_(None))
        .order_by(col(Site.name), col(Site.id))
    )
    return list(rows.all())
