"""A gateway that is away is passed over, and nothing it would have taken is lost."""

from datetime import timedelta

import pytest

from scheduler import dispatch, handing
from scheduler.gateways import Misconfigured, Permanent, Temporary, Unknown
from scheduler.ways import FAILURES, FIRST_REST
from tests.conftest import NOON
from tests.fakes import Clock
from tests.scheduler.fakes import FakeGateway, means
from tests.scheduler.posted import draft, only, posted, stored
from visitation.database import Database
from visitation.devices import Challenge
from visitation.keyring import Keyring
from visitation.lifecycle import MessageState
from visitation.wording import Template

AWAY = Temporary("unreachable")


@pytest.fixture
def first() -> FakeGateway:
    return FakeGateway("first")


@pytest.fixture
def second() -> FakeGateway:
    return FakeGateway("second")


async def send(database: Database, tools) -> int:
    return await dispatch.send_due(database, now=tools.clock(), means=tools)


async def asked(database: Database, keyring: Keyring) -> int:
    """Somebody wants to sign in."""
    async with database.write() as session:
        challenge = Challenge(
            reference="c",
            phone_fingerprint="p",
            code_sealed=keyring.seal("sign-in-code", "482916"),
            created_at=NOON,
            expires_at=NOON + timedelta(minutes=5),
        )
        session.add(challenge)
        await session.flush()
        return challenge.id


async def test_what_a_dead_gateway_refused_goes_at_once_by_the_next(
    database: Database,
    clock: Clock,
    keyring: Keyring,
    first: FakeGateway,
    second: FakeGateway,
) -> None:
    await posted(database, draft())
    tools = means(clock, keyring, first, second)
    first.failing += [AWAY] * 9
    for _ in range(FAILURES):
        await send(database, tools)
        clock.now = max(clock.now, (await only(database)).not_before)
    message = await only(database)
    assert (message.state, message.gateway) == (MessageState.ACCEPTED, "second")
    assert [health.alive for health in tools.health()] == [False, True]
    await posted(database, *(draft() for _ in range(5)))
    assert await send(database, tools) == 5
    assert len(first.failing) == 9 - FAILURES


async def test_one_that_is_back_is_tried_with_one_message_and_preferred_again(
    sqlite: Database,
    clock: Clock,
    keyring: Keyring,
    first: FakeGateway,
    second: FakeGateway,
) -> None:
    tools = means(clock, keyring, first, second)
    for _ in range(FAILURES):
        tools.ways.of(first).failed(NOON, "unreachable")
    clock.forward(FIRST_REST)
    await posted(sqlite, *(draft() for _ in range(4)))
    assert await send(sqlite, tools) == 4
    by = [message.gateway for message in await stored(sqlite)]
    assert by == ["second", "second", "second", "first"]
    await posted(sqlite, draft())
    assert await send(sqlite, tools) == 1
    assert (await stored(sqlite))[-1].gateway == "first"


async def test_a_gateway_is_tried_with_the_least_urgent_and_never_with_a_code(
    database: Database,
    clock: Clock,
    keyring: Keyring,
    first: FakeGateway,
    second: FakeGateway,
) -> None:
    tools = means(clock, keyring, first, second)
    for _ in range(FAILURES):
        tools.ways.of(first).failed(NOON, "unreachable")
    clock.forward(FIRST_REST)
    code = draft(Template.SIGN_IN, challenge_id=await asked(database, keyring))
    await posted(database, code)
    assert await send(database, tools) == 1
    assert (first.sent, len(second.sent)) == ([], 1)
    await posted(database, draft(Template.CANCELLED), draft())
    first.takes_and_fails.append(Unknown("timeout"))
    await send(database, tools)
    assert [letter.template for letter in first.letters] == [Template.REQUESTED]
    # With no other left even a code is worth a try.
    tools = means(clock, keyring, first)
    tools.ways.of(first).failed(clock(), "20003", misconfigured=True)
    clock.forward(FIRST_REST)
    await posted(database, code | {"dedup_key": "again"})
    assert await send(database, tools) == 1


