"""Prisoners, visitors and contacts."""

import pytest

from tests import make
from tests.make import World
from tests.web.api.conftest import Enrol, Program, told
from tests.web.conftest import Site
from visitation.words import Role

NATIONAL_ID = "0013542419"


async def test_a_prisoner_is_added_and_found_whatever_the_letters(
    program: Program, world: World
) -> None:
    new = {
        "site_id": world.prison.id,
        "number": "۱۲۳",
        "name": "علی یکتا",
        "ward": "جوانان",
        "national_id": NATIONAL_ID,
        "visited_on": "2026-08-01",
    }
    added = await told(await program.post("/prisoners", new), 201)
    assert added == {
        "id": added["id"],
        "site_id": world.prison.id,
        "number": "123",
        "name": "علی یکتا",
        "ward": "جوانان",
        "visited_on": "2026-08-01",
        "has_national_id": True,
        "released_at": None,
    }
    assert await told(await program.get(f"/prisoners/{added['id']}")) == added
    found = await told(await program.post("/prisoners/find", {"text": "علي يكتا"}))
    assert found == {"items": [added], "next": None}


async def test_a_known_number_or_a_wrong_id_is_refused(
    program: Program, world: World
) -> None:
    new = {
        "site_id": world.prison.id,
        "number": world.prisoner.number,
        "name": "علی یکتا",
    }
    problem = await told(await program.post("/prisoners", new), 422)
    assert problem["errors"][0]["code"] == "prisoner_known"
    wrong = new | {"number": "9", "national_id": "1234567890"}
    problem = await told(await program.post("/prisoners", wrong), 422)
    assert problem["errors"][0]["field"] == "national_id"
    early = new | {"number": "9", "visited_on": "2026-11-24"}
    (mistake,) = (await told(await program.post("/prisoners", early), 422))["errors"]
    assert (mistake["field"], mistake["code"]) == ("visited_on", "visited_to_come")


async def test_a_visitor_is_added_linked_and_approved(
    program: Program, world: World
) -> None:
    visitor = await told(
        await program.post("/visitors", {"name": "لیلا", "phone": "0912 345 6789"}), 201
    )
    assert visitor["phone"] == "+989123456789"
    link = {
        "prisoner_id": world.prisoner.id,
        "visitor_id": visitor["id"],
        "relation": "sibling",
        "state": "approved",
    }
    contact = await told(await program.post("/contacts", link), 201)
    assert (contact["state"], contact["relation"]) == ("approved", "sibling")
    listed = await told(
        await program.get(
            "/contacts", prisoner=world.prisoner.id, visitor=visitor["id"]
        )
    )
    assert listed == {"items": [contact], "next": None}
    assert await told(await program.get(f"/contacts/{contact['id']}")) == contact
    assert await told(await program.get(f"/visitors/{visitor['id']}")) == visitor
    problem = await told(await program.post("/contacts", link), 422)
    assert problem["errors"][0]["code"] == "already_linked"


async def test_lists_are_given_page_by_page(site: Site, program: Program) -> None:
    async with site.database.write() as session:
        for name in ("ب", "آ", "پ"):
            await make.visitor(session, name=name)
    whole = (await told(await program.get("/visitors")))["items"]
    seen, cursor = [], {}
    while True:
        page = await told(await program.get("/visitors", limit=2, **cursor))
        seen += page["items"]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == whole
    assert len(seen) == 4


async def test_people_out_of_reach_are_not_there(
    site: Site, program_of: Enrol, world: World
) -> None:
    async with site.database.write() as session:
        stranger = await make.account(
            session, Role.SCHEDULER, sites=[await make.prison(session)]
        )
    other = await program_of(stranger)
    link = {
        "prisoner_id": world.prisoner.id,
        "visitor_id": world.visitor.id,
        "relation": "friend",
    }
    await told(await other.get(f"/prisoners/{world.prisoner.id}"), 404)
    await told(await other.get(f"/visitors/{world.visitor.id}"), 404)
    await told(await other.get(f"/contacts/{world.contact.id}"), 404)
    await told(await other.post("/contacts", link), 404)
    new = {"site_id": world.prison.id, "number": "1", "name": "x"}
    await told(await other.post("/prisoners", new), 404)
    for path in ("/prisoners", "/contacts"):
        assert (await told(await other.get(path)))["items"] == []


@pytest.mark.parametrize("role", [Role.WARDEN, Role.CLERK, Role.AUDITOR, Role.OFFICIAL])
async def test_other_roles_keep_no_people(
    site: Site, program_of: Enrol, world: World, role: Role
) -> None:
    async with site.database.write() as session:
        account = await make.account(session, role)
    other = await program_of(account)
    await told(await other.get("/prisoners"), 404)


async def test_nobody_is_looked_for_in_an_address(
    program: Program, world: World
) -> None:
    by_phone = {"text": (world.visitor.phone or "").removeprefix("+98")}
    found = await told(await program.post("/visitors/find", by_phone))
    assert [one["id"] for one in found["items"]] == [world.visitor.id]
    await told(await program.get("/visitors", text="زهرا"), 422)
    await told(await program.post("/visitors/find", {}), 422)
