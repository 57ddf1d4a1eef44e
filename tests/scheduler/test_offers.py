"""Freed slots, and the families that are asked whether they would like them."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from scheduler import booking, dispatch, offers, sweeps
from scheduler import waiting as sweeping
from scheduler.means import Means
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler import queue
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.queue import TEN, Family, Queue
from visitation import messages, waiting
from visitation.audit import SYSTEM
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState, VisitState
from visitation.visits import Overtaken, Visit
from visitation.waiting import Days, NoSuchOffer, Offer, WaitingEntry
from visitation.wording import Template
from visitation.words import OfferState, Outcome, WaitingState

TEHRAN = ZoneInfo("Asia/Tehran")
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A booked visit, and two families that wait for a slot like it."""

    database: Database
    tools: Means
    gateway: FakeGateway
    here: Queue
    visit: Visit
    first: Family
    second: Family

    async def free_the_slot(self) -> None:
        async with self.database.write() as session:
            await booking.cancel(
                session,
                visit=await session.get_one(Visit, self.visit.id),
                outcome=Outcome.CANCELLED_BY_FAMILY,
                reason="ill",
                by=SYSTEM,
                now=NOON,
            )

    async def sweep(self, now: datetime = NOON) -> int:
        return await sweeping.offer_freed(self.database, now=now, means=self.tools)

    async def lapse(self, now: datetime) -> int:
        await sweeps.expire_holds(self.database, now=now, means=self.tools)
        return await sweeping.lapse_offers(self.database, now=now, means=self.tools)

    async def offers(self) -> list[Offer]:
        async with self.database.read() as session:
            rows = await session.exec(select(Offer).order_by(col(Offer.id)))
            return list(rows.all())

    async def state(self, one: Family) -> WaitingState:
        async with self.database.read() as session:
            return (await session.get_one(WaitingEntry, one.entry.id)).state

    async def visit_of(self, offer: Offer) -> Visit:
        async with self.database.read() as session:
            return await session.get_one(Visit, offer.visit_id)

    def code(self, offer: Offer) -> str:
        code = waiting.code_of(offer, keyring=self.tools.keyring)
        assert code is not None
        return code

    async def accept(self, offer: Offer, now: datetime) -> Visit:
        async with self.database.write() as session:
            return await offers.accept(
                session, offer, keyring=self.tools.keyring, by=SYSTEM, now=now
            )


@pytest.fixture
async def scene(database: Database, clock: Clock, keyring: Keyring) -> Scene:
    gateway = FakeGateway(allows_link=True)
    async with database.write() as session:
        here = await queue.queue(session)
        booked = await queue.family(session, here, keyring)
        visit = await queue.book(session, here, booked, keyring)
        await waiting.withdraw(session, booked.entry, by=SYSTEM, now=NOON)
        second = await queue.family(session, here, keyring, met_days_ago=7)
        first = await queue.family(session, here, keyring, met_days_ago=42)
    return Scene(
        database=database,
        tools=means(clock, keyring, gateway, link="https://visits.example"),
        gateway=gateway,
        here=here,
        visit=visit,
        first=first,
        second=second,
    )


async def test_a_freed_slot_is_offered_at_once_to_the_first_in_line(
    scene: Scene,
) -> None:
    assert await scene.sweep() == 0
    await scene.free_the_slot()

    assert await scene.sweep() == 1
    assert await scene.sweep(NOON + MINUTE) == 0

    (offer,) = await scene.offers()
    held = await scene.visit_of(offer)
    assert (offer.entry_id, offer.state) == (scene.first.entry.id, OfferState.OPEN)
    assert (held.state, held.starts_at) == (VisitState.HELD, TEN)
    assert held.hold_until == offer.expires_at == NOON + offers.ANSWER
    assert await scene.state(scene.first) is WaitingState.OFFERED
    assert await scene.state(scene.second) is WaitingState.WAITING


async def test_the_message_says_when_until_when_and_where_to_answer(
    scene: Scene, clock: Clock
) -> None:
    await scene.free_the_slot()
    await scene.sweep()
    (offer,) = await scene.offers()
    code = scene.code(offer).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))

    await dispatch.send_due(scene.database, now=NOON, means=scene.tools)

    mine = [text for to, text in scene.gateway.sent if to == scene.first.visitor.phone]
    said = f"نوبت: سه‌شنبه ۳ آذر ۱۰:۰۰. تا ۱۴:۰۰ پاسخ دهید. کد: {code}"
    assert mine == [f"{said}\nhttps://visits.example/offer"]


async def test_who_accepts_has_the_visit_and_is_told_so(scene: Scene) -> None:
    await scene.free_the_slot()
    await scene.sweep()
    (offer,) = await scene.offers()

    visit = await scene.accept(offer, NOON + MINUTE)

    assert visit.state is VisitState.BOOKED
    assert await scene.state(scene.first) is WaitingState.PLACED
    (answered,) = await scene.offers()
    assert (answered.state, answered.code_sealed) == (OfferState.ACCEPTED, None)
    async with scene.database.read() as session:
        told = await messages.of_visit(session, visit_id=visit.id)
    assert [(m.template, m.state) for m in told] == [
        (Template.OFFER, MessageState.SUPPRESSED),
        (Template.BOOKED, MessageState.PENDING),
    ]
    with pytest.raises(NoSuchOffer):
        await scene.accept(offer, NOON + MINUTE)


async def test_what_one_family_does_not_want_the_next_is_offered(scene: Scene) -> None:
    await scene.free_the_slot()
    await scene.sweep()
    (offer,) = await scene.offers()
    async with scene.database.write() as session:
        await offers.decline(session, offer, reason="-", by=SYSTEM, now=NOON)
    assert await scene.state(scene.first) is WaitingState.WAITING

    assert await scene.sweep(NOON + MINUTE) == 1
    assert await scene.sweep(NOON + 2 * MINUTE) == 0

    declined, again = await scene.offers()
    assert declined.state is OfferState.DECLINED
    assert again.entry_id == scene.second.entry.id


