"""A prison with families that wait for it, and how tests put them there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking
from tests import make
from tests.conftest import NOON
from visitation import waiting
from visitation.audit import SYSTEM
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.people import Prisoner, Visitor
from visitation.places import Site, Station
from visitation.timespan import Timespan
from visitation.visits import Participant, Visit
from visitation.waiting import Days, WaitingEntry
from visitation.words import Part, SiteKind, VisitKind

#: 10:00 in Tehran on the day after NOON.
TEN = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
DAY = date(2026, 11, 24)
LENGTH = timedelta(minutes=25)
DAYS = Days(first=DAY, last=DAY + timedelta(days=6))


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A prisoner and the visitor who waits for a slot."""

    prisoner: Prisoner
    visitor: Visitor
    entry: WaitingEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A prison with one terminal, open every day, and an office with one kiosk."""

    prison: Site
    terminal: Station
    point: Site
    kiosk: Station


async def queue(session: AsyncSession, **opening: Any) -> Queue:
    within = await make.province(session)
    prison = await make.prison(session, within, latitude=32.6, longitude=51.7)
    point = await make.point(
        session, within, kind=SiteKind.OFFICE, latitude=33.6, longitude=51.7
    )
    await make.open_every_day(session, prison, **opening)
    return Queue(
        prison=prison,
        terminal=await make.terminal(session, prison),
        point=point,
        kiosk=await make.kiosk(session, point),
    )


async def family(
    session: AsyncSession,
    here: Queue,
    keyring: Keyring,
    *,
    met_days_ago: int | None = None,
    joined: datetime = NOON - timedelta(days=1),
    phone: str | None = "",
    **wishes: Any,
) -> Family:
    """A family on the list, which may have met some days ago."""
    prisoner = await make.prisoner(session, here.prison)
    columns = {} if phone == "" else {"phone": phone}
    visitor = await make.visitor(session, **columns)
    await make.contact(session, prisoner, visitor)
    if met_days_ago is not None:
        await met(session, here, prisoner, [visitor], at=NOON - timedelta(met_days_ago))
    wishes = {"days": DAYS, "points": [here.point.id]} | wishes
    entry = await waiting.join(
        session,
        prisoner_id=prisoner.id,
        visitor_ids=[visitor.id],
        keyring=keyring,
        by=SYSTEM,
        now=joined,
        **wishes,
    )
    return Family(prisoner=prisoner, visitor=visitor, entry=entry)


async def met(
    session: AsyncSession,
    here: Queue,
    prisoner: Prisoner,
    visitors: Iterable[Visitor],
    *,
    at: datetime,
    state: VisitState = VisitState.COMPLETED,
) -> None:
    """A visit of the past."""
    visit = Visit(
        reference=f"past-{prisoner.id}-{at.timestamp()}",
        kind=VisitKind.FAMILY,
        state=state,
        starts_at=at,
        ends_at=at + LENGTH,
        booked_end_at=at + LENGTH,
        prison_id=here.prison.id,
        terminal_id=here.terminal.id,
        prisoner_id=prisoner.id,
        created_at=at,
        changed_at=at,
    )
    session.add(visit)
    await session.flush()
    for visitor in visitors:
        session.add(
            Participant(
                reference=f"past-{visit.id}-{visitor.id}",
                visit_id=visit.id,
                part=Part.VISITOR,
                visitor_id=visitor.id,
            )
        )
    await session.flush()


async def book(
    session: AsyncSession, here: Queue, one: Family, keyring: Keyring, **changes: Any
) -> Visit:
    """A visit of a family at ten, with everything as it should be."""
    wish = {
        "prison_id": here.prison.id,
        "terminal_id": here.terminal.id,
        "span": Timespan(TEN, TEN + LENGTH),
        "kind": VisitKind.FAMILY,
        "prisoner_id": one.prisoner.id,
        "visitor_ids": [one.visitor.id],
        "kiosk_id": here.kiosk.id,
    }
    return await booking.book(
        session, keyring=keyring, by=SYSTEM, now=NOON, **(wish | changes)
    )
