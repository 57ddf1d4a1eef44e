"""The waiting list, its offers and its plans over the API."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from scheduler import offers, possible
from tests import make
from tests.make import World
from tests.visitation.test_boards import counted
from tests.web.api.conftest import Enrol, Program, told, wish
from tests.web.conftest import Site
from visitation import visits, waiting
from visitation.audit import SYSTEM
from visitation.words import Role, SiteKind, WaitingState


@pytest.fixture
async def office(site: Site, world: World) -> int:
    """An office where families sit down; its id."""
    async with site.database.write() as session:
        province = await session.get_one(make.Province, world.prison.province_id)
        point = await make.point(session, province, kind=SiteKind.OFFICE)
        await make.kiosk(session, point)
    return point.id


def family(world: World, office: int, **changes: Any) -> dict[str, Any]:
    return {
        "prisoner_id": world.prisoner.id,
        "visitor_ids": [world.visitor.id],
        "first_day": "2026-11-24",
        "last_day": "2026-11-30",
        "points": [office],
        "distance_km": 120,
    } | changes


async def another(site: Site, world: World) -> dict[str, Any]:
    async with site.database.write() as session:
        prisoner = await make.prisoner(session, world.prison)
        visitor = await make.visitor(session)
        await make.contact(session, prisoner, visitor)
    return {"prisoner_id": prisoner.id, "visitor_ids": [visitor.id]}


async def test_a_family_on_the_list_has_its_place_and_why(
    site: Site, program: Program, world: World, office: int
) -> None:
    near = family(world, office, distance_km=5, weekdays=["saturday", "tuesday"])
    first = await told(await program.post("/waiting", near), 201)
    assert (first["state"], first["place"], first["waited_days"]) == ("waiting", 1, 0)
    assert (first["has_met"], first["weekdays"]) == (False, ["saturday", "tuesday"])

    far = family(world, office, **await another(site, world))
    second = await told(await program.post("/waiting", far), 201)

    line = (await told(await program.get("/waiting", prison=world.prison.id)))["items"]
    assert [(one["place"], one["reference"]) for one in line] == [
        (1, second["reference"]),
        (2, first["reference"]),
    ]
    assert "۱" in line[0]["standing"]
    assert await told(await program.get(f"/waiting/{first['reference']}")) == line[1]


async def test_the_line_comes_page_by_page_in_as_many_queries(
    site: Site, program: Program, world: World, office: int
) -> None:
    async def queries() -> int:
        with counted() as said:
            await told(await program.get("/waiting", prison=world.prison.id))
        return len(said)

    await told(await program.post("/waiting", family(world, office)), 201)
    one = await queries()
    for _ in range(3):
        more = family(world, office, **await another(site, world))
        await told(await program.post("/waiting", more), 201)
    assert await queries() == one
    query = {"prison": world.prison.id, "limit": 3}
    first = await told(await program.get("/waiting", **query))
    rest = await told(await program.get("/waiting", **query, cursor=first["next"]))
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [3, 1, None]


async def test_a_family_that_cannot_wait_is_told_why(
    site: Site, program: Program, world: World, office: int
) -> None:
    await told(await program.post("/waiting", family(world, office)), 201)
    for changes, field, code in (
        ({}, "visitors", "already_waiting"),
        ({"points": []}, "places", "place_needed"),
        ({"last_day": "2026-11-20"}, "last_day", "ends_before_start"),
        ({"weekdays": ["someday"]}, "weekdays.0", "enum"),
    ):
        body = family(world, office, **changes)
        problem = await told(await program.post("/waiting", body), 422)
        assert [(e["field"], e["code"]) for e in problem["errors"]] == [(field, code)]
    async with site.database.write() as session:
        far = await make.point(session, kind=SiteKind.OFFICE)
    body = family(world, far.id, **await another(site, world))
    await told(await program.post("/waiting", body), 404)


@pytest.mark.parametrize("back", [True, False])
async def test_a_family_whose_visit_a_program_cancels_is_back_in_line_if_it_may(
    site: Site, program: Program, world: World, office: int, back: bool
) -> None:
    entry = await told(await program.post("/waiting", family(world, office)), 201)
    visit = await told(await program.post("/visits", wish(world)), 201)
    async with site.database.write() as session:
        await waiting.shift(
            session,
            (await session.exec(select(waiting.WaitingEntry))).one(),
            WaitingState.PLACED,
            by=SYSTEM,
            now=site.clock(),
            visit_id=(await visits.by_reference(session, visit["reference"])).id,
        )
    why = {"outcome": "cancelled_by_prison", "reason": "تعمیر"}
    choice = {} if back else {"back_in_line": False}
    await told(await program.post(f"/visits/{visit['reference']}/cancel", why | choice))
    now = await told(await program.get(f"/waiting/{entry['reference']}"))
    assert now["state"] == ("waiting" if back else "placed")


async def test_a_family_leaves_the_list_once(
    program: Program, world: World, office: int
) -> None:
    entry = await told(await program.post("/waiting", family(world, office)), 201)
    path = f"/waiting/{entry['reference']}/withdraw"
    gone = await told(await program.post(path, key="one"))
    assert (gone["state"], gone["place"], gone["standing"]) == ("withdrawn", None, "")
    assert await told(await program.post(path, key="one")) == gone
    problem = await told(await program.post(path), 409)
    assert (problem["code"], bool(problem["detail"])) == ("conflict", True)


async def test_a_clerk_sees_and_adds_families_of_own_points_only(
    site: Site, program: Program, program_of: Enrol, world: World, office: int
) -> None:
    async with site.database.write() as session:
        here = await session.get_one(make.Site, office)
        account = await make.account(session, Role.CLERK, sites=[here])
    clerk = await program_of(account)
    other = family(world, world.point.id, **await another(site, world))
    elsewhere = await told(await program.post("/waiting", other), 201)

    await told(await clerk.post("/waiting", other), 404)
    mine = await told(await clerk.post("/waiting", family(world, office)), 201)

    line = await told(await clerk.get("/waiting", prison=world.prison.id))
    assert [one["reference"] for one in line["items"]] == [mine["reference"]]
    await told(await clerk.get(f"/waiting/{elsewhere['reference']}"), 404)


async def offered(site: Site, world: World, reference: str) -> str:
    """Offer the first free slot to a family; the reference of its entry."""
    async with site.database.write() as session:
        line = await waiting.line(session, world.prison.id, now=site.clock())
        first = line[0].entry.first_day
        supply = await possible.supply(
            session, world.prison.id, line, first=first, last=first, now=site.clock()
        )
        place = possible.places_for(line[0], supply)[0]
        await offers.offer(
            session,
            line[0],
            place,
            terminal_id=place.opportunity.terminals[0],
            until=site.clock() + timedelta(hours=1),
            keyring=site.keyring,
            now=site.clock(),
        )
    return reference


async def test_an_offer_is_taken_for_a_family_that_said_so(
    site: Site, program: Program, world: World, office: int
) -> None:
    entry = await told(await program.post("/waiting", family(world, office)), 201)
    path = f"/waiting/{entry['reference']}"
    none = await told(await program.post(f"{path}/accept"), 409)
    assert none["code"] == "conflict"
    await offered(site, world, entry["reference"])
    shown = await told(await program.get(path))
    assert (shown["state"], shown["offered_until"] is None) == ("offered", False)

    visit = await told(await program.post(f"{path}/accept", key="yes"))

    assert visit["state"] == "booked"
    assert await told(await program.post(f"{path}/accept", key="yes")) == visit
    made = (await told(await program.get("/offers", state="accepted")))["items"]
    assert [(one["entry"], one["visit"]) for one in made] == [
        (entry["reference"], visit["reference"])
    ]


async def test_a_declined_offer_leaves_the_family_its_place(
    site: Site, program: Program, world: World, office: int
) -> None:
    entry = await told(await program.post("/waiting", family(world, office)), 201)
    await offered(site, world, entry["reference"])
    path = f"/waiting/{entry['reference']}/decline"
    back = await told(await program.post(path, {"reason": "بیماری"}))
    assert (back["state"], back["place"], back["offered_until"]) == ("waiting", 1, None)
    assert len((await told(await program.get("/offers")))["items"]) == 1


async def test_a_plan_is_read_before_it_is_published(
    site: Site, program: Program, world: World, office: int
) -> None:
    await told(await program.post("/waiting", family(world, office)), 201)
    never = family(world, office, **await another(site, world))
    never |= {"first_day": "2026-12-20", "last_day": "2026-12-21"}
    await told(await program.post("/waiting", never), 201)
    days = {
        "prison_id": world.prison.id,
        "first_day": "2026-11-24",
        "last_day": "2026-11-26",
    }

    plan = await told(await program.post("/plans", days), 201)

    counts = [plan[name] for name in ("placed", "unplaced", "texts", "without_phone")]
    assert counts == [1, 1, 1, 0]
    assert plan["segments"] >= 1
    path = f"/plans/{plan['reference']}"
    rows = (await told(await program.get(f"{path}/placements")))["items"]
    assert [(row["place"], row["reason"] is None) for row in rows] == [
        (1, True),
        (2, False),
    ]
    assert (rows[0]["terminal_id"], len(rows[0]["texts"])) == (world.terminal.id, 1)
    assert (rows[1]["reason"]["code"], rows[1]["texts"]) == ("no_option", [])
    assert rows[1]["reason"]["detail"]
    assert (await told(await program.get("/visits")))["items"] == []
    first = await told(await program.get(f"{path}/placements", limit=1))
    rest = await told(
        await program.get(f"{path}/placements", limit=1, cursor=first["next"])
    )
    assert [*first["items"], *rest["items"]] == rows


async def test_a_published_plan_books_everything_once(
    program: Program, world: World, office: int
) -> None:
    await told(await program.post("/waiting", family(world, office)), 201)
    days = {
        "prison_id": world.prison.id,
        "first_day": "2026-11-24",
        "last_day": "2026-11-26",
    }
    plan = await told(await program.post("/plans", days), 201)
    path = f"/plans/{plan['reference']}"

    done = await told(await program.post(f"{path}/publish", key="go"))

    assert (done["state"], done["placed"]) == ("published", 1)
    assert await told(await program.post(f"{path}/publish", key="go")) == done
    assert (await told(await program.post(f"{path}/publish"), 409))[
        "code"
    ] == "conflict"
    await told(await program.post(f"{path}/discard"), 409)
    rows = (await told(await program.get(f"{path}/placements")))["items"]
    visits = (await told(await program.get("/visits")))["items"]
    assert [row["visit"] for row in rows] == [one["reference"] for one in visits]
    listed = (await told(await program.get("/plans", prison=world.prison.id)))["items"]
    assert [(one["reference"], one["state"]) for one in listed] == [
        (plan["reference"], "published")
    ]


async def test_days_that_cannot_be_planned_are_refused(
    program: Program, world: World
) -> None:
    days = {
        "prison_id": world.prison.id,
        "first_day": "2026-11-26",
        "last_day": "2026-11-24",
    }
    problem = await told(await program.post("/plans", days), 422)
    assert [(e["field"], e["code"]) for e in problem["errors"]] == [
        ("last_day", "ends_before_start")
    ]


async def test_another_provinces_program_finds_none_of_it(
    site: Site, program: Program, program_of: Enrol, world: World, office: int
) -> None:
    entry = await told(await program.post("/waiting", family(world, office)), 201)
    days = {
        "prison_id": world.prison.id,
        "first_day": "2026-11-24",
        "last_day": "2026-11-26",
    }
    plan = await told(await program.post("/plans", days), 201)
    async with site.database.write() as session:
        elsewhere = await make.province(session, name="یزد")
        stranger = await make.account(session, Role.SCHEDULER, provinces=[elsewhere])
    other = await program_of(stranger)
    for path in (
        f"/waiting?prison={world.prison.id}",
        f"/waiting/{entry['reference']}",
        f"/plans/{plan['reference']}",
        f"/plans/{plan['reference']}/placements",
    ):
        await told(await other.get(path), 404)
    await told(await other.post(f"/waiting/{entry['reference']}/withdraw"), 404)
    await told(await other.post(f"/plans/{plan['reference']}/publish"), 404)
    await told(await other.post("/plans", days), 404)
    await told(await other.post("/waiting", family(world, office)), 404)
    assert (await told(await other.get("/plans")))["items"] == []
    assert (await told(await other.get("/offers")))["items"] == []
