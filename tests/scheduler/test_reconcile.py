"""What may have been taken is looked for first, and sent again if it is not there."""

from datetime import timedelta

import pytest

from scheduler import dispatch, reconcile
from scheduler.claiming import LEASE
from scheduler.gateways import Temporary, Unknown
from tests import make
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.posted import draft, only, posted
from tests.scheduler.test_booking import book
from visitation import messages
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState
from visitation.wording import Template

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LOST = Unknown("timeout")


class Scene:
    """A database, a gateway, and a clock that goes on while sweeps run."""

    def __init__(self, database: Database, clock: Clock, keyring: Keyring, **kind):
        self.database, self.clock = database, clock
        self.gateway = FakeGateway(**kind)
        self.means = means(clock, keyring, self.gateway)

    async def post(self, template: Template = Template.REQUESTED, **changes) -> None:
        await posted(self.database, draft(template, **changes))

    async def sweep(self, after: timedelta = timedelta(0)) -> None:
        self.clock.forward(after)
        now = self.clock()
        await dispatch.send_due(self.database, now=now, means=self.means)
        await reconcile.reconcile(self.database, now=now, means=self.means)

    async def states(self, *minutes: float) -> list[tuple[float, str]]:
        """The states there were, and when each began."""
        found: list[tuple[float, str]] = []
        for minute in minutes:
            await self.sweep(NOON + minute * MINUTE - self.clock())
            state = (await only(self.database)).state.value
            if not found or found[-1][1] != state:
                found.append((minute, state))
        return found


@pytest.fixture
def scene(database: Database, clock: Clock, keyring: Keyring) -> Scene:
    return Scene(database, clock, keyring)


async def test_what_was_taken_is_found_and_sent_once(scene: Scene) -> None:
    scene.gateway.takes_and_fails.append(LOST)
    await scene.post()
    await scene.sweep()
    doubtful = await only(scene.database)
    assert (doubtful.state, doubtful.error, doubtful.look_at) == (
        MessageState.UNKNOWN,
        "timeout",
        NOON + 30 * SECOND,
    )
    await scene.sweep(30 * SECOND)
    found = await only(scene.database)
    assert found.segments == 1
    assert (found.state, found.gateway_id, found.sent_at, found.error) == (
        MessageState.ACCEPTED,
        "fake-1",
        NOON,
        "",
    )
    assert (found.lease_until, found.attempts) == (None, 1)
    assert found.look_at == NOON + timedelta(hours=2, seconds=30)
    assert scene.gateway.asked == [NOON - MINUTE]
    await scene.sweep(timedelta(hours=1))
    assert len(scene.gateway.letters) == 1


async def test_what_a_list_hides_at_first_is_found_later(scene: Scene) -> None:
    scene.gateway.takes_and_fails.append(LOST)
    scene.gateway.hides = 2
    await scene.post()
    seen = await scene.states(0, 0.5, 1, 2, 5, 9, 10, 11)
    assert seen == [(0, "unknown"), (10, "accepted")]
    assert len(scene.gateway.asked) == 3
    assert len(scene.gateway.letters) == 1


async def test_what_is_not_there_in_the_end_is_sent_again(scene: Scene) -> None:
    scene.gateway.failing.append(LOST)
    await scene.post()
    seen = await scene.states(0, 0.5, 2, 9, 10, 10.5)
    assert seen == [(0, "unknown"), (10, "pending"), (10.5, "accepted")]
    assert len(scene.gateway.letters) == 1
    assert (await only(scene.database)).attempts == 2


async def test_a_code_is_not_waited_for_as_long(
    sqlite: Database, clock: Clock, keyring: Keyring
) -> None:
    scene = Scene(sqlite, clock, keyring)
    scene.gateway.failing.append(LOST)
    await scene.post()
    async with sqlite.write() as session:
        message = await only(sqlite)
        message.priority = 0
        session.add(message)
    assert (await scene.states(0, 1 / 6, 0.5, 1))[-1] == (1, "pending")