async def test_at_night_a_try_looks_behind_those_that_wait_for_the_morning(
    sqlite: Database, clock: Clock, keyring: Keyring, first: FakeGateway
) -> None:
    clock.now = NOON + timedelta(hours=11)
    tools = means(clock, keyring, first)
    tools.ways.of(first).failed(clock(), "20003", misconfigured=True)
    clock.forward(FIRST_REST)
    code = draft(
        Template.SIGN_IN,
        challenge_id=await asked(sqlite, keyring),
    )
    await posted(sqlite, code, *(draft() for _ in range(5)))
    assert await send(sqlite, tools) == 1
    assert [letter.template for letter in first.letters] == [Template.SIGN_IN]


async def test_a_wrong_account_is_passed_over_after_one_message(
    sqlite: Database,
    clock: Clock,
    keyring: Keyring,
    first: FakeGateway,
    second: FakeGateway,
) -> None:
    tools = means(clock, keyring, first, second)
    first.failing.append(Misconfigured("20003"))
    await posted(sqlite, draft())
    assert await send(sqlite, tools) == 1
    assert [(one.alive, one.code) for one in tools.health()] == [
        (False, "20003"),
        (True, ""),
    ]


async def test_with_no_gateway_left_messages_wait_and_are_not_touched(
    database: Database, clock: Clock, keyring: Keyring, first: FakeGateway
) -> None:
    tools = means(clock, keyring, first)
    tools.ways.of(first).failed(NOON, "20003", misconfigured=True)
    await posted(database, draft())
    assert await send(database, tools) == 0
    message = await only(database)
    assert (message.state, message.attempts) == (MessageState.PENDING, 0)
    clock.forward(FIRST_REST)
    assert await send(database, tools) == 1


async def test_a_refusal_for_good_is_the_message_s_own_fault(
    sqlite: Database, clock: Clock, keyring: Keyring, first: FakeGateway
) -> None:
    tools = means(clock, keyring, first)
    first.failing += [Permanent("21211")] * (FAILURES + 2)
    await posted(sqlite, *(draft() for _ in range(FAILURES + 3)))
    assert await send(sqlite, tools) == 1
    assert tools.ways.of(first).alive


@pytest.mark.parametrize(
    ("template", "luck", "waits"),
    [
        (Template.REQUESTED, 1.0, 30),
        (Template.REQUESTED, 0.5, 15),
        (Template.REQUESTED, 0.1, 3),
        (Template.SIGN_IN, 1.0, 2),
    ],
)
async def test_who_failed_waits_a_random_part_of_what_they_might(
    sqlite: Database, keyring: Keyring, template: Template, luck: float, waits: float
) -> None:
    first = FakeGateway()
    first.failing.append(AWAY)
    tools = means(Clock(NOON), keyring, first, randomness=lambda: luck)
    await posted(sqlite, draft(template, challenge_id=await asked(sqlite, keyring)))
    await send(sqlite, tools)
    message = await only(sqlite)
    assert (message.not_before - NOON).total_seconds() == waits


async def test_nothing_waits_beyond_its_expiry(
    sqlite: Database, clock: Clock, keyring: Keyring, first: FakeGateway
) -> None:
    first.failing.append(AWAY)
    await posted(sqlite, draft(expires_at=NOON + timedelta(seconds=20)))
    await send(sqlite, means(clock, keyring, first))
    assert (await only(sqlite)).not_before == NOON + timedelta(seconds=10)
    assert timedelta(seconds=20) < handing.FIRST_PAUSE


async def test_a_code_goes_out_with_its_digits(
    database: Database, clock: Clock, keyring: Keyring, first: FakeGateway
) -> None:
    challenge_id = await asked(database, keyring)
    await posted(database, draft(Template.SIGN_IN, challenge_id=challenge_id))
    assert await send(database, means(clock, keyring, first)) == 1
    (letter,) = first.letters
    assert letter.variables == {"code": "۴۸۲۹۱۶"}
    assert "۴۸۲۹۱۶" in letter.text
