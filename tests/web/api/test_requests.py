"""Requests over the API: asked with ranked wishes, decided, or refused."""

from typing import Any

import pytest
from sqlmodel import select

from tests import make
from tests.make import World
from tests.web.api.conftest import Enrol, Program, told, wish
from tests.web.conftest import Site
from visitation.audit.tables import AuditEntry
from visitation.words import Approval, Role, SiteKind


def place(world: World, hour: str, **changes: Any) -> dict[str, Any]:
    return {
        "terminal_id": world.terminal.id,
        "starts_at": f"2026-11-25T{hour}:00:00+03:30",
        "ends_at": f"2026-11-25T{hour}:25:00+03:30",
        "kiosk_id": world.kiosk.id,
    } | changes


def asked(world: World, *hours: str, **changes: Any) -> dict[str, Any]:
    return {
        "prison_id": world.prison.id,
        "prisoner_id": world.prisoner.id,
        "visitor_ids": [world.visitor.id],
        "wishes": [place(world, hour) for hour in hours],
    } | changes


async def test_the_first_possible_wish_is_held_and_the_others_remembered(
    program: Program, world: World
) -> None:
    body = asked(world, "10", "11", "12")
    request = await told(await program.post("/requests", body), 201)

    assert request["visit"]["state"] == "requested"
    assert request["visit"]["starts_at"] == "2026-11-25T06:30:00Z"
    assert request["decide_by"] is not None
    assert [
        (one["rank"], one["held"], one["reasons"]) for one in request["wishes"]
    ] == [
        (1, True, None),
        (2, False, None),
        (3, False, None),
    ]
    listing = await told(await program.get("/requests"))
    assert listing == {"items": [request], "next": None}


async def test_what_speaks_against_each_wish_is_told_before_the_decision(
    site: Site, program: Program, world: World
) -> None:
    request = await told(await program.post("/requests", asked(world, "10", "11")), 201)
    async with site.database.write() as session:
        other = await make.prisoner(session, world.prison)
        mother = await make.visitor(session)
        await make.contact(session, other, mother)
    taken = wish(
        world,
        **place(world, "11"),
        prisoner_id=other.id,
        visitor_ids=[mother.id],
    )
    await told(await program.post("/visits", taken), 201)

    path = f"/requests/{request['visit']['reference']}"
    wishes = (await told(await program.get(path)))["wishes"]

    assert wishes[0]["reasons"] == []
    assert {reason["code"] for reason in wishes[1]["reasons"]} == {
        "terminal_taken",
        "kiosk_taken",
    }
    assert all(reason["detail"] for reason in wishes[1]["reasons"])
    refused = await told(await program.post(f"{path}/approve", {"rank": 2}), 409)
    assert refused["code"] == "refused"
    granted = await told(await program.post(f"{path}/approve", {"rank": 1}))
    assert (granted["state"], len(granted["participants"][1]["code"])) == ("booked", 6)


async def test_another_wish_than_the_held_one_can_be_granted(
    program: Program, world: World
) -> None:
    request = await told(await program.post("/requests", asked(world, "10", "11")), 201)
    path = f"/requests/{request['visit']['reference']}/approve"
    granted = await told(await program.post(path, {"rank": 2}))
    assert granted["starts_at"] == "2026-11-25T07:30:00Z"
    assert (await told(await program.post(path, {}), 409))["code"] == "conflict"


async def test_a_declined_request_frees_its_slot_and_is_off_the_list(
    program: Program, world: World
) -> None:
    request = await told(await program.post("/requests", asked(world, "10")), 201)
    path = f"/requests/{request['visit']['reference']}/decline"
    why = {"reason": "تکراری", "told": "rules"}
    await told(await program.post(path, why | {"told": "free text"}), 422)
    declined = await told(await program.post(path, why))
    assert (declined["state"], declined["outcome_reason"]) == ("declined", "تکراری")
    assert (await told(await program.get("/requests")))["items"] == []
    await told(await program.post("/requests", asked(world, "10")), 201)


async def test_a_refusal_says_what_speaks_against_the_best_wish(
    program: Program, world: World
) -> None:
    body = asked(world, "10", visitor_ids=[])
    refused = await told(await program.post("/requests", body), 409)
    assert [one["code"] for one in refused["reasons"]] == ["nobody_visits"]


async def test_the_notice_is_that_of_whom_it_is_asked_by(
    program: Program, world: World
) -> None:
    soon = place(
        world,
        "10",
        starts_at="2026-11-24T10:00:00+03:30",
        ends_at="2026-11-24T10:25:00+03:30",
    )
    body = asked(world, wishes=[soon])
    refused = await told(await program.post("/requests", body), 409)
    assert "too_soon" in {one["code"] for one in refused["reasons"]}
    await told(await program.post("/requests", body | {"asked_by": "staff"}), 201)


