"""What a gateway tells after the ladder was climbed climbs it no second time."""

from datetime import timedelta

from scheduler import calling, deliveries, rings, summoning
from scheduler.gateways import Delivery, Fate, Temporary
from tests.fakes import Clock
from tests.scheduler import lost
from tests.scheduler.fakes import FakeGateway
from tests.scheduler.test_booking import BY, TEN
from visitation import calls, visits
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState
from visitation.people import Scope
from visitation.visits import Visit
from visitation.wording import Template
from visitation.words import CallOutcome, Part

MINUTE = timedelta(minutes=1)
HELPER = "+989131110000"
ACCEPTED = MessageState.ACCEPTED
ALL = Scope(everywhere=True)


class _Tells(FakeGateway):
    calls_back = True


async def accepted(database: Database, clock: Clock, gateway_id: str) -> None:
    """The newest message was taken, and should have arrived by now."""
    await lost.became(
        database, ACCEPTED, clock(), gateway_id=gateway_id, sent_at=clock()
    )


async def look_after(database: Database, clock: Clock, keyring: Keyring) -> int:
    gateway = _Tells(channels=lost.SMS_ONLY)
    return await lost.look_after(database, clock, keyring, gateway)


async def tells(
    database: Database, clock: Clock, keyring: Keyring, gateway_id: str, fate: Fate
) -> None:
    async with database.write() as session:
        assert await deliveries.told(
            session,
            gateway="fake",
            delivery=Delivery(gateway_id=gateway_id, fate=fate, status=fate.value),
            keyring=keyring,
            now=clock(),
        )


async def test_one_that_was_said_again_is_not_followed_twice(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    await lost.booked(database, keyring, helper_phone=HELPER)
    for fate in (Fate.UNDELIVERED, Fate.FAILED):
        await accepted(database, clock, fate.value)
        assert await look_after(database, clock, keyring) == 1
        before = await lost.told(database)
        # It was given up as lost; the next is on its way.
        await tells(database, clock, keyring, fate.value, fate)
        assert await look_after(database, clock, keyring) == 0
        assert await lost.told(database) == before


async def test_nobody_is_rung_up_twice_for_it(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    _world, visit = await lost.booked(database, keyring)
    await lost.became(database, MessageState.DELIVERED, clock())
    await summon(database, clock, visit, Template.READY)
    await accepted(database, clock, "ready")
    assert await look_after(database, clock, keyring) == 1
    async with database.write() as session:
        (line,) = await rings.open_ones(session, scope=ALL, now=clock())
        await calling.tick(session, line, CallOutcome.WRONG_NUMBER, by=BY, now=clock())
    clock.now += MINUTE
    await tells(database, clock, keyring, "ready", Fate.UNDELIVERED)
    assert await look_after(database, clock, keyring) == 0
    (task,) = await lost.tasks(database)
    assert task.outcome is CallOutcome.WRONG_NUMBER


async def summon(
    database: Database, clock: Clock, visit: Visit, template: Template
) -> None:
    clock.now = TEN - 20 * MINUTE
    async with database.write() as session:
        await summoning.summon(
            session,
            await visits.by_reference(session, visit.reference),
            template,
            by=BY,
            now=clock(),
        )


class _Dead(FakeGateway):
    """Never answers, and counts how often it was asked."""

    questions = 0

    async def delivery(self, gateway_id: str) -> Delivery | None:
        self.questions += 1
        raise Temporary("timeout")


async def test_nobody_asks_for_what_is_too_late(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    await lost.booked(database, keyring)
    await accepted(database, clock, "fake-1")
    clock.now = TEN
    dead = _Dead(channels=lost.SMS_ONLY)
    assert await lost.look_after(database, clock, keyring, dead) == 0
    clock.now = TEN + 10 * MINUTE
    assert await lost.look_after(database, clock, keyring, dead) == 0
    assert dead.questions == 0


async def test_who_came_back_is_not_called_back_by_others(
    database: Database, clock: Clock, keyring: Keyring
) -> None:
    _world, visit = await lost.booked(database, keyring, helper_phone=HELPER)
    await summon(database, clock, visit, Template.RECALL)
    await accepted(database, clock, "recall")
    async with database.write() as session:
        people = await visits.participants(session, visit.id)
        (mother,) = (one for one in people if one.part is Part.VISITOR)
        await calls.joined(session, mother, by=BY, now=clock())
    assert await look_after(database, clock, keyring) == 0
    assert len(await lost.told(database)) == 2
