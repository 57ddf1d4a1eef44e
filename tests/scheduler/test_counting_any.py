"""After any changes, what the sweep counted is what counting from nothing gives."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.fakes import Clock
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.test_counting import CALM, counted_at_once, rows, swept
from tests.visitation.statistics import counted
from tests.visitation.statistics.counted import DAY, NOW, Ground
from visitation import audit
from visitation.audit import SYSTEM
from visitation.calls.tables import LostTime
from visitation.cases.tables import Case
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState, VisitState
from visitation.messages import Message
from visitation.people import Prisoner
from visitation.places import MobileDay, MobileStop
from visitation.services.tables import ServiceRecord
from visitation.statistics import Tally, TallyMark, TallyPlace, TallySum
from visitation.visits import Participant, Visit
from visitation.words import CaseState, Fault, MobileDayState, ServiceKind

#: What goes before another is made of it, in this order.
WIPED = (
    *(
        TallyMark,
        Tally,
        TallySum,
        TallyPlace,
        LostTime,
        Message,
        Case,
        ServiceRecord,
        MobileStop,
        MobileDay,
    ),
    *(Participant, Visit),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something new, or something else that becomes of what there is.

    Attributes:
        of: what is made or changed.
        days: how long ago it was, or by how much it moves.
        pick: which one, or which way.
    """

    of: str
    days: int
    pick: int


@dataclass(slots=True, kw_only=True)
class World:
    """What changes are made to."""

    session: AsyncSession
    at: Ground
    now: datetime

    def told(
        self,
        subject: str,
        action: str = "act",
        visit_id: int | None = None,
        **facts: object,
    ) -> None:
        audit.note(
            self.session,
            SYSTEM,
            action,
            subject,
            now=self.now,
            visit_id=visit_id,
            **facts,
        )

    async def one(self, table: type, pick: int):
        """One of what there is, if there is any."""
        found = (await self.session.exec(select(table).order_by(col(table.id)))).all()
        return found[pick % len(found)] if found else None

    def when(self, change: Change) -> datetime:
        return self.now - change.days * DAY


async def new_visit(world: World, change: Change) -> None:
    state = CALM if change.pick % 3 == 2 else {}
    place = [None, world.at.office.id, world.at.village.id][change.pick % 3]
    row = await counted.visit(
        world.session,
        world.at,
        world.when(change),
        came=change.pick % 3,
        point_id=place,
        **state,
    )
    world.told(f"visit:{row.id}", "visit_finish", row.id)


async def new_service(world: World, change: Change) -> None:
    site = [world.at.office, world.at.village][change.pick % 2]
    kind = list(ServiceKind)[change.pick % 3]
    day = world.when(change).date()
    of = await counted.service(world.session, site, day, kind=kind)
    world.told(f"service:{of.id}")


async def new_case(world: World, change: Change) -> None:
    one = await counted.case(world.session, world.at.prisoner, world.when(change))
    world.told(f"case:{one.id}")


async def new_message(world: World, change: Change) -> None:
    await counted.message(world.session, world.now - timedelta(hours=1), None)


async def new_mobile_day(world: World, change: Change) -> None:
    day = world.when(change).date()
    known = select(MobileDay.id).where(MobileDay.day == day)
    if (await world.session.exec(known)).first() is None:
        planned = await counted.stop(world.session, world.at, day)
        world.told(f"mobile_day:{planned.id}")


async def moved_visit(world: World, change: Change) -> None:
    row = await world.one(Visit, change.pick)
    if row is None:
        return
    left = [row.terminal_id, row.starts_at.isoformat(), row.ends_at.isoformat()]
    row.starts_at -= change.days * DAY
    row.ends_at -= change.days * DAY
    row.state = [VisitState.COMPLETED, VisitState.CANCELLED][change.pick % 2]
    world.session.add(row)
    world.told(f"visit:{row.id}", "visit_finish", row.id, left=left)


async def withdrawn_service(world: World, change: Change) -> None:
    row = await world.one(ServiceRecord, change.pick)
    if row is not None:
        row.withdrawn_at = world.now
        world.session.add(row)
        world.told(f"service:{row.id}")


async def decided_case(world: World, change: Change) -> None:
    row = await world.one(Case, change.pick)
    if row is not None:
        row.state = [CaseState.GRANTED, CaseState.REOPENED][change.pick % 2]
        row.decided_at = world.now if row.state is CaseState.GRANTED else None
        world.session.add(row)
        world.told(f"case:{row.id}")


async def sent_message(world: World, change: Change) -> None:
    row = await world.one(Message, change.pick)
    if row is not None:
        row.state = [MessageState.FAILED, MessageState.SENDING][change.pick % 2]
        world.session.add(row)


async def cancelled_mobile_day(world: World, change: Change) -> None:
    row = await world.one(MobileDay, change.pick)
    if row is not None:
        row.state = MobileDayState.CANCELLED
        world.session.add(row)
        world.told(f"mobile_day:{row.id}")


async def came(world: World, change: Change) -> None:
    row = await world.one(Participant, change.pick)
    if row is not None:
        row.arrived_at = None if row.arrived_at else world.now
        world.session.add(row)
        world.told(f"participant:{row.id}", visit_id=row.visit_id)


async def lost_seconds(world: World, change: Change) -> None:
    row = await world.one(Visit, change.pick)
    if row is not None:
        key = (row.id, Fault.FAMILY)
        known = await world.session.get(LostTime, key)
        lost = known or LostTime(visit_id=row.id, fault=Fault.FAMILY)
        lost.seconds += 20 + change.pick
        world.session.add(lost)


async def visited_before(world: World, change: Change) -> None:
    row = await world.one(Prisoner, change.pick)
    row.visited_on = (world.when(change) - 60 * DAY).date()
    world.session.add(row)
    world.told(f"prisoner:{row.id}", "edit_prisoner")


CHANGES: dict[str, Callable[[World, Change], Awaitable[None]]] = {
    one.__name__: one
    for one in (
        *(new_visit, new_service, new_case, new_message, new_mobile_day),
        *(moved_visit, withdrawn_service, decided_case, sent_message),
        *(cancelled_mobile_day, came, lost_seconds, visited_before),
    )
}
changes = st.lists(
    st.builds(
        Change,
        of=st.sampled_from(sorted(CHANGES)),
        days=st.integers(-20, 60),
        pick=st.integers(0, 5),
    ),
    min_size=1,
    max_size=8,
)


@pytest.fixture
async def at(database: Database) -> Ground:
    async with database.write() as session:
        return await counted.ground(session)


@settings(max_examples=6, deadline=None, suppress_health_check=[*HealthCheck])
@given(
    made=changes,
    turns=st.lists(
        st.tuples(st.sampled_from((0, 1, 20)), changes), min_size=1, max_size=2
    ),
)
async def test_after_any_changes_it_is_what_counting_from_nothing_gives(
    database: Database,
    at: Ground,
    keyring: Keyring,
    made: Sequence[Change],
    turns: Sequence[tuple[int, Sequence[Change]]],
) -> None:
    tools, now = means(Clock(NOW), keyring, FakeGateway()), NOW
    async with database.write() as session:
        for table in WIPED:
            await session.exec(delete(table))
    for hours, list_of in ((0, made), *turns):
        now += timedelta(hours=hours)
        async with database.write() as session:
            world = World(session=session, at=at, now=now)
            for change in list_of:
                await CHANGES[change.of](world, change)
                await session.flush()
        await swept(database, tools, now)
    # What is due by now, and faces by their own time: this is when they are asked.
    assert await rows(database) == await counted_at_once(database, now)
