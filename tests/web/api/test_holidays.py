"""Holidays over the API."""

from tests import make
from tests.make import World
from tests.web.api.conftest import Enrol, Program, told
from tests.web.conftest import Site
from visitation.words import Role

NOVEMBER = {"from": "2026-11-23", "to": "2026-12-23"}


async def nation(site: Site, program_of: Enrol) -> Program:
    async with site.database.write() as session:
        account = await make.account(session, Role.SCHEDULER)
    return await program_of(account)


async def test_a_province_makes_and_changes_a_holiday_of_its_own(
    program: Program, world: World
) -> None:
    body = {
        "day": "2026-12-01",
        "name": "روز استان",
        "province_id": world.prison.province_id,
    }
    kept = await told(await program.post("/holidays", body, key="one"), 201)
    assert kept == {"id": kept["id"], "observed": True, "by_hand": True} | body
    assert await told(await program.post("/holidays", body, key="one"), 201) == kept
    assert (await told(await program.get("/holidays", **NOVEMBER)))["items"] == [kept]

    path = f"/holidays/{kept['id']}"
    renamed = await told(await program.post(f"{path}/rename", {"name": "روز شهر"}))
    assert renamed["name"] == "روز شهر"
    struck = await told(await program.post(f"{path}/strike-out"))
    assert struck["observed"] is False
    again = await told(await program.post(f"{path}/restore"))
    assert again == renamed


async def test_a_holiday_that_cannot_be_kept_is_refused_by_its_field(
    site: Site, program: Program, program_of: Enrol, world: World
) -> None:
    own = world.prison.province_id
    body = {"day": "2026-12-01", "name": "روز استان", "province_id": own}
    await told(await program.post("/holidays", body), 201)
    everywhere = await nation(site, program_of)
    for changes, field, code in (
        ({}, "day", "holiday_known"),
        ({"day": "2026-11-01"}, "day", "day_over"),
        ({"day": "2026-13-01"}, "day", "day"),
        ({"province_id": None, "observed": False}, "province_id", "missing"),
    ):
        problem = await told(await everywhere.post("/holidays", body | changes), 422)
        assert [(e["field"], e["code"]) for e in problem["errors"]] == [(field, code)]
    query = {"from": "2026-12-01", "to": "2026-11-01"}
    await told(await program.get("/holidays", **query), 422)


async def test_days_of_the_country_are_not_changed_by_a_province(
    site: Site, program: Program, program_of: Enrol, world: World
) -> None:
    everywhere = await nation(site, program_of)
    done = await told(await everywhere.post("/holidays/seed"))
    assert done["added"] > 60
    seen = (await told(await program.get("/holidays", **NOVEMBER)))["items"]
    assert all(one["province_id"] is None for one in seen)
    path = f"/holidays/{seen[0]['id']}"
    await told(await program.post(f"{path}/strike-out"), 404)
    await told(await program.post(f"{path}/rename", {"name": "x"}), 404)
    await told(await program.post("/holidays/seed"), 404)
    body = {"day": "2026-12-01", "name": "روز ملی"}
    await told(await program.post("/holidays", body), 404)
    await told(await everywhere.post("/holidays", body), 201)


async def test_auditors_read_and_wardens_do_not(
    site: Site, program_of: Enrol, world: World
) -> None:
    for role, status in ((Role.AUDITOR, 200), (Role.WARDEN, 404)):
        async with site.database.write() as session:
            account = await make.account(session, role, sites=[world.prison])
        other = await program_of(account)
        await told(await other.get("/holidays", **NOVEMBER), status)
        await told(await other.post("/holidays", {}), 404)
