"""Officials' attendance, covers and weekly hours over the API."""

from typing import Any

import pytest

from tests import make
from tests.make import World
from tests.web.api.conftest import Enrol, Program, told, wish
from tests.web.conftest import Site
from visitation.words import Role


def session_of(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "official_id": world.official.id,
        "prison_id": world.prison.id,
        "starts_at": "2026-11-24T08:00:00+03:30",
        "ends_at": "2026-11-24T12:00:00+03:30",
        "attendance": "desk",
    } | changes


@pytest.fixture
async def official(world: World, program_of: Enrol) -> Program:
    """Acts as the world's official."""
    return await program_of(world.official)


async def wanted(program: Program, world: World, **changes: Any) -> str:
    body = wish(world, official_wanted=True, **changes)
    visit = await told(await program.post("/visits", body), 201)
    assert visit["official_wanted"] is True
    reference: str = visit["reference"]
    return reference


async def test_an_official_finds_a_visit_joins_and_leaves_it(
    program: Program, official: Program, world: World
) -> None:
    reference = await wanted(program, world)
    found = (await told(await official.get("/wanted-visits")))["items"]
    assert [one["reference"] for one in found] == [reference]
    path = f"/visits/{reference}/official"

    joined = await told(await official.post(path, {"attendance": "phone"}, key="one"))

    assert (joined["official_id"], joined["attendance"]) == (
        world.official.id,
        "phone",
    )
    again = await told(await official.post(path, {"attendance": "phone"}, key="one"))
    assert again == joined
    assert (await told(await official.get("/wanted-visits")))["items"] == []
    assert (await told(await official.post(path, {}), 409))["code"] == "conflict"
    desk = await told(await official.post(f"{path}/from", {"attendance": "desk"}))
    assert desk["attendance"] == "desk"
    left = await told(await official.post(f"{path}/leave", {"reason": "مأموریت"}))
    assert (left["official_id"], left["official_wanted"]) == (None, True)


async def test_an_official_joins_for_nobody_else(
    site: Site, program: Program, official: Program, world: World
) -> None:
    reference = await wanted(program, world)
    async with site.database.write() as session:
        province = await session.get_one(make.Province, world.prison.province_id)
        other = await make.account(session, Role.OFFICIAL, provinces=[province])
    path = f"/visits/{reference}/official"
    await told(await official.post(path, {"official_id": other.id}), 404)
    body = session_of(world, official_id=other.id)
    await told(await official.post("/covers", body), 404)
    await told(await official.post(f"{path}/want", {"wanted": False}), 404)
    await told(await official.get(f"/officials/{other.id}/hours"), 404)
    shown = (await told(await official.get("/officials")))["items"]
    assert [one["id"] for one in shown] == [world.official.id]
    named = (await told(await program.get("/officials")))["items"]
    assert {one["id"] for one in named} == {world.official.id, other.id}
    problem = await told(await program.post(path, {}), 422)
    assert [(e["field"], e["code"]) for e in problem["errors"]] == [
        ("official_id", "missing")
    ]


async def test_an_official_is_wanted_or_not(program: Program, world: World) -> None:
    visit = await told(await program.post("/visits", wish(world)), 201)
    path = f"/visits/{visit['reference']}/official/want"
    assert (await told(await program.post(path, {})))["official_wanted"] is True
    no = await told(await program.post(path, {"wanted": False}))
    assert no["official_wanted"] is False


async def test_the_prisons_staff_ask_for_an_official_too(
    site: Site, program: Program, program_of: Enrol, world: World
) -> None:
    visit = await told(await program.post("/visits", wish(world)), 201)
    async with site.database.write() as session:
        prison = await session.get_one(make.Site, world.prison.id)
        warden = await make.account(session, Role.WARDEN, sites=[prison])
        other = await make.prison(session)
        stranger = await make.account(session, Role.WARDEN, sites=[other])
    path = f"/visits/{visit['reference']}/official/want"
    wardens = await program_of(warden)
    assert (await told(await wardens.post(path, {})))["official_wanted"] is True
    await told(await (await program_of(stranger)).post(path, {}), 404)
    taking = {"official_id": world.official.id}
    await told(await wardens.post(path.removesuffix("/want"), taking), 404)


async def test_a_whole_session_is_attended_from_elsewhere(
    program: Program, world: World
) -> None:
    reference = await wanted(program, world)
    cover = await told(await program.post("/covers", session_of(world)), 201)
    path = f"/covers/{cover['reference']}/from"

    phone = await told(await program.post(path, {"attendance": "phone"}))

    assert phone == cover | {"attendance": "phone"}
    visit = await told(await program.get(f"/visits/{reference}"))
    assert visit["attendance"] == "phone"
    problem = await told(await program.post(path, {"attendance": "village"}), 422)
    assert [(e["field"], e["code"]) for e in problem["errors"]] == [
        ("attendance", "beside_on_village_days")
    ]
    await told(await program.post(path.replace("from", "cancel")))
    await told(await program.post(path, {"attendance": "desk"}), 409)


