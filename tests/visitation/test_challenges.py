"""One-time codes for phones, on both databases."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from tests import make
from tests.conftest import NOON
from visitation import messages
from visitation.attempts import TooMany
from visitation.audit.tables import AuditEntry
from visitation.database import Database
from visitation.devices import Asked, Budget, Challenge, challenges
from visitation.keyring import Keyring
from visitation.messages import Message
from visitation.people import phones
from visitation.people.tables import Visitor

PHONE, OTHER = "+989121234567", "+989137654321"
MINUTE = timedelta(minutes=1)
LATER = timedelta(seconds=70)


class Desk:
    """Asks for codes and tries them, each in a transaction of its own."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self.database, self.keyring = database, keyring
        self.now: datetime = NOON
        self.budget = Budget()

    async def ask(self, phone: str = PHONE, address: str = "here") -> Asked:
        async with self.database.write() as session:
            return await phones.ask_for_code(
                session,
                phone=phone,
                address=address,
                keyring=self.keyring,
                now=self.now,
                budget=self.budget,
            )

    async def check(self, asked: Asked, code: str) -> Visitor | None:
        async with self.database.write() as session:
            return await phones.sign_in_by_code(
                session,
                reference=asked.reference,
                code=code,
                keyring=self.keyring,
                now=self.now,
            )

    async def sent(self) -> list[Message]:
        async with self.database.read() as session:
            rows = await session.exec(select(Message).order_by(Message.id))
            return list(rows.all())

    async def challenge(self) -> Challenge:
        async with self.database.read() as session:
            rows = await session.exec(select(Challenge).order_by(Challenge.id.desc()))
            return rows.first()

    async def code(self) -> str:
        opened = challenges.code_of(await self.challenge(), keyring=self.keyring)
        assert opened is not None
        return opened

    async def wrong(self) -> str:
        return f"{(int(await self.code()) + 1) % 1_000_000:06}"


@pytest.fixture
async def desk(database: Database, keyring: Keyring) -> Desk:
    async with database.write() as session:
        await make.visitor(session, name="مادر", phone=PHONE, language="en")
        await make.visitor(session, name="خواهر", phone=PHONE)
    return Desk(database, keyring)


async def test_a_code_goes_to_the_phone_and_signs_its_first_visitor_in(
    desk: Desk,
) -> None:
    asked = await desk.ask()
    (message,) = await desk.sent()
    challenge, code = await desk.challenge(), await desk.code()

    assert (message.phone, message.language, message.priority) == (PHONE, "en", 0)
    assert message.expires_at == NOON + timedelta(minutes=5)
    assert (message.challenge_id, message.variables) == (challenge.id, {})
    assert code in messages.text_of(message, code=code)
    visitor = await desk.check(asked, code)

    assert visitor is not None
    assert visitor.name == "مادر"
    used = await desk.challenge()
    assert used.used_at == NOON
    assert (used.code_sealed, used.code_fingerprint, used.phone_sealed) == (None,) * 3
    async with desk.database.read() as session:
        (entry,) = (await session.exec(select(AuditEntry))).all()
    assert (entry.actor, entry.action) == (f"visitor:{visitor.id}", "sign_in")


async def test_a_code_is_good_once(desk: Desk) -> None:
    asked = await desk.ask()
    code = await desk.code()

    found = await asyncio.gather(*(desk.check(asked, code) for _ in range(4)))

    assert sum(one is not None for one in found) == 1


async def test_an_unknown_phone_is_answered_alike_and_gets_no_message(
    desk: Desk,
) -> None:
    asked = await desk.ask(OTHER)
    code = await desk.code()

    assert asked == Asked(reference=asked.reference)
    assert len(asked.reference) == len((await desk.ask()).reference)
    assert await desk.check(asked, code) is None
    assert [one.phone for one in await desk.sent()] == [PHONE]


async def test_a_code_runs_out_after_five_minutes(desk: Desk) -> None:
    asked = await desk.ask()
    code = await desk.code()
    desk.now += 5 * MINUTE

    assert await desk.check(asked, code) is None
    assert await desk.check(Asked(reference="nobody's"), code) is None


async def test_the_fifth_wrong_try_is_the_last(desk: Desk) -> None:
    asked = await desk.ask()
    code, wrong = await desk.code(), await desk.wrong()
    for _ in range(5):
        assert await desk.check(asked, wrong) is None

    assert await desk.check(asked, code) is None


async def test_a_code_sent_again_is_the_same_with_the_tries_it_had(
    desk: Desk,
) -> None:
    asked = await desk.ask()
    code = await desk.code()
    for _ in range(3):
        await desk.check(asked, await desk.wrong())
    desk.now += LATER
    again = await desk.ask()

    assert (again, await desk.code()) == (
        Asked(reference=asked.reference, sent=True),
        code,
    )
    assert (await desk.challenge()).tries == 3
    assert (await desk.challenge()).expires_at == desk.now + 5 * MINUTE
    assert len(await desk.sent()) == 2
    for _ in range(2):
        await desk.check(asked, await desk.wrong())
    assert await desk.check(asked, code) is None


