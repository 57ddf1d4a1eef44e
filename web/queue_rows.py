"""Families in line in words, as a list shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.people import Prisoner, Visitor
from visitation.places import Site
from visitation.waiting import Offer, Waiting
from visitation.words import OfferState, WaitingState
from web import line_words, present
from web.i18n import _


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What a line says by number only, by number; until when offers stand, by entry."""

    prisoners: Mapping[int, str]
    visitors: Mapping[int, str]
    points: Mapping[int, str]
    until: Mapping[int, datetime]


async def rows(session: AsyncSession, line: list[Waiting], zone: ZoneInfo) -> list[Row]:
    """The families of a line, as a list shows them."""
    known = await _known(session, line)
    return [_row(one, known, zone) for one in line]


async def _known(session: AsyncSession, line: list[Waiting]) -> _Known:
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
    return _Known(
        prisoners=dict(prisoners.all()),
        visitors=dict(visitors.all()),
        points=dict(sites.all()),
        until=dict(made.all()),
    )


def _row(one: Waiting, known: _Known, zone: ZoneInfo) -> Row:
    entry, points = one.entry, known.points
    return Row(
        reference=entry.reference,
        place=present.digits(one.place),
        prisoner=known.prisoners[entry.prisoner_id],
        visitors=[known.visitors[who] for who in one.visitor_ids],
        waits=line_words.waits(one.waited_days, met=one.met_at is not None),
        where=[points[point] for point in entry.points if point in points]
        + ([_("Own phone")] if entry.own_phone else []),
        days=_(
            "%(start)s to %(end)s",
            start=present.day(entry.first_day, zone, weekday=False),
            end=present.day(entry.last_day, zone, weekday=False),
        ),
        note=entry.note,
        state=entry.state,
        until=known.until.get(entry.id),
    )
