"""Families hold, book, move and cancel by themselves, on both databases."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import select

from scheduler import choosing, own_booking, own_times
from scheduler.booking import Refused
from scheduler.own_times import Nothing
from scheduler.proposals import Refusal
from scheduler.ranked import Place, wishes
from scheduler.times import Party
from tests import make
from tests.conftest import NOON
from tests.make import World
from visitation import people
from visitation.audit import SYSTEM, Actor
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import VisitState
from visitation.places import SitePolicy
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.words import AppointmentKind, Approval, Asker, VisitKind

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Family:
    """A mother with a phone, and the world she books in."""

    database: Database
    keyring: Keyring
    world: World

    @property
    def by(self) -> Actor:
        return Actor.visitor(self.world.visitor.id)

    @property
    def party(self) -> Party:
        return Party(
            prison_id=self.world.prison.id,
            prisoner_id=self.world.prisoner.id,
            visitor_ids=frozenset({self.world.visitor.id}),
            point_id=None,
        )

    async def times(self, day: date, *, now: datetime = NOON) -> list[Place]:
        async with self.database.read() as session:
            found = await own_times.of_day(session, self.party, day, now=now)
        return [one.place for one in found]

    async def hold(
        self, place: Place, *, by: Actor | None = None, now: datetime = NOON
    ) -> Visit:
        async with self.database.write() as session:
            return await choosing.keep(
                session,
                prison_id=self.world.prison.id,
                terminal_id=place.terminal_id,
                span=place.span,
                kind=VisitKind.FAMILY,
                prisoner_id=self.world.prisoner.id,
                visitor_ids=[self.world.visitor.id],
                asked_by=Asker.FAMILY,
                keyring=self.keyring,
                by=by or self.by,
                now=now,
            )

    async def take(
        self, held: Visit, *, by: Actor | None = None, now: datetime = NOON
    ) -> Visit:
        async with self.database.write() as session:
            return await own_booking.take(
                session, held.reference, keyring=self.keyring, by=by or self.by, now=now
            )

    async def policy(self, **numbers: object) -> None:
        async with self.database.write() as session:
            session.add(SitePolicy(site_id=self.world.prison.id, **numbers))

    async def visit(self, held: Visit) -> Visit:
        async with self.database.read() as session:
            return await session.get_one(Visit, held.id)


@pytest.fixture
async def family(database: Database, keyring: Keyring) -> Family:
    async with database.write() as session:
        world = await make.world(session)
    return Family(database=database, keyring=keyring, world=world)


def in_three_days() -> date:
    return (NOON + 3 * DAY).date()


async def test_what_is_held_is_booked_under_the_same_reference(family: Family) -> None:
    held = await family.hold((await family.times(in_three_days()))[0])

    taken = await family.take(held)
    again = await family.take(held)

    assert {taken.reference, again.reference} == {held.reference}
    assert (await family.visit(held)).state is VisitState.BOOKED


async def test_two_windows_that_take_at_once_book_once(family: Family) -> None:
    held = await family.hold((await family.times(in_three_days()))[0])

    done = await asyncio.gather(
        *(family.take(held) for _ in range(4)), return_exceptions=True
    )

    assert all(isinstance(one, Visit) for one in done), done
    assert (await family.visit(held)).state is VisitState.BOOKED


async def test_a_phone_holds_one_slot(family: Family) -> None:
    times = await family.times(in_three_days())

    first = await family.hold(times[0])
    second = await family.hold(times[1])

    assert (await family.visit(first)).state is VisitState.EXPIRED
    with pytest.raises(choosing.HoldOver):
        await family.take(first)
    assert (await family.take(second)).state is VisitState.BOOKED


async def test_nobody_takes_what_another_phone_holds(family: Family) -> None:
    async with family.database.write() as session:
        stranger = await make.visitor(session)
    held = await family.hold((await family.times(in_three_days()))[0])

    with pytest.raises(choosing.HoldOver):
        await family.take(held, by=Actor.visitor(stranger.id))


async def test_a_hold_that_ran_out_is_not_taken(family: Family) -> None:
    held = await family.hold((await family.times(in_three_days()))[0])

    with pytest.raises(choosing.HoldOver):
        await family.take(held, now=NOON + timedelta(minutes=11))


async def test_a_prison_that_looks_first_gets_a_request_with_its_wish(
    family: Family,
) -> None:
    await family.policy(approval=Approval.REQUIRED)
    place = (await family.times(in_three_days()))[0]
    held = await family.hold(place)

    taken = await family.take(held)

    assert taken.state is VisitState.REQUESTED
    assert taken.hold_until is not None
    assert NOON < taken.hold_until <= NOON + 3 * DAY
    async with family.database.read() as session:
        (wish,) = await wishes(session, taken)
    assert Timespan(wish.starts_at, wish.ends_at) == place.span


async def test_an_order_in_between_is_asked_about_when_it_is_taken(
    family: Family,
) -> None:
    held = await family.hold((await family.times(in_three_days()))[0])
    async with family.database.write() as session:
        await people.order_bar(
            session,
            prisoner_id=family.world.prisoner.id,
            starts_at=NOON,
            ends_at=None,
            order_number="1",
            judge="x",
            by=SYSTEM,
            now=NOON,
        )

    with pytest.raises(Refused) as refused:
        await family.take(held)

    assert refused.value.reasons == (Refusal.BARRED,)


async def test_a_family_moves_by_its_own_notice(family: Family) -> None:
    times = await family.times(in_three_days())
    booked = await family.take(await family.hold(times[0]))
    soon = Place(
        terminal_id=times[0].terminal_id,
        span=Timespan(times[0].span.start - 2 * DAY, times[0].span.end - 2 * DAY),
    )

    async with family.database.write() as session:
        visit = await session.get_one(Visit, booked.id)
        with pytest.raises(Refused) as refused:
            await own_booking.move(
                session, visit, soon, by=family.by, now=soon.span.start - DAY / 2
            )
    async with family.database.write() as session:
        visit = await session.get_one(Visit, booked.id)
        await own_booking.move(session, visit, times[4], by=family.by, now=NOON)

    assert refused.value.reasons == (Refusal.TOO_SOON,)
    assert (await family.visit(booked)).starts_at == times[4].span.start


async def test_nobody_moves_where_the_prison_looks_first(family: Family) -> None:
    times = await family.times(in_three_days())
    booked = await family.take(await family.hold(times[0]))
    await family.policy(approval=Approval.REQUIRED)

    async with family.database.write() as session:
        visit = await session.get_one(Visit, booked.id)
        with pytest.raises(own_booking.MustBeAsked):
            await own_booking.move(session, visit, times[4], by=family.by, now=NOON)


async def test_a_day_shows_only_times_that_no_rule_refuses(family: Family) -> None:
    day = in_three_days()
    before = await family.times(day)
    away = Timespan(before[2].span.start, before[5].span.end)
    async with family.database.write() as session:
        await people.add_appointment(
            session,
            prisoner_id=family.world.prisoner.id,
            kind=AppointmentKind.COURT,
            span=away,
            by=SYSTEM,
            now=NOON,
        )

    after = await family.times(day)
    async with family.database.read() as session:
        month = await own_times.bookable(
            session, family.party, first=day, last=day, now=NOON
        )

    assert after == before[:2] + before[6:]
    assert [one.place for one in month.days[day]] == after


async def test_a_whole_day_in_court_leads_nowhere(family: Family) -> None:
    day = in_three_days()
    whole = await family.times(day)
    async with family.database.write() as session:
        await people.add_appointment(
            session,
            prisoner_id=family.world.prisoner.id,
            kind=AppointmentKind.COURT,
            span=Timespan(whole[0].span.start, whole[-1].span.end),
            by=SYSTEM,
            now=NOON,
        )

    async with family.database.read() as session:
        month = await own_times.bookable(
            session, family.party, first=day, last=day, now=NOON
        )

    assert (dict(month.days), month.against) == ({}, (Refusal.PRISONER_AWAY,))


async def test_a_spent_month_says_from_when_there_is_one_again(family: Family) -> None:
    await family.policy(visits_per_month=1, family_horizon_days=4)
    place = (await family.times(in_three_days()))[0]
    await family.take(await family.hold(place))

    async with family.database.read() as session:
        found = await own_times.soonest(session, family.party, now=NOON)

    assert isinstance(found, Nothing)
    assert found.reasons == (Refusal.MONTHLY_LIMIT,)
    assert found.again_from is not None
    assert found.again_from > in_three_days()


async def test_what_one_holds_is_not_in_ones_own_way(family: Family) -> None:
    await family.policy(visits_per_week=1, family_notice_minutes=0)
    day = in_three_days()
    before = await family.times(day)
    held = await family.hold(before[0])

    async with family.database.read() as session:
        found = await own_times.of_day(
            session, family.party, day, now=NOON, but_visit=held
        )

    assert [one.place for one in found] == before


async def test_cancelling_twice_is_cancelling_once(family: Family) -> None:
    held = await family.hold((await family.times(in_three_days()))[0])
    booked = await family.take(held)

    for _ in range(2):
        async with family.database.write() as session:
            visit = await session.get_one(Visit, booked.id)
            await own_booking.cancel(
                session, visit, reason="ill", by=family.by, now=NOON
            )

    async with family.database.read() as session:
        (visit,) = (await session.exec(select(Visit))).all()
    assert (visit.state, visit.outcome_reason) == (VisitState.CANCELLED, "ill")
