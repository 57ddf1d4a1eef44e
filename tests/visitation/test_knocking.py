"""Guesses at join codes: who is shut out by them, and who is not."""

from datetime import datetime, timedelta

import pytest

from tests import make
from tests.conftest import NOON
from tests.web.day import Booked, booked
from visitation.attempts import TooMany, guesses
from visitation.attempts.guesses import Guess
from visitation.calls.knocking import knock
from visitation.database import Database
from visitation.keyring import Keyring

STARTS = NOON + timedelta(minutes=10)
KIOSK, VILLAGE = "device 1", "address 192.0.2.1"


class Door:
    def __init__(self, database: Database, keyring: Keyring) -> None:
        self.database, self.keyring = database, keyring

    async def family(
        self, phone: str | None, starts_at: datetime = STARTS, **visitor: object
    ) -> Booked:
        async with self.database.write() as session:
            world = await make.world(session)
            return await booked(
                session,
                world,
                self.keyring,
                starts_at=starts_at,
                visitors=[await make.visitor(session, phone=phone, **visitor)],
            )

    async def knock(
        self,
        code: str,
        phone: str | None = None,
        where: str = VILLAGE,
        now: datetime = NOON,
    ) -> bool | None:
        """Whether it opened; None if that was one try too many."""
        guess = Guess(code=code, phone_digits=phone, where=where)
        try:
            async with self.database.write() as session:
                entry = await knock(session, guess, keyring=self.keyring, now=now)
        except TooMany:
            return None
        return entry is not None


@pytest.fixture
def door(database: Database, keyring: Keyring) -> Door:
    return Door(database, keyring)


@pytest.fixture
def at_sqlite(sqlite: Database, keyring: Keyring) -> Door:
    return Door(sqlite, keyring)


async def test_a_code_is_shut_for_an_hour_after_ten_wrong_phones(door: Door) -> None:
    code = (await door.family("+989120001234")).code
    tried = [
        await door.knock(code, f"9{one:03}", f"address {one}") for one in range(11)
    ]

    assert tried == [False] * 10 + [None]
    assert await door.knock(code, "1234", "address 99") is None
    later = NOON + timedelta(minutes=70)
    assert await door.knock(code, "1234", now=later)


async def test_a_phones_digits_are_shut_after_twenty_wrong_codes(
    at_sqlite: Door,
) -> None:
    code = (await at_sqlite.family("+989120001234")).code
    wrong = [f"{(int(code) + 1 + one) % 1_000_000:06}" for one in range(21)]
    tried = [
        await at_sqlite.knock(one, "1234", f"address {at}")
        for at, one in enumerate(wrong)
    ]

    assert tried == [False] * 20 + [None]


async def test_an_address_is_shut_after_a_hundred_failures_and_others_are_not(
    at_sqlite: Door,
) -> None:
    code = (await at_sqlite.family("+989120001234")).code
    for one in range(100):
        assert await at_sqlite.knock(f"{one:06}", f"{5000 + one}") is False

    assert await at_sqlite.knock(code, "1234") is None
    assert await at_sqlite.knock(code, "1234", "address 192.0.2.2")
    assert await at_sqlite.knock(code, None, KIOSK)


async def test_whoever_comes_in_earns_the_place_one_more_failure_a_day(
    at_sqlite: Door,
) -> None:
    families = [await at_sqlite.family(f"+98912000{one:04}") for one in range(3)]
    for one, family in enumerate(families):
        for _ in range(3):
            assert await at_sqlite.knock(family.code, f"{one:04}")
    most = guesses.BY_ADDRESS[0].most
    for one in range(most + 3):
        assert await at_sqlite.knock(f"{one:06}", f"{5000 + one}") is False

    assert await at_sqlite.knock("999999", "9999") is None


async def test_a_device_has_a_days_share_of_failures(at_sqlite: Door) -> None:
    code = (await at_sqlite.family("+989120001234", NOON + timedelta(hours=20))).code
    refused = 0
    for minute in range(12 * 60):
        now = NOON + timedelta(minutes=minute)
        refused += await at_sqlite.knock("000000", None, KIOSK, now) is False

    assert refused == 60
    assert await at_sqlite.knock(code, None, KIOSK, NOON + timedelta(hours=12)) is None


@pytest.mark.parametrize(
    ("away", "says"),
    [
        (timedelta(days=30), False),
        (timedelta(hours=25), False),
        (timedelta(hours=20), True),
        (-timedelta(hours=20), True),
        (-timedelta(days=2), False),
    ],
    ids=["next month", "the day after", "soon", "just over", "long over"],
)
async def test_a_device_says_nothing_of_visits_of_other_days(
    at_sqlite: Door, away: timedelta, says: bool
) -> None:
    code = (await at_sqlite.family("+989120001234", NOON + away)).code

    assert await at_sqlite.knock(code, None, KIOSK) is says
    assert await at_sqlite.knock(code, "1234") is True


@pytest.mark.parametrize("phone", [None, "+989120001234"])
async def test_the_phone_of_the_helper_who_was_told_belongs_to_the_code_too(
    door: Door, phone: str | None
) -> None:
    code = (await door.family(phone, helper_phone="+989131115678")).code

    assert await door.knock(code, "5678")
    assert await door.knock(code, "1234") is bool(phone)
    assert await door.knock(code, "0000") is False
