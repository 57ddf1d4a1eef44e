"""A village that a mobile office drives to, and families with visits booked there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import booking, displaced, replan, replanned
from scheduler.replan import Choices, Replan
from tests import make
from tests.conftest import NOON
from tests.scheduler import queue
from tests.scheduler.queue import Queue
from visitation.audit import SYSTEM
from visitation.keyring import Keyring
from visitation.people import Prisoner, Visitor
from visitation.places import MobileDay, Site, Station, mobile
from visitation.places.itinerary import Stop
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.words import SiteKind, VisitKind

DAY = date(2026, 11, 28)
#: 10:00 in Tehran on that day, a Saturday.
TEN = datetime(2026, 11, 28, 6, 30, tzinfo=UTC)
ONE_DAY = timedelta(days=1)
HALF_HOUR = timedelta(minutes=30)
LENGTH = timedelta(minutes=25)
CHOICES = Choices(last=DAY + 14 * ONE_DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Village:
    """A prison open from ten to eleven, and an office that drives to two villages.

    Attributes:
        planned: the day on which the office is at the first village from ten to eleven.
    """

    prison: Site
    terminal: Station
    office: Site
    kiosk: Station
    village: Site
    neighbour: Site
    planned: MobileDay

    @property
    def queue(self) -> Queue:
        return Queue(
            prison=self.prison,
            terminal=self.terminal,
            point=self.village,
            kiosk=self.kiosk,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A prisoner, who visits, and the visit that is booked."""

    prisoner: Prisoner
    visitor: Visitor
    visit: Visit


async def village(session: AsyncSession, **opening: Any) -> Village:
    within = await make.province(session)
    prison = await make.prison(session, within, latitude=32.6, longitude=51.7)
    await make.open_every_day(
        session, prison, **({"starts": time(10), "ends": time(11)} | opening)
    )
    office = await make.point(session, within)
    places = {"kind": SiteKind.VILLAGE, "longitude": 51.7}
    first = await make.point(session, within, name="زفره", latitude=33.0, **places)
    second = await make.point(session, within, name="ورزنه", latitude=33.1, **places)
    return Village(
        prison=prison,
        terminal=await make.terminal(session, prison),
        office=office,
        kiosk=await make.kiosk(session, office),
        village=first,
        neighbour=second,
        planned=await drive(session, office, first, DAY),
    )


async def drive(session: AsyncSession, office: Site, to: Site, day: date) -> MobileDay:
    """The office stands in a village from ten to eleven on a day."""
    ten = TEN + (day - DAY)
    return await mobile.plan_day(
        session,
        office=office,
        day=day,
        stops=[Stop(village_id=to.id, span=Timespan(ten, ten + 2 * HALF_HOUR))],
        reference=f"{office.id}-{day}",
        by=SYSTEM,
        now=NOON,
    )


async def family(
    session: AsyncSession,
    here: Village,
    keyring: Keyring,
    *,
    start: datetime = TEN,
    met_days_ago: int | None = None,
    visitor: dict[str, Any] | None = None,
    **wish: Any,
) -> Family:
    """A family with a visit at the village."""
    prisoner = await make.prisoner(session, here.prison)
    mother = await make.visitor(session, **(visitor or {}))
    await make.contact(session, prisoner, mother)
    if met_days_ago is not None:
        at = NOON - met_days_ago * ONE_DAY
        await queue.met(session, here.queue, prisoner, [mother], at=at)
    return await booked(session, here, keyring, prisoner, mother, start=start, **wish)


async def booked(
    session: AsyncSession,
    here: Village,
    keyring: Keyring,
    prisoner: Prisoner,
    mother: Visitor,
    *,
    start: datetime = TEN,
    at: datetime = NOON,
    **wish: Any,
) -> Family:
    wishes = {
        "prison_id": here.prison.id,
        "terminal_id": here.terminal.id,
        "span": Timespan(start, start + LENGTH),
        "kind": VisitKind.FAMILY,
        "prisoner_id": prisoner.id,
        "visitor_ids": [mother.id],
        "kiosk_id": here.kiosk.id,
    }
    visit = await booking.book(
        session, keyring=keyring, by=SYSTEM, now=at, **(wishes | wish)
    )
    return Family(prisoner=prisoner, visitor=mother, visit=visit)


async def cancel(session: AsyncSession, here: Village) -> None:
    """Snow: the office stays at home on the day."""
    planned = await session.get_one(MobileDay, here.planned.id)
    await mobile.cancel_day(session, planned, reason="برف", by=SYSTEM, now=NOON)


async def draft(
    session: AsyncSession, here: Village, choices: Choices = CHOICES
) -> Replan:
    of = displaced.of_office(here.office, here.planned)
    return await replan.draft(session, of, choices, now=NOON)


async def carry_out(session: AsyncSession, plan: Replan, keyring: Keyring) -> None:
    await replanned.carry_out(
        session,
        plan,
        shown=plan.marks,
        reason="برف",
        keyring=keyring,
        by=SYSTEM,
        now=NOON,
    )


def told(plan: Replan, families: Iterable[Family]) -> list[tuple[object, ...]]:
    """For each family: what becomes of it, how many days later, and at which point."""
    lines = {line.reference: line for line in plan.lines}
    found: list[tuple[object, ...]] = []
    for one in families:
        line = lines[one.visit.reference]
        if line.new is None:
            found.append((line.then.value, line.reason))
        else:
            late = line.new.span.start - TEN
            found.append((line.then.value, late, line.new.point_id))
    return found
