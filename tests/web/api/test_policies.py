"""What nation, province and prison choose, and grants, over the API."""

import pytest

from tests import make
from tests.make import World
from tests.web.api.conftest import Enrol, Program, told
from tests.web.conftest import Site
from visitation.words import Role


@pytest.fixture
async def nation(site: Site, world: World, program_of: Enrol) -> Program:
    """Acts as an administrator who reaches everything."""
    async with site.database.write() as session:
        account = await make.account(session, Role.ADMINISTRATOR)
    return await program_of(account)


async def test_the_narrowest_choice_is_in_force_and_says_where_it_comes_from(
    nation: Program, world: World
) -> None:
    province = f"/provinces/{world.prison.province_id}/policy-choices"
    prison = f"/sites/{world.prison.id}/policy-choices"
    await told(await nation.post("/policy-choices", {"max_party": 5, "adult_age": 16}))
    await told(await nation.post(province, {"max_party": 6}))

    chosen = await told(await nation.post(prison, {"adult_age": 15}, key="one"))

    assert await told(await nation.post(prison, {"adult_age": 15}, key="one")) == chosen
    found = {one["name"]: one for one in chosen["items"]}
    assert found["max_party"] == {
        "name": "max_party",
        "value": 6,
        "own": None,
        "above": 6,
        "level": "province",
    }
    assert (found["adult_age"]["value"], found["adult_age"]["above"]) == (15, 16)
    policy = await told(await nation.get(f"/sites/{world.prison.id}/policy"))
    assert (policy["max_party"], policy["adult_age"]) == (6, 15)
    back = await told(await nation.post(prison, {"adult_age": None}))
    assert {one["name"]: one["value"] for one in back["items"]}["adult_age"] == 16
    assert await told(await nation.get(prison)) == back


async def test_a_number_out_of_its_limits_is_refused(
    nation: Program, world: World
) -> None:
    prison = f"/sites/{world.prison.id}/policy-choices"
    for body, field, code in (
        ({"max_party": 99}, "max_party", "less_than_equal"),
        ({"turnover_minutes": 7}, "turnover_minutes", "whole_quanta"),
        ({"turnover_minutes": 30}, "turnover_minutes", "turnover_swallows_slots"),
        ({"colour": 1}, "colour", "extra_forbidden"),
    ):
        problem = await told(await nation.post(prison, body), 422)
        assert [(e["field"], e["code"]) for e in problem["errors"]] == [(field, code)]


async def test_levels_out_of_reach_and_points_have_no_policy(
    site: Site, keeper: Program, program: Program, world: World
) -> None:
    async with site.database.write() as session:
        elsewhere = await make.province(session, name="یزد")
    for path in (
        "/policy-choices",
        f"/provinces/{elsewhere.id}/policy-choices",
        f"/sites/{world.point.id}/policy-choices",
    ):
        await told(await keeper.get(path), 404)
        await told(await keeper.post(path, {}), 404)
    own = f"/provinces/{world.prison.province_id}/policy-choices"
    await told(await keeper.get(own))
    await told(await program.get(own), 404)


async def test_a_granted_province_may_book_until_it_is_taken_back(
    site: Site, keeper: Program, world: World
) -> None:
    async with site.database.write() as session:
        yazd = await make.province(session, name="یزد")
    known = (await told(await keeper.get("/provinces")))["items"]
    assert yazd.id in {one["id"] for one in known}
    path = f"/sites/{world.prison.id}/grants"
    body = {"province_id": yazd.id, "reason": "زلزله", "until": "2026-12-31"}

    grant = await told(await keeper.post(path, body, key="one"), 201)

    assert await told(await keeper.post(path, body, key="one"), 201) == grant
    assert (await told(await keeper.get(path)))["items"] == [grant]
    longer = await told(await keeper.post(path, body | {"until": "2027-01-31"}), 201)
    assert (longer["id"], longer["until"]) == (grant["id"], "2027-01-31")
    ended = await told(await keeper.post(f"/grants/{grant['id']}/end"))
    assert ended == longer
    assert (await told(await keeper.get(path)))["items"] == []


async def test_a_grant_that_makes_no_sense_is_refused(
    keeper: Program, program: Program, world: World
) -> None:
    path = f"/sites/{world.prison.id}/grants"
    own = {"province_id": world.prison.province_id, "reason": "x"}
    problem = await told(await keeper.post(path, own), 422)
    assert [(e["field"], e["code"]) for e in problem["errors"]] == [
        ("province", "own_province")
    ]
    nowhere = own | {"province_id": 2_000_000_000}
    await told(await keeper.post(path, nowhere), 404)
    await told(await keeper.post(f"/sites/{world.point.id}/grants", own), 404)
    await told(await program.post(path, own), 404)
    await told(await program.get(path), 404)