async def test_sending_again_keeps_a_code_alive_for_ten_minutes_at_most(
    desk: Desk,
) -> None:
    await desk.ask()
    for _ in range(2):
        desk.now += 4 * MINUTE
        await desk.ask()

    assert (await desk.challenge()).expires_at == NOON + 10 * MINUTE


async def test_within_a_minute_nothing_is_sent_again(desk: Desk) -> None:
    asked = await desk.ask()

    others = await asyncio.gather(*(desk.ask() for _ in range(4)))

    assert set(others) == {Asked(reference=asked.reference)}
    assert len(await desk.sent()) == 1


async def test_asked_at_one_moment_one_message_goes_out(desk: Desk) -> None:
    asked = await asyncio.gather(*(desk.ask() for _ in range(4)))

    assert len({one.reference for one in asked}) == 1
    assert [one.sent for one in asked].count(True) == 1
    assert len(await desk.sent()) == 1


@pytest.mark.parametrize("phone", [PHONE, OTHER], ids=["known", "unknown"])
async def test_a_phone_has_five_codes_a_day(desk: Desk, phone: str) -> None:
    for _ in range(5):
        await desk.ask(phone)
        desk.now += 11 * MINUTE
    with pytest.raises(TooMany):
        await desk.ask(phone)

    assert len(await desk.sent()) == (5 if phone == PHONE else 0)
    desk.now += timedelta(hours=28)
    await desk.ask(phone)


@pytest.mark.parametrize("phone", [PHONE, OTHER], ids=["known", "unknown"])
async def test_a_phone_has_ten_tries_a_day_however_many_codes(
    desk: Desk, phone: str
) -> None:
    tried = 0
    for _ in range(3):
        asked, wrong = await desk.ask(phone), await desk.wrong()
        for _ in range(4):
            try:
                assert await desk.check(asked, wrong) is None
            except TooMany:
                break
            tried += 1
        desk.now += 11 * MINUTE

    assert tried == 10


@pytest.mark.parametrize("phone", [PHONE, OTHER], ids=["known", "unknown"])
async def test_one_address_cannot_ask_for_everybody(desk: Desk, phone: str) -> None:
    desk.budget = Budget(numbers_per_address=3)
    for number in range(3):
        await desk.ask(f"+98912000000{number}")
    with pytest.raises(TooMany) as refused:
        await desk.ask(phone)

    assert refused.value.wait <= 12 * MINUTE
    assert (await desk.ask(phone, address="there")).sent is (phone == PHONE)
    desk.now += refused.value.wait
    await desk.ask(phone)


@pytest.mark.parametrize("phone", [PHONE, OTHER], ids=["known", "unknown"])
async def test_who_asks_again_and_again_uses_up_nothing_of_the_others(
    desk: Desk, phone: str
) -> None:
    desk.budget = Budget(numbers_per_address=2)
    asked = [await desk.ask(phone) for _ in range(9)]
    assert len({one.reference for one in asked}) == 1
    await desk.ask("+989129999999")
    with pytest.raises(TooMany):
        await desk.ask("+989128888888")

    # Whoever asked before is not turned away by what others do.
    assert (await desk.ask(phone)).reference == asked[0].reference


async def test_a_village_behind_one_address_signs_in_whatever_a_vandal_does(
    sqlite: Database, keyring: Keyring
) -> None:
    village = [f"+98913{number:07}" for number in range(400)]
    async with sqlite.write() as session:
        for phone in village:
            await make.visitor(session, phone=phone)
    vandal = [f"+98935{number:07}" for number in range(100)]
    async with sqlite.write() as session:
        asked = [
            await phones.ask_for_code(
                session,
                phone=number,
                address="carrier",
                keyring=keyring,
                now=NOON,
                budget=Budget(),
            )
            for number in [*vandal, *village]
        ]

    assert [one.sent for one in asked] == [False] * 100 + [True] * 400
    assert not any(one.held_back for one in asked)


@pytest.mark.parametrize(
    ("budget", "other"),
    [
        (Budget(per_prefix=1), True),
        (Budget(per_address=1), False),
        (Budget(altogether=1), False),
    ],
    ids=["prefix", "address", "altogether"],
)
async def test_a_spent_budget_sends_nothing_and_does_not_say_so(
    desk: Desk, budget: Budget, other: bool
) -> None:
    desk.budget = budget
    async with desk.database.write() as session:
        for phone in ("+989129999999", OTHER):
            await make.visitor(session, phone=phone)
    first = await desk.ask("+989129999999")
    assert first.sent

    held = await desk.ask()

    assert held == Asked(reference=held.reference, held_back=True)
    assert (await desk.ask(OTHER)).sent is other


async def test_challenges_that_have_run_out_are_forgotten(desk: Desk) -> None:
    await desk.ask()
    desk.now += MINUTE * 3
    await desk.ask(OTHER)
    async with desk.database.write() as session:
        gone = await challenges.forget_challenges(session, now=NOON + 5 * MINUTE)

    assert gone == 1
    (message,) = await desk.sent()
    assert message.challenge_id is None