async def test_who_cannot_be_asked_is_given_it_once_more_and_no_more(
    scene: Scene,
) -> None:
    scene.gateway.finds = False
    scene.gateway.takes_and_fails += [LOST, LOST]
    await scene.post()
    seen = await scene.states(0, 1, 14, 15, 15.5, 16, 60, 90)
    assert seen == [(0, "unknown"), (15, "pending"), (15.5, "failed")]
    assert len(scene.gateway.letters) == 2
    assert scene.gateway.asked == []


async def test_that_it_may_have_gone_twice_is_remembered(scene: Scene) -> None:
    scene.gateway.finds = False
    scene.gateway.takes_and_fails.append(LOST)
    await scene.post()
    assert (await scene.states(0, 15, 16, 17))[-1] == (16, "accepted")
    assert (await only(scene.database)).error == "maybe_twice"


async def test_a_gateway_that_does_not_answer_is_asked_later_and_sent_nothing(
    scene: Scene,
) -> None:
    scene.gateway.takes_and_fails.append(LOST)
    scene.gateway.cannot_be_asked += [Temporary("503")] * 40
    await scene.post()
    assert await scene.states(*range(30)) == [(0, "unknown")]
    scene.gateway.cannot_be_asked.clear()
    assert await scene.states(31) == [(31, "accepted")]
    assert len(scene.gateway.letters) == 1


async def test_a_gateway_that_does_not_answer_is_asked_once_in_a_sweep(
    sqlite: Database, clock: Clock, keyring: Keyring
) -> None:
    scene = Scene(sqlite, clock, keyring)
    scene.gateway.takes_and_fails += [LOST] * 3
    scene.gateway.cannot_be_asked += [Temporary("503")] * 3
    for _ in range(2):
        await scene.post()
    await scene.sweep()
    await scene.sweep(MINUTE)
    assert len(scene.gateway.asked) == 1


async def test_a_gateway_that_is_gone_cannot_be_asked(
    sqlite: Database, clock: Clock, keyring: Keyring
) -> None:
    scene = Scene(sqlite, clock, keyring)
    scene.gateway.takes_and_fails.append(LOST)
    await scene.post()
    await scene.sweep()
    scene.means = means(clock, keyring, FakeGateway("other"))
    assert (await scene.states(1, 15, 15.5))[-1] == (15.5, "accepted")


async def test_what_a_change_made_untrue_is_not_sent_again(
    scene: Scene, keyring: Keyring
) -> None:
    async with scene.database.write() as session:
        world = await make.world(session)
        visit = await book(session, world, keyring)
    scene.gateway.failing.append(LOST)
    await scene.sweep()
    async with scene.database.write() as session:
        assert await messages.discard(session, visit_id=visit.id) == 0
    seen = await scene.states(1, 2, 10, 10.5, 60)
    assert seen == [(1, "unknown"), (10, "pending"), (10.5, "expired")]
    assert scene.gateway.letters == []


async def test_a_lease_that_ran_out_is_looked_after_at_once(scene: Scene) -> None:
    await scene.post()
    scene.gateway.before = lambda: scene.clock.forward(LEASE + SECOND)
    scene.gateway.failing.append(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        await scene.sweep()
    scene.gateway.before = lambda: None
    await scene.sweep()
    message = await only(scene.database)
    assert (message.state, message.error) == (MessageState.UNKNOWN, "lease")
    assert message.look_at == NOON + 10 * MINUTE
    assert scene.gateway.asked == [NOON - MINUTE]


async def test_whoever_was_held_up_for_long_sends_nothing(scene: Scene) -> None:
    await scene.post()
    times = iter([NOON, NOON, NOON + LEASE])
    held_up = means(
        lambda: next(times, NOON + LEASE), scene.means.keyring, scene.gateway
    )
    await dispatch.send_due(scene.database, now=NOON, means=held_up)
    assert scene.gateway.letters == []
    assert (await only(scene.database)).state is MessageState.SENDING
