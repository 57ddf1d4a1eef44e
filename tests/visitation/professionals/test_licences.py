"""Licences: asked for, verified once, run out, revoked; on both databases."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlmodel import select

from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.visitation.professionals.practice import (
    UNTIL,
    asked,
    licensed,
    link,
    mandated,
)
from visitation.attempts import TooMany
from visitation.audit import SYSTEM, Actor
from visitation.database import Database
from visitation.errors import Invalid, NotFound
from visitation.keyring import Keyring
from visitation.messages import Message
from visitation.people import AlreadyDecided, Scope
from visitation.professionals import Licence, Mandate, asking, licences, state_of
from visitation.professionals.asking import number_of
from visitation.wording import Template
from visitation.words import (
    ContactState,
    LicenceState,
    MandateState,
    Profession,
    Role,
)

TODAY = NOON.date()


@pytest.fixture
async def world(database: Database) -> World:
    async with database.write() as session:
        return await make.world(session)


async def test_a_licence_is_kept_sealed_and_asked_once(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        first = await asked(session, world, keyring, who=world.visitor)
        again = await asked(session, world, keyring, who=world.visitor, number="12-345")

    assert again.id == first.id
    assert number_of(first, keyring=keyring) == "12345"
    assert b"12345" not in first.number_sealed
    assert first.state is LicenceState.ASKED


async def test_two_clicks_at_once_are_one_licence(
    database: Database, keyring: Keyring, world: World
) -> None:
    async def ask() -> int:
        async with database.write() as session:
            return (await asked(session, world, keyring, who=world.visitor)).id

    assert len(set(await asyncio.gather(*(ask() for _ in range(4))))) == 1


async def test_another_number_waits_for_the_first(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        await asked(session, world, keyring, who=world.visitor)
        with pytest.raises(Invalid, match="licence_asked"):
            await asked(session, world, keyring, who=world.visitor, number="9")


async def test_graduates_ask_for_none(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        with pytest.raises(NotFound):
            await asked(session, world, keyring, profession=Profession.GRADUATE)
        with pytest.raises(Invalid, match="licence_number_needed"):
            await asked(session, world, keyring, number=" - ")


async def test_a_phone_asks_so_often_in_a_day_and_staff_add_one_all_the_same(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        for n in range(5):
            licence = await asked(
                session, world, keyring, who=world.visitor, number=f"7{n}"
            )
            await licences.refuse(
                session, licence, reason="خوانا نیست", by=SYSTEM, now=NOON
            )
        with pytest.raises(TooMany):
            await asked(session, world, keyring, who=world.visitor, number="8")
        added = await licences.add(
            session,
            asking.Wanted(
                profession=Profession.LAWYER,
                number="8",
                issuer="کانون",
                province_id=world.prison.province_id,
            ),
            visitor_id=world.visitor.id,
            valid_until=UNTIL,
            keyring=keyring,
            by=Actor.account(world.scheduler.id, Role.ADMINISTRATOR),
            now=NOON,
        )

    assert added.state is LicenceState.VERIFIED


async def test_a_verified_licence_tells_its_owner_and_runs_out_by_itself(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        licence = await licensed(session, world, keyring, until=TODAY)
        (told,) = (await session.exec(select(Message))).all()

    assert told.template is Template.LICENCE_VERIFIED
    assert state_of(licence, NOON) is LicenceState.VERIFIED
    assert state_of(licence, NOON + timedelta(days=1)) is LicenceState.EXPIRED


@pytest.mark.parametrize(
    ("until", "code"),
    [
        (TODAY - timedelta(days=1), "licence_day_over"),
        (TODAY + timedelta(days=1500), "licence_too_long"),
    ],
)
async def test_a_last_day_is_to_come_and_not_too_far(
    database: Database, keyring: Keyring, world: World, until: date, code: str
) -> None:
    async with database.write() as session:
        licence = await asked(session, world, keyring)
        with pytest.raises(Invalid, match=code):
            await licences.verify(
                session, licence, valid_until=until, by=SYSTEM, now=NOON
            )


async def test_a_number_is_one_persons(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        await licensed(session, world, keyring)
        # Whoever asks with the same number gets no other answer than anybody.
        other = await asked(session, world, keyring, who=world.visitor)
        assert await asking.others_with(session, other) == 1
        with pytest.raises(Invalid, match="licence_taken"):
            await licences.verify(
                session, other, valid_until=UNTIL, by=SYSTEM, now=NOON
            )


async def test_two_who_decide_at_once_decide_once(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        licence = await asked(session, world, keyring)

    async def verify() -> None:
        async with database.write() as session:
            row = await session.get_one(Licence, licence.id)
            await licences.verify(session, row, valid_until=UNTIL, by=SYSTEM, now=NOON)

    async def refuse() -> None:
        async with database.write() as session:
            row = await session.get_one(Licence, licence.id)
            await licences.refuse(session, row, reason="x", by=SYSTEM, now=NOON)

    done = await asyncio.gather(verify(), refuse(), return_exceptions=True)

    assert sorted(type(one) is AlreadyDecided for one in done) == [False, True]
    assert done.count(None) == 1


async def test_revoking_ends_mandates_and_suspends_their_links(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        licence = await licensed(session, world, keyring)
        mandate = await mandated(session, licence, world.prisoner, keyring)
        with pytest.raises(Invalid, match="reason_needed"):
            await licences.revoke(session, licence, reason=" ", by=SYSTEM, now=NOON)
        ended = await licences.revoke(
            session, licence, reason="حکم انتظامی", by=SYSTEM, now=NOON
        )

    async with database.read() as session:
        kept = await session.get_one(Mandate, mandate.id)
        contact = await link(session, kept)
        told = (await session.exec(select(Message.template))).all()
    assert (ended, kept.state) == (1, MandateState.ENDED)
    assert contact is not None
    assert contact.state is ContactState.SUSPENDED
    assert Template.LICENCE_REVOKED in told


async def test_a_licence_is_extended_with_what_rests_on_it(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        licence = await licensed(session, world, keyring, until=TODAY)
        mandate = await mandated(session, licence, world.prisoner, keyring)
        before = await link(session, mandate)
        assert before is not None
        first = before.approved_until
        await asking.ask_renewal(session, licence, by=SYSTEM, now=NOON)
        scope = Scope(everywhere=True)
        waiting = await licences.waiting(session, scope=scope)
        await licences.extend(session, licence, valid_until=UNTIL, by=SYSTEM, now=NOON)
        after = await link(session, mandate)
        none = await licences.waiting(session, scope=scope)

    assert [one.id for one, *_ in waiting] == [licence.id]
    assert none == []
    assert first is not None
    assert after is not None
    assert after.approved_until is not None
    assert after.approved_until - first == UNTIL - TODAY


async def test_renewal_is_asked_for_near_the_end_alone(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        licence = await licensed(session, world, keyring)
        with pytest.raises(Invalid, match="licence_not_to_renew"):
            await asking.ask_renewal(session, licence, by=SYSTEM, now=NOON)


async def test_licences_of_other_provinces_are_out_of_reach(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        await asked(session, world, keyring)
        other = await make.province(session, name="فارس")
        away = Scope(provinces=frozenset({other.id}))
        near = Scope(provinces=frozenset({world.prison.province_id}))

        assert await licences.waiting(session, scope=away) == []
        assert len(await licences.waiting(session, scope=near)) == 1
