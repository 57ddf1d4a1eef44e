"""Wishes to be linked to a prisoner: kept, decided once, told; on both databases."""

import asyncio

import pytest
from sqlmodel import select

from tests import make
from tests.conftest import NOON
from tests.make import World
from visitation import people
from visitation.attempts import TooMany
from visitation.audit import Actor
from visitation.database import Database
from visitation.errors import Invalid, NotFound
from visitation.keyring import Keyring
from visitation.messages import Message
from visitation.people import AlreadyDecided, Contact, LinkRequest
from visitation.people.links import Wanted
from visitation.wording import Template
from visitation.words import ContactState, DeclineReason, LinkState, Relation, Role


async def world_of(database: Database) -> World:
    async with database.write() as session:
        return await make.world(session)


def wanted(world: World, **changes: object) -> Wanted:
    said = {
        "prison_id": world.prison.id,
        "prisoner_number": "۱۰۰۲",
        "prisoner_name": "",
        "relation": Relation.CHILD,
        "name": world.visitor.name,
        "national_id": None,
    }
    return Wanted(**(said | changes))  # type: ignore[arg-type]


async def asked(
    database: Database, keyring: Keyring, world: World, **changes: object
) -> LinkRequest:
    async with database.write() as session:
        return await people.ask_for_link(
            session,
            wanted(world, **changes),
            visitor_id=world.visitor.id,
            keyring=keyring,
            by=Actor.visitor(world.visitor.id),
            now=NOON,
        )


async def test_a_wish_is_kept_in_its_own_words(
    database: Database, keyring: Keyring
) -> None:
    world = await world_of(database)

    kept = await asked(database, keyring, world)
    again = await asked(database, keyring, world)

    assert again.id == kept.id
    assert (kept.state, kept.prisoner_number) == (LinkState.ASKED, "1002")


async def test_it_is_told_apart_from_another(
    database: Database, keyring: Keyring
) -> None:
    world = await world_of(database)

    first = await asked(database, keyring, world)
    second = await asked(database, keyring, world, name="کس دیگر")

    assert first.id != second.id


async def test_two_clicks_at_once_are_one_wish(
    database: Database, keyring: Keyring
) -> None:
    world = await world_of(database)

    kept = await asyncio.gather(*(asked(database, keyring, world) for _ in range(4)))

    assert len({one.id for one in kept}) == 1


async def test_what_cannot_be_meant_is_refused(
    database: Database, keyring: Keyring
) -> None:
    world = await world_of(database)

    with pytest.raises(Invalid):
        await asked(database, keyring, world, prisoner_number="")
    with pytest.raises(Invalid):
        await asked(database, keyring, world, national_id="1234567890")
    with pytest.raises(NotFound):
        await asked(database, keyring, world, prison_id=world.point.id)


async def test_a_day_has_so_many_wishes(database: Database, keyring: Keyring) -> None:
    world = await world_of(database)
    for n in range(5):
        await asked(database, keyring, world, prisoner_number=str(n))

    with pytest.raises(TooMany):
        await asked(database, keyring, world, prisoner_number="5")


async def test_two_who_decide_at_once_decide_once(
    database: Database, keyring: Keyring
) -> None:
    world = await world_of(database)
    number = world.prisoner.number
    kept = await asked(database, keyring, world, prisoner_number=number, name="سارا")
    async with database.write() as session:
        boss = await make.account(session, Role.SCHEDULER)
    by = Actor.account(boss.id, Role.SCHEDULER)

    async def approve() -> None:
        async with database.write() as session:
            row = await session.get_one(LinkRequest, kept.id)
            await people.approve_link(
                session, row, prisoner_number=number, keyring=keyring, by=by, now=NOON
            )

    async def refuse() -> None:
        async with database.write() as session:
            row = await session.get_one(LinkRequest, kept.id)
            told = DeclineReason.PAPERS
            await people.refuse_link(
                session, row, told=told, reason="x", by=by, now=NOON
            )

    done = await asyncio.gather(approve(), refuse(), return_exceptions=True)

    assert sorted(type(one) is AlreadyDecided for one in done) == [False, True]
    assert done.count(None) == 1
    async with database.read() as session:
        told = (await session.exec(select(Message.template))).all()
    assert len(told) == 1


async def test_approving_makes_the_contact_and_tells_the_phone(
    database: Database, keyring: Keyring
) -> None:
    world = await world_of(database)
    async with database.write() as session:
        boss = await make.account(session, Role.SCHEDULER)
        other = await make.prisoner(session, world.prison, number="1002")
    kept = await asked(database, keyring, world)

    async with database.write() as session:
        row = await session.get_one(LinkRequest, kept.id)
        meant = await people.prisoners_meant(session, row)
        contact = await people.approve_link(
            session,
            row,
            prisoner_number=meant[0].number,
            keyring=keyring,
            by=Actor.account(boss.id, Role.SCHEDULER),
            now=NOON,
        )

    assert (contact.prisoner_id, contact.visitor_id, contact.state) == (
        other.id,
        world.visitor.id,
        ContactState.APPROVED,
    )
    async with database.read() as session:
        (told,) = (await session.exec(select(Message))).all()
        contacts = (await session.exec(select(Contact))).all()
    assert (told.template, told.phone, told.visit_id) == (
        Template.LINKED,
        world.visitor.phone,
        None,
    )
    assert len(contacts) == 2
