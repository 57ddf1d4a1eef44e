"""The same write sent twice is done once."""

import asyncio

import pytest
from sqlmodel import select

from tests import make
from tests.make import World
from tests.web.api.conftest import Enrol, Program, told, wish
from tests.web.conftest import Site, Start
from visitation.database import Database
from visitation.devices import IdempotencyKey
from visitation.visits import Claim, Visit
from visitation.words import Role


@pytest.fixture
async def site(start_site: Start, database: Database) -> Site:
    """On both databases: what makes one wait for the other differs."""
    return await start_site(database=database)


async def test_the_same_key_and_request_are_answered_the_same(
    program: Program, world: World
) -> None:
    first = await program.post("/visits", wish(world), key="one")
    second = await program.post("/visits", wish(world), key="one")
    assert await told(first, 201) == await told(second, 201)
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"


async def test_twenty_at_once_with_one_key_are_one_booking(
    program: Program, world: World
) -> None:
    answers = await asyncio.gather(
        *(program.post("/visits", wish(world), key="one") for _ in range(20))
    )
    bodies = [await told(answer, 201) for answer in answers]
    assert {body["reference"] for body in bodies} == {bodies[0]["reference"]}
    replayed = [a for a in answers if "Idempotency-Replayed" in a.headers]
    assert len(replayed) == 19
    async with program.site.database.read() as session:
        visits = (await session.exec(select(Visit))).all()
        claims = (await session.exec(select(Claim))).all()
    assert len(visits) == 1
    assert {claim.visit_id for claim in claims} == {visits[0].id}


async def test_twenty_at_once_with_keys_of_their_own_are_one_booking(
    program: Program, world: World
) -> None:
    answers = await asyncio.gather(
        *(program.post("/visits", wish(world), key=f"k{n}") for n in range(20))
    )
    assert sorted(answer.status for answer in answers) == [201] + [409] * 19


async def test_a_key_with_another_request_is_refused(
    program: Program, world: World
) -> None:
    await told(await program.post("/visits", wish(world), key="one"), 201)
    problem = await told(
        await program.post("/visits", wish(world, note="x"), key="one"), 422
    )
    assert problem["code"] == "idempotency_key_reused"


async def test_a_refusal_is_given_again_too(program: Program, world: World) -> None:
    await told(await program.post("/visits", wish(world)), 201)
    first = await told(await program.post("/visits", wish(world), key="one"), 409)
    second = await told(await program.post("/visits", wish(world), key="one"), 409)
    assert first == second


async def test_a_refusal_leaves_nothing_but_its_answer(
    program: Program, world: World
) -> None:
    wrong = wish(world, visitor_ids=[])
    await told(await program.post("/visits", wrong, key="one"), 409)
    async with program.site.database.read() as session:
        assert (await session.exec(select(Visit))).all() == []
        assert len((await session.exec(select(IdempotencyKey))).all()) == 1


async def test_two_accounts_may_use_one_key(
    program: Program, program_of: Enrol, world: World
) -> None:
    async with program.site.database.write() as session:
        second = await make.account(session, Role.SCHEDULER)
    other = await program_of(second)
    await told(await program.post("/visits", wish(world), key="one"), 201)
    await told(await other.post("/visits", wish(world), key="one"), 409)


async def test_what_is_kept_holds_no_join_code(program: Program, world: World) -> None:
    visit = await told(await program.post("/visits", wish(world), key="one"), 201)
    code = visit["participants"][1]["code"]
    async with program.site.database.read() as session:
        row = (await session.exec(select(IdempotencyKey))).one()
    assert code not in row.response
    assert visit["reference"] not in row.response


@pytest.mark.parametrize("key", ["", "x" * 129])
async def test_a_key_that_cannot_be_kept_is_refused(
    program: Program, world: World, key: str
) -> None:
    response = await program.request(
        "POST",
        "/visits",
        json=wish(world),
        headers={"Idempotency-Key": key},
    )
    problem = await told(response, 422)
    assert problem["errors"][0]["code"] == "idempotency_key"
