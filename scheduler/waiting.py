"""What time does to the waiting list: freed slots are offered, offers and wishes lapse.

Each sweep may run late, twice, or on several nodes at once: what is offered is held by
claims, and every entry and offer moves by one conditional UPDATE.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import each, freed, objections, offers, possible
from scheduler.freed import Freed
from scheduler.means import Means
from scheduler.possible import Place, Supply
from scheduler.verdict import Refused
from visitation import waiting
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.lifecycle import VisitState
from visitation.places import Site
from visitation.visits import Overtaken, Visit
from visitation.waiting import NotWaiting, Offer, Waiting, WaitingEntry
from visitation.words import OfferState, WaitingState

BATCH = 200
#: How many families are looked at for one slot in one run.
ASKED = 20
_OVERTAKEN = (NotWaiting, Overtaken)


async def offer_freed(database: Database, *, now: datetime, means: Means) -> int:
    """Offer each slot that came free to the first in line who can use it.

    Slots that nobody takes stay what they are; those behind them have their turn.
    """
    after, made = now + 2 * offers.SOONEST, 0
    last: Freed | None = None
    while True:
        async with database.read() as session:
            free = await freed.slots(
                session, now=now, after=after, limit=BATCH, beyond=last
            )
        for prison_id in sorted({one.prison_id for one in free}):
            here = [one for one in free if one.prison_id == prison_id]
            made += await _offer_each(database, prison_id, here, now=now, means=means)
        if len(free) < BATCH:
            return made
        last = free[-1]


async def _offer_each(
    database: Database,
    prison_id: int,
    here: Sequence[Freed],
    *,
    now: datetime,
    means: Means,
) -> int:
    async with database.read() as session:
        line = await waiting.line(session, prison_id, now=now)
        known = await _supply(session, prison_id, line, here, now)
        asked = await _asked(session, prison_id, now)
    made = 0
    for one in here:
        for who, place in _takers(one, line, known, asked)[:ASKED]:
            if await _offered(database, one, who, place, now=now, means=means):
                asked |= {(who.entry.id, free) for free in _starts(here)}
                made += 1
                break
    return made


async def lapse_offers(database: Database, *, now: datetime, means: Means) -> int:
    """Put families back in line whose offer ran out, or lost its slot."""
    async with database.read() as session:
        rows = await session.exec(
            select(Offer.id)
            .join(Visit, col(Visit.id) == col(Offer.visit_id))
            .where(Offer.state == OfferState.OPEN, Visit.state != VisitState.HELD)
            .order_by(col(Offer.id))
            .limit(BATCH)
        )
        due = rows.all()

    async def lapse(session: AsyncSession, offer_id: int) -> bool:
        return await offers.lapse(session, offer_id, now=now)

    return await each.changed(database, due, lapse, overtaken=_OVERTAKEN)


async def expire_entries(database: Database, *, now: datetime, means: Means) -> int:
    """Take families off the list whose last day is over."""
    async with database.read() as session:
        rows = await session.exec(
            select(WaitingEntry, Site.zone)
            .join(Site, col(Site.id) == col(WaitingEntry.prison_id))
            .where(
                WaitingEntry.state == WaitingState.WAITING,
                # The farthest wall clock is less than a day away.
                col(WaitingEntry.last_day) <= now.date() + timedelta(days=1),
            )
            .order_by(col(WaitingEntry.last_day))
            .limit(BATCH)
        )
        due = [one.id for one, zone in rows.all() if one.last_day < _today(now, zone)]

    async def expire(session: AsyncSession, entry_id: int) -> bool:
        entry = await session.get_one(WaitingEntry, entry_id)
        then = WaitingState.EXPIRED
        await waiting.shift(session, entry, then, by=SYSTEM, now=now)
        return True

    return await each.changed(database, due, expire, overtaken=_OVERTAKEN)


def _today(now: datetime, zone: str) -> date:
    return now.astimezone(ZoneInfo(zone)).date()


def _starts(freed: Iterable[Freed]) -> set[datetime]:
    return {one.span.start for one in freed}


async def _supply(
    session: AsyncSession,
    prison_id: int,
    line: Sequence[Waiting],
    freed: Sequence[Freed],
    now: datetime,
) -> Supply:
    prison = await session.get_one(Site, prison_id)
    days = [_today(one.span.start, prison.zone) for one in freed]
    return await possible.supply(
        session, prison_id, line, first=min(days), last=max(days), now=now
    )


async def _asked(
    session: AsyncSession, prison_id: int, now: datetime
) -> set[tuple[int, datetime]]:
    """Which families had which time before, offered or booked; nobody has it twice."""
    then = (Visit.prison_id == prison_id, col(Visit.starts_at) > now)
    rows = await session.exec(
        select(Offer.entry_id, Visit.starts_at)
        .join(Visit, col(Visit.id) == col(Offer.visit_id))
        .where(*then)
    )
    back = await session.exec(
        select(WaitingEntry.id, Visit.starts_at)
        .join(Visit, col(Visit.id) == col(WaitingEntry.visit_id))
        .where(WaitingEntry.state == WaitingState.WAITING, *then)
    )
    return set(rows.all()) | set(back.all())


def _takers(
    freed: Freed,
    line: Iterable[Waiting],
    known: Supply,
    asked: set[tuple[int, datetime]],
) -> list[tuple[Waiting, Place]]:
    """Who could use a slot, in the order of the line, and where they would sit."""
    only = replace(
        known,
        opportunities=tuple(
            one
            for one in known.opportunities
            if one.span == freed.span and freed.terminal_id in one.terminals
        ),
    )
    found = []
    for one in line if only.opportunities else ():
        if (one.entry.id, freed.span.start) not in asked:
            found += [(one, place) for place in possible.places_for(one, only)[:1]]
    return found


async def _offered(
    database: Database,
    freed: Freed,
    who: Waiting,
    place: Place,
    *,
    now: datetime,
    means: Means,
) -> bool:
    async with database.read() as session:
        prison = await session.get_one(Site, freed.prison_id)
        until = offers.answer_by(freed.span.start, now, ZoneInfo(prison.zone))
        wanted = possible.proposal(who, place, freed.terminal_id)
        if until is None or await objections.against(session, wanted, now=now):
            return False
    try:
        async with database.write() as session:
            await offers.offer(
                session,
                who,
                place,
                terminal_id=freed.terminal_id,
                until=until,
                keyring=means.keyring,
                now=now,
            )
    except (NotWaiting, Overtaken, Refused):
        return False
    return True
