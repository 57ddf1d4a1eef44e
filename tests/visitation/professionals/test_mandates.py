"""Mandates: who is meant, what approval makes of them, and when they are over."""

from datetime import timedelta

import pytest
from sqlmodel import select

from tests import make
from tests.conftest import NOON
from tests.make import World
from tests.visitation.professionals.practice import (
    claimed,
    licensed,
    link,
    mandated,
)
from visitation import professionals
from visitation.attempts import TooMany
from visitation.audit import SYSTEM, Actor
from visitation.database import Database
from visitation.errors import Invalid
from visitation.keyring import Keyring
from visitation.people import AlreadyDecided, Contact, Scope, Standing, standing
from visitation.professionals import (
    Licence,
    Mandate,
    NotInForce,
    NotTheirs,
    Right,
    clients,
    licences,
    mandates,
)
from visitation.words import (
    CaseKind,
    ContactState,
    MandateState,
    Profession,
    Relation,
)

TODAY = NOON.date()


@pytest.fixture
async def world(database: Database) -> World:
    async with database.write() as session:
        return await make.world(session)


async def ask(
    session: object, licence: Licence, world: World, keyring: Keyring, **changes: object
) -> Mandate | None:
    named = {
        "prison_id": world.prison.id,
        "number": world.prisoner.number,
        "name": world.prisoner.name,
    }
    return await clients.ask(
        session,  # type: ignore[arg-type]
        licence,
        clients.Wanted(**(named | changes)),  # type: ignore[arg-type]
        keyring=keyring,
        by=Actor.visitor(licence.visitor_id),
        now=NOON,
    )


@pytest.mark.parametrize(
    "changes", [{"number": "0"}, {"name": "کس دیگر"}, {"prison_id": 9999}]
)
async def test_what_does_not_match_means_nobody(
    database: Database, keyring: Keyring, world: World, changes: dict[str, object]
) -> None:
    async with database.write() as session:
        licence = await licensed(session, world, keyring)

        assert await ask(session, licence, world, keyring, **changes) is None
        assert (await session.exec(select(Mandate))).all() == []


async def test_names_are_compared_however_they_are_spelled(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        licence = await licensed(session, world, keyring)
        spelled = world.prisoner.name.replace("ی", "ي").replace(" ", "\u200c")
        first = await ask(session, licence, world, keyring, name=spelled)
        again = await ask(session, licence, world, keyring)

    assert first is not None
    assert again is not None
    assert first.id == again.id


async def test_who_was_released_is_nobodys_client(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        licence = await licensed(session, world, keyring)
        gone = await make.prisoner(session, world.prison, released_at=NOON)

        found = await ask(
            session, licence, world, keyring, number=gone.number, name=gone.name
        )
    assert found is None


async def test_a_day_has_so_many_tries(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        licence = await licensed(session, world, keyring)
        for n in range(20):
            await ask(session, licence, world, keyring, number=f"x{n}")
        with pytest.raises(TooMany):
            await ask(session, licence, world, keyring)


async def test_an_approved_mandate_is_a_link_that_ends_with_it(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        licence = await licensed(session, world, keyring)
        last = TODAY + timedelta(days=10)
        mandate = await mandated(
            session, licence, world.prisoner, keyring, valid_until=last
        )
        contact = await link(session, mandate)

    assert contact is not None
    assert contact.relation is Relation.LAWYER
    assert standing(contact, NOON + timedelta(days=10)) is Standing.APPROVED
    assert standing(contact, NOON + timedelta(days=11)) is Standing.NOT_APPROVED


async def test_an_expert_needs_a_courts_order_and_is_called_one(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        expert = Profession.EXPERT
        licence = await licensed(session, world, keyring, profession=expert)
        with pytest.raises(Invalid, match="order_needed"):
            await claimed(session, licence, world.prisoner, keyring)
        mandate = await claimed(
            session, licence, world.prisoner, keyring, order="۱۴۰۵/۱۲"
        )
        contact = await mandates.approve(session, mandate, by=SYSTEM, now=NOON)

    assert contact.relation is Relation.EXPERT


async def test_family_stays_family(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        licence = await licensed(session, world, keyring, who=world.visitor)
        mandate = await claimed(session, licence, world.prisoner, keyring)
        with pytest.raises(Invalid, match="linked_as_family"):
            await mandates.approve(session, mandate, by=SYSTEM, now=NOON)


async def test_a_ban_is_not_lifted_by_a_mandate(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        licence = await licensed(session, world, keyring)
        session.add(
            Contact(
                prisoner_id=world.prisoner.id,
                visitor_id=licence.visitor_id,
                relation=Relation.LAWYER,
                state=ContactState.BANNED,
                banned_until=NOON + timedelta(days=5),
                changed_at=NOON,
            )
        )
        mandate = await claimed(session, licence, world.prisoner, keyring)
        with pytest.raises(Invalid, match="contact_banned"):
            await mandates.approve(session, mandate, by=SYSTEM, now=NOON)


async def test_a_mandate_is_decided_once_and_only_under_a_licence(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        licence = await licensed(session, world, keyring, until=TODAY)
        mandate = await claimed(session, licence, world.prisoner, keyring)
        tomorrow = NOON + timedelta(days=1)
        with pytest.raises(NotInForce):
            await mandates.approve(session, mandate, by=SYSTEM, now=tomorrow)
        await mandates.refuse(session, mandate, reason="x", by=SYSTEM, now=NOON)
        with pytest.raises(AlreadyDecided):
            await mandates.approve(session, mandate, by=SYSTEM, now=NOON)


async def test_one_acts_under_a_mandate_in_force_alone(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        licence = await licensed(session, world, keyring, until=TODAY)
        mandate = await mandated(session, licence, world.prisoner, keyring)
        named = {"visitor_id": licence.visitor_id}
        found = await professionals.acting(
            session, mandate.reference, Right.VISIT, now=NOON, **named
        )
        assert found.prisoner.id == world.prisoner.id
        for who, at in (
            (world.visitor.id, NOON),
            (licence.visitor_id, NOON + timedelta(days=1)),
        ):
            with pytest.raises(NotInForce):
                await professionals.acting(
                    session, mandate.reference, Right.VISIT, visitor_id=who, now=at
                )
        await licences.revoke(session, licence, reason="x", by=SYSTEM, now=NOON)
        with pytest.raises(NotInForce):
            await professionals.acting(
                session, mandate.reference, Right.FILE, now=NOON, **named
            )


async def test_experts_file_some_kinds_only(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        expert = Profession.EXPERT
        licence = await licensed(session, world, keyring, profession=expert)
        mandate = await claimed(session, licence, world.prisoner, keyring, order="7")
        await mandates.approve(session, mandate, by=SYSTEM, now=NOON)
        with pytest.raises(NotTheirs):
            await professionals.acting(
                session,
                mandate.reference,
                Right.FILE,
                kind=CaseKind.FURLOUGH,
                visitor_id=licence.visitor_id,
                now=NOON,
            )


async def test_ending_a_mandate_suspends_the_link(
    database: Database, keyring: Keyring, world: World
) -> None:
    async with database.write() as session:
        licence = await licensed(session, world, keyring)
        mandate = await mandated(session, licence, world.prisoner, keyring)
        await mandates.end(session, mandate, reason="عزل", by=SYSTEM, now=NOON)
        contact = await link(session, mandate)
        waiting = await clients.listed(session, scope=Scope(everywhere=True))

    assert mandate.state is MandateState.ENDED
    assert contact is not None
    assert contact.state is ContactState.SUSPENDED
    assert waiting == []