async def test_the_same_request_twice_is_one(program: Program, world: World) -> None:
    body = asked(world, "10")
    first = await told(await program.post("/requests", body, key="one"), 201)
    again = await told(await program.post("/requests", body, key="one"), 201)
    assert first == again
    assert len((await told(await program.get("/requests")))["items"]) == 1


async def test_requests_come_page_by_page(
    site: Site, program: Program, world: World
) -> None:
    async with site.database.write() as session:
        await make.policy(session, world.prison, visits_per_week=14)
    made = [
        await told(await program.post("/requests", asked(world, hour)), 201)
        for hour in ("10", "11", "12")
    ]
    first = await told(await program.get("/requests", limit=2))
    rest = await told(await program.get("/requests", limit=2, cursor=first["next"]))
    assert [*first["items"], *rest["items"]] == made
    assert rest["next"] is None


@pytest.fixture
async def clerk(site: Site, world: World, program_of: Enrol) -> Program:
    """Acts as the clerk of the world's point, which stays where it is."""
    async with site.database.write() as session:
        point = await session.get_one(make.Site, world.point.id)
        point.kind = SiteKind.OFFICE
        session.add(point)
        account = await make.account(session, Role.CLERK, sites=[point])
    return await program_of(account)


async def test_a_clerk_asks_for_a_family_in_one_of_the_free_slots(
    site: Site, clerk: Program, program: Program, world: World
) -> None:
    async with site.database.write() as session:
        await make.policy(session, world.prison, approval=Approval.REQUIRED)
    day = {"from": "2026-11-25T00:00:00+03:30", "to": "2026-11-26T00:00:00+03:30"}
    whole = await told(await program.get("/slots", site=world.prison.id, **day))
    taken = wish(world, **place(world, "12"))
    await told(await program.post("/visits", taken), 201)
    free = await told(await clerk.get("/slots", site=world.prison.id, **day))
    assert len(free["items"]) == len(whole["items"]) - 1
    body = asked(world, "17", "18", identity_seen=True)

    request = await told(await clerk.post("/requests", body, key="one"), 201)

    assert await told(await clerk.post("/requests", body, key="one"), 201) == request
    assert (request["visit"]["state"], len(request["wishes"])) == ("requested", 2)
    async with site.database.read() as session:
        noted = await session.exec(
            select(AuditEntry).where(AuditEntry.action == "identity_seen")
        )
        assert len(noted.all()) == 1


async def test_what_a_clerk_asks_is_booked_where_nobody_looks_at_it(
    clerk: Program, world: World
) -> None:
    body = asked(world, "17", identity_seen=True)
    request = await told(await clerk.post("/requests", body), 201)
    assert request["visit"]["state"] == "booked"
    assert (request["decide_by"], request["wishes"]) == (None, [])


async def test_a_clerk_asks_for_families_of_own_points_only(
    site: Site, clerk: Program, world: World
) -> None:
    body = asked(world, "17", identity_seen=True)
    for changes, field, code in (
        ({"identity_seen": False}, "identity_seen", "identity_first"),
        ({"asked_by": "staff"}, "asked_by", "not_for_clerks"),
        ({"kind": "legal"}, "kind", "not_for_clerks"),
        ({"official_wanted": True}, "official_wanted", "not_for_clerks"),
    ):
        problem = await told(await clerk.post("/requests", body | changes), 422)
        assert [(e["field"], e["code"]) for e in problem["errors"]] == [(field, code)]
    async with site.database.write() as session:
        province = await session.get_one(make.Province, world.prison.province_id)
        there = await make.point(session, province, kind=SiteKind.OFFICE, name="دور")
        kiosk = await make.kiosk(session, there)
        far = await make.prison(session)
        stranger = await make.prisoner(session, far)
    for wrong in (
        {"wishes": [place(world, "17", kiosk_id=kiosk.id)]},
        {"wishes": [place(world, "17", kiosk_id=None)]},
        {"prison_id": far.id},
        {"prisoner_id": stranger.id},
    ):
        await told(await clerk.post("/requests", body | wrong), 404)
    day = {"from": "2026-11-25T00:00:00+03:30", "to": "2026-11-26T00:00:00+03:30"}
    await told(await clerk.get("/slots", site=far.id, **day), 404)


@pytest.mark.parametrize("path", ["", "/approve", "/decline"])
async def test_another_provinces_program_finds_no_request(
    site: Site, program: Program, program_of: Enrol, world: World, path: str
) -> None:
    request = await told(await program.post("/requests", asked(world, "10")), 201)
    async with site.database.write() as session:
        elsewhere = await make.province(session, name="یزد")
        stranger = await make.account(session, Role.SCHEDULER, provinces=[elsewhere])
    other = await program_of(stranger)
    whole = f"/requests/{request['visit']['reference']}{path}"
    await told(await (other.post(whole, {}) if path else other.get(whole)), 404)
    assert (await told(await other.get("/requests")))["items"] == []
    await told(await other.post("/requests", asked(world, "10")), 404)
