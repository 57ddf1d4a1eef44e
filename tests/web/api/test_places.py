"""Sites, stations and slots."""

from dataclasses import asdict

import pytest

from tests import make
from tests.make import World
from tests.web.api.conftest import Enrol, Program, told, wish
from tests.web.conftest import Site
from visitation import audit, places
from visitation.places import NATION, Policy
from visitation.words import Approval, Role

DAY = {"from": "2026-11-24T00:00:00+03:30", "to": "2026-11-25T00:00:00+03:30"}


async def test_sites_within_reach_are_listed(
    site: Site, program: Program, world: World
) -> None:
    async with site.database.write() as session:
        await make.prison(session)
    sites = (await told(await program.get("/sites")))["items"]
    assert [one["id"] for one in sites] == [world.prison.id, world.point.id]
    prisons = (await told(await program.get("/sites", kind="prison")))["items"]
    assert prisons == [
        {
            "id": world.prison.id,
            "province_id": world.prison.province_id,
            "kind": "prison",
            "name": world.prison.name,
            "zone": "Asia/Tehran",
            "address": "",
            "phone": "",
            "closed_at": None,
        }
    ]
    assert await told(await program.get(f"/sites/{world.prison.id}")) == prisons[0]


async def test_a_prison_tells_what_it_allows(
    site: Site, program: Program, world: World
) -> None:
    async with site.database.write() as session:
        await places.choose(
            session,
            scope=NATION,
            values={"adult_age": 16, "approval": "required"},
            by=audit.SYSTEM,
            now=site.clock(),
        )
    found = await told(await program.get(f"/sites/{world.prison.id}/policy"))
    wanted = Policy(adult_age=16, approval=Approval.REQUIRED)
    assert found == asdict(wanted)
    await told(await program.get(f"/sites/{world.point.id}/policy"), 404)


async def test_the_stations_of_a_site_are_listed(
    program: Program, world: World
) -> None:
    stations = await told(await program.get("/stations", site=world.prison.id))
    assert stations["items"] == [
        {
            "id": world.terminal.id,
            "site_id": world.prison.id,
            "kind": "terminal",
            "name": world.terminal.name,
            "out_of_order": None,
        }
    ]


async def test_a_day_has_its_slots_and_says_who_took_one(
    program: Program, world: World
) -> None:
    visit = await told(await program.post("/visits", wish(world)), 201)
    slots = (await told(await program.get("/slots", site=world.prison.id, **DAY)))[
        "items"
    ]
    assert len(slots) == 24
    taken = [slot for slot in slots if slot["state"] != "free"]
    assert [(slot["starts_at"], slot["visit"]) for slot in taken] == [
        (visit["starts_at"], visit["reference"])
    ]
    free = await told(
        await program.get("/slots", site=world.prison.id, state="free", **DAY)
    )
    assert [slot for slot in slots if slot not in taken] == free["items"]


async def test_slots_are_cut_to_the_span(program: Program, world: World) -> None:
    span = {"from": "2026-11-24T10:00:00+03:30", "to": "2026-12-03T10:00:00+03:30"}
    slots = (await told(await program.get("/slots", site=world.prison.id, **span)))[
        "items"
    ]
    starts = [slot["starts_at"] for slot in slots]
    assert (starts[0], starts[-1]) == ("2026-11-24T06:30:00Z", "2026-12-03T06:00:00Z")
    assert len(set(starts)) == len(starts) == 9 * 24


@pytest.mark.parametrize(
    "to", ["2026-11-24T00:00:00+03:30", "2026-12-25T00:00:01+03:30"]
)
async def test_a_span_that_is_empty_or_too_long_is_refused(
    program: Program, world: World, to: str
) -> None:
    span = DAY | {"to": to}
    problem = await told(await program.get("/slots", site=world.prison.id, **span), 422)
    assert problem["errors"][0]["code"] == "span_length"


async def test_what_is_out_of_reach_is_not_there(
    site: Site, program: Program, program_of: Enrol, world: World
) -> None:
    async with site.database.write() as session:
        stranger = await make.account(
            session, Role.SCHEDULER, sites=[await make.prison(session)]
        )
    other = await program_of(stranger)
    for path in (
        f"/sites/{world.prison.id}",
        f"/stations?site={world.prison.id}",
    ):
        await told(await other.get(path), 404)
    await told(await other.get("/slots", site=world.prison.id, **DAY), 404)
    await told(await program.get("/slots", site=world.point.id, **DAY), 404)
