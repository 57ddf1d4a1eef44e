"""Two who do the same to a case at the same moment."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sqlmodel import col, select

from tests.conftest import NOON
from tests.visitation.cases.asking import actor, asked, people
from visitation.cases import Case, CaseStep, Changed, Closed, acts, orders
from visitation.cases.refusing import OrderEnded
from visitation.database import Database
from visitation.keyring import Keyring
from visitation.words import Visibility


async def _at_once(
    database: Database, *doings: Callable[[Any], Awaitable[Any]]
) -> list[Any]:
    async def one(doing: Callable[[Any], Awaitable[Any]]) -> Any:
        async with database.write() as session:
            return await doing(session)

    return await asyncio.gather(*map(one, doings), return_exceptions=True)


async def test_of_two_who_decide_at_once_one_is_told_of_the_other(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        who = await people(session)
        number = (await asked(session, who.world, keyring)).case.id

    def deciding(verb: Any, by: Any) -> Callable[[Any], Awaitable[Any]]:
        async def decide(session: Any) -> None:
            case = await session.get_one(Case, number)
            await verb(session, case, text="پاسخ", by=actor(by), now=NOON)

        return decide

    outcomes = await _at_once(
        database, deciding(acts.grant, who.judge), deciding(acts.deny, who.other)
    )
    refused = [one for one in outcomes if one is not None]
    assert [isinstance(one, Closed | Changed) for one in refused] == [True]
    async with database.read() as session:
        assert (await session.get_one(Case, number)).steps == 2


async def test_a_family_that_asks_twice_at_once_has_one_case(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        who = await people(session)

    async def ask(session: Any) -> int:
        return (await asked(session, who.world, keyring)).case.id

    first, *others = await _at_once(database, *[ask] * 4)
    assert others == [first] * 3
    async with database.read() as session:
        steps = (await session.exec(select(CaseStep.number))).all()
    assert steps == [1]


async def test_steps_written_at_once_are_numbered_without_a_gap(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        who = await people(session)
        number = (await asked(session, who.world, keyring)).case.id

    async def note(session: Any) -> None:
        await acts.note(
            session,
            await session.get_one(Case, number),
            text="یادداشت",
            visibility=Visibility.STAFF,
            by=actor(who.clerk),
            now=NOON,
        )

    assert await _at_once(database, *[note] * 6) == [None] * 6
    async with database.read() as session:
        steps = await session.exec(
            select(CaseStep.number).order_by(col(CaseStep.number))
        )
        assert steps.all() == list(range(1, 8))


async def test_an_order_that_two_carry_out_at_once_is_carried_out_once(
    database: Database, keyring: Keyring
) -> None:
    async with database.write() as session:
        who = await people(session)
        case = (await asked(session, who.world, keyring)).case
        order = await orders.make(
            session,
            case,
            text="نامه",
            due_days=2,
            site_id=who.world.prison.id,
            keyring=keyring,
            by=actor(who.judge),
            now=NOON,
        )

    async def carry_out(session: Any) -> str:
        row = await orders.by_reference(session, order.reference)
        done = await orders.carry_out(
            session, row, answer="شد", by=actor(who.warden), now=NOON
        )
        return done.answer

    outcomes = await _at_once(database, carry_out, carry_out)
    assert sorted(type(one) for one in outcomes if one != "شد") == [OrderEnded]
    async with database.read() as session:
        assert (await session.get_one(Case, case.id)).steps == 3