async def test_one_place_in_common_is_enough_to_keep_an_officials_hours(
    site: Site, program: Program, world: World
) -> None:
    async with site.database.write() as session:
        here = await session.get_one(make.Province, world.prison.province_id)
        there = await make.province(session, name="یزد")
        both = await make.account(session, Role.OFFICIAL, provinces=[here, there])
        away = await make.account(session, Role.OFFICIAL, provinces=[there])
    await told(await program.get(f"/officials/{both.id}/hours"))
    await told(await program.get(f"/officials/{away.id}/hours"), 404)


async def test_a_cover_takes_the_visits_inside_and_gives_them_back(
    program: Program, world: World
) -> None:
    reference = await wanted(program, world)

    cover = await told(await program.post("/covers", session_of(world), key="one"), 201)

    same = await program.post("/covers", session_of(world), key="one")
    assert await told(same, 201) == cover
    visit = await told(await program.get(f"/visits/{reference}"))
    assert visit["official_id"] == world.official.id
    assert (await told(await program.get("/covers")))["items"] == [cover]
    clash = await told(await program.post("/covers", session_of(world)), 409)
    assert (clash["code"], bool(clash["detail"])) == ("conflict", True)
    gone = await told(await program.post(f"/covers/{cover['reference']}/cancel"))
    assert gone["cancelled_at"] is not None
    visit = await told(await program.get(f"/visits/{reference}"))
    assert (visit["official_id"], visit["official_wanted"]) == (None, True)
    assert (await told(await program.get("/covers")))["items"] == []


async def test_a_visit_is_booked_on_the_cover_of_its_official(
    program: Program, world: World
) -> None:
    await told(await program.post("/covers", session_of(world)), 201)
    body = wish(world, official_id=world.official.id)
    visit = await told(await program.post("/visits", body), 201)
    assert visit["official_id"] == world.official.id


async def test_a_cover_that_makes_no_sense_is_refused(
    program: Program, world: World
) -> None:
    for changes, field, code in (
        ({"prison_id": None}, "place", "prison_or_day"),
        ({"ends_at": "2026-11-24T08:00:00+03:30"}, "ends_at", "ends_before_start"),
        ({"ends_at": "2026-11-25T08:00:00+03:30"}, "ends", "cover_too_long"),
    ):
        body = session_of(world, **changes)
        problem = await told(await program.post("/covers", body), 422)
        assert [(e["field"], e["code"]) for e in problem["errors"]] == [(field, code)]
    await told(await program.post("/covers", session_of(world, mobile_day="no")), 404)


async def test_covers_come_page_by_page(program: Program, world: World) -> None:
    made = []
    for hour in ("08", "09", "10"):
        body = session_of(
            world,
            starts_at=f"2026-11-24T{hour}:00:00+03:30",
            ends_at=f"2026-11-24T{hour}:30:00+03:30",
        )
        made.append(await told(await program.post("/covers", body), 201))
    first = await told(await program.get("/covers", limit=2))
    rest = await told(await program.get("/covers", limit=2, cursor=first["next"]))
    assert [*first["items"], *rest["items"]] == made
    early = await program.get("/covers", to="2026-11-24T09:00:00+03:30")
    assert (await told(early))["items"] == made[:1]


async def test_weekly_hours_are_given_and_ended(
    official: Program, program: Program, world: World
) -> None:
    path = f"/officials/{world.official.id}/hours"
    body = {
        "weekday": "tuesday",
        "starts": "09:00",
        "ends": "12:30",
        "attendance": "desk",
        "valid_from": "2026-11-24",
    }
    hours = await told(await official.post(path, body, key="one"), 201)
    assert (
        hours
        == {
            "id": hours["id"],
            "zone": "Asia/Tehran",
            "valid_to": None,
        }
        | body
    )
    assert await told(await official.post(path, body, key="one"), 201) == hours
    assert (await told(await program.get(path)))["items"] == [hours]
    for changes, field, code in (
        ({}, "starts", "hours_overlap"),
        ({"ends": "08:00"}, "ends", "ends_before_start"),
        ({"ends": "25:00"}, "ends", "wall"),
        ({"zone": "Mars/Base"}, "zone", "unknown_zone"),
    ):
        problem = await told(await official.post(path, body | changes), 422)
        assert [(e["field"], e["code"]) for e in problem["errors"]] == [(field, code)]
    ended = await told(await official.post(f"/hours/{hours['id']}/end"))
    assert ended["valid_to"] == "2026-11-22"
    assert (await told(await program.get(path)))["items"] == []


async def test_another_provinces_program_finds_none_of_it(
    site: Site, program: Program, program_of: Enrol, world: World
) -> None:
    reference = await wanted(program, world)
    cover = await told(await program.post("/covers", session_of(world)), 201)
    async with site.database.write() as session:
        elsewhere = await make.province(session, name="یزد")
        stranger = await make.account(session, Role.SCHEDULER, provinces=[elsewhere])
    other = await program_of(stranger)
    for name in ("officials", "wanted-visits", "covers"):
        assert (await told(await other.get(f"/{name}")))["items"] == []
    await told(await other.post(f"/covers/{cover['reference']}/cancel"), 404)
    await told(await other.post(f"/visits/{reference}/official", {}), 404)
    await told(await other.post("/covers", session_of(world)), 404)
    await told(await other.get(f"/officials/{world.official.id}/hours"), 404)