async def test_an_offer_that_nobody_answers_goes_to_the_next_in_line(
    scene: Scene,
) -> None:
    await scene.free_the_slot()
    await scene.sweep()
    until = NOON + offers.ANSWER
    assert await scene.lapse(until - MINUTE) == 0

    assert await scene.lapse(until) == 1
    assert await scene.lapse(until) == 0
    assert await scene.sweep(until) == 1

    lapsed, again = await scene.offers()
    assert (lapsed.state, lapsed.code_fingerprint) == (OfferState.LAPSED, None)
    assert again.entry_id == scene.second.entry.id
    assert await scene.state(scene.first) is WaitingState.WAITING
    with pytest.raises(NoSuchOffer):
        await scene.accept(lapsed, until)


async def test_two_nodes_make_one_offer(scene: Scene) -> None:
    await scene.free_the_slot()

    made = await asyncio.gather(*(scene.sweep() for _ in range(4)))

    assert sum(made) == 1
    assert len(await scene.offers()) == 1


async def test_an_answer_and_the_end_of_the_time_never_both_count(
    scene: Scene,
) -> None:
    await scene.free_the_slot()
    await scene.sweep()
    (offer,) = await scene.offers()
    late = offer.expires_at

    accepted, *_rest = await asyncio.gather(
        scene.accept(offer, late - MINUTE),
        scene.lapse(late),
        scene.lapse(late),
        return_exceptions=True,
    )
    await scene.lapse(late)

    (after,) = await scene.offers()
    states = (after.state, (await scene.visit_of(offer)).state)
    if isinstance(accepted, BaseException):
        assert isinstance(accepted, NoSuchOffer | Overtaken)
        assert states == (OfferState.LAPSED, VisitState.EXPIRED)
        assert await scene.state(scene.first) is WaitingState.WAITING
    else:
        assert states == (OfferState.ACCEPTED, VisitState.BOOKED)
        assert await scene.state(scene.first) is WaitingState.PLACED


async def test_the_code_counts_only_with_the_phone_and_in_time(scene: Scene) -> None:
    await scene.free_the_slot()
    await scene.sweep()
    (offer,) = await scene.offers()
    assert scene.first.visitor.phone is not None
    right = {"code": scene.code(offer), "phone_digits": scene.first.visitor.phone[-4:]}

    async def find(now: datetime = NOON, **changes: str) -> offers.Offered:
        async with scene.database.read() as session:
            return await offers.find(
                session, **(right | changes), keyring=scene.tools.keyring, now=now
            )

    found = await find()
    assert (found.offer.id, found.span.start) == (offer.id, TEN)
    assert (found.prison, found.place) == (
        scene.here.prison.name,
        scene.here.point.name,
    )
    wrong = "000000" if right["code"] != "000000" else "000001"
    for late in ({"code": wrong}, {"phone_digits": "xxxx"}, {"phone_digits": ""}):
        with pytest.raises(NoSuchOffer):
            await find(**late)
    with pytest.raises(NoSuchOffer):
        await find(now=offer.expires_at)


async def test_a_slot_on_a_day_nobody_can_come_is_offered_to_nobody(
    scene: Scene, keyring: Keyring
) -> None:
    later = Days(first=date(2026, 11, 25), last=date(2026, 11, 26))
    async with scene.database.write() as session:
        for one in (scene.first, scene.second):
            entry = await session.get_one(WaitingEntry, one.entry.id)
            await waiting.withdraw(session, entry, by=SYSTEM, now=NOON)
        await queue.family(session, scene.here, keyring, days=later)
    await scene.free_the_slot()

    assert await scene.sweep() == 0


async def test_a_family_without_a_phone_is_offered_the_slot_through_staff(
    scene: Scene, keyring: Keyring
) -> None:
    async with scene.database.write() as session:
        silent = await queue.family(session, scene.here, keyring, phone=None)
    await scene.free_the_slot()

    await scene.sweep()

    (offer,) = await scene.offers()
    assert offer.entry_id == silent.entry.id
    async with scene.database.read() as session:
        assert await messages.of_visit(session, visit_id=offer.visit_id) == []


@pytest.mark.parametrize(
    ("start", "now", "until"),
    [
        (TEN, NOON, NOON + timedelta(hours=2)),
        (NOON + timedelta(hours=2), NOON, NOON + timedelta(hours=1)),
        (NOON + timedelta(minutes=30), NOON, NOON + timedelta(minutes=15)),
        (NOON + timedelta(minutes=29), NOON, None),
        # Half past ten in the evening, and half past six in the morning.
        (TEN, datetime(2026, 11, 23, 19, tzinfo=UTC), None),
        (TEN, datetime(2026, 11, 24, 3, tzinfo=UTC), None),
    ],
)
def test_half_of_the_time_left_is_for_the_answer_but_nobody_is_woken(
    start: datetime, now: datetime, until: datetime | None
) -> None:
    assert offers.answer_by(start, now, TEHRAN) == until


async def test_wishes_whose_last_day_is_over_leave_the_list(scene: Scene) -> None:
    last = scene.first.entry.last_day
    midnight = datetime(last.year, last.month, last.day, tzinfo=TEHRAN) + timedelta(1)

    async def expire(now: datetime) -> int:
        return await sweeping.expire_entries(scene.database, now=now, means=scene.tools)

    assert await expire(midnight.astimezone(UTC) - MINUTE) == 0
    assert await expire(midnight.astimezone(UTC)) == 2
    assert await scene.state(scene.first) is WaitingState.EXPIRED
