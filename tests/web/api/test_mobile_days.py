"""Days of mobile offices over the API."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests import make
from tests.make import World
from tests.visitation.test_boards import counted
from tests.web.api.conftest import Enrol, Program, told
from tests.web.conftest import Site
from visitation.words import Role, SiteKind


@dataclass(frozen=True, slots=True)
class Road:
    """The world's mobile office, its kiosk, and a village to drive to."""

    office: int
    kiosk: int
    village: int


@pytest.fixture
async def road(site: Site, world: World) -> Road:
    async with site.database.write() as session:
        province = await session.get_one(make.Province, world.prison.province_id)
        village = await make.point(
            session, province, kind=SiteKind.VILLAGE, name="روستا"
        )
    return Road(world.point.id, world.kiosk.id, village.id)


def stop(road: Road, start: str = "09:00", end: str = "12:00") -> dict[str, Any]:
    return {
        "village_id": road.village,
        "starts_at": f"2026-12-01T{start}:00+03:30",
        "ends_at": f"2026-12-01T{end}:00+03:30",
        "travel_minutes": 40,
        "kiosk_ids": [road.kiosk],
    }


def day(road: Road, **changes: Any) -> dict[str, Any]:
    return {
        "office_id": road.office,
        "day": "2026-12-01",
        "stops": [stop(road)],
    } | changes


async def test_a_day_is_planned_changed_cancelled_and_takes_place_again(
    program: Program, road: Road
) -> None:
    made = await told(await program.post("/mobile-days", day(road), key="one"), 201)
    again = await told(await program.post("/mobile-days", day(road), key="one"), 201)
    assert made == again
    assert made["stops"] == [
        stop(road)
        | {"starts_at": "2026-12-01T05:30:00Z", "ends_at": "2026-12-01T08:30:00Z"}
    ]
    path = f"/mobile-days/{made['reference']}"
    assert await told(await program.get(path)) == made

    two = {"stops": [stop(road, "13:00", "15:00"), stop(road, "08:00", "11:00")]}
    changed = await told(await program.post(f"{path}/stops", two))
    starts = [one["starts_at"][11:16] for one in changed["stops"]]
    assert starts == ["04:30", "09:30"]

    why = {"reason": "برف"}
    cancelled = await told(await program.post(f"{path}/cancel", why))
    assert (cancelled["state"], cancelled["reason"]) == ("cancelled", "برف")
    await told(await program.post(f"{path}/stops", two), 422)
    planned = await told(await program.post(f"{path}/reinstate"))
    assert (planned["state"], planned["stops"]) == ("planned", changed["stops"])


async def test_a_day_is_moved_with_its_stops(program: Program, road: Road) -> None:
    made = await told(await program.post("/mobile-days", day(road)), 201)
    path = f"/mobile-days/{made['reference']}"
    move = {"day": "2026-12-03", "reason": "برف"}

    moved = await told(await program.post(f"{path}/move", move, key="one"), 201)

    assert await told(await program.post(f"{path}/move", move, key="one"), 201) == moved
    assert (moved["day"], moved["state"]) == ("2026-12-03", "planned")
    assert [one["starts_at"] for one in moved["stops"]] == ["2026-12-03T05:30:00Z"]
    old = await told(await program.get(path))
    assert (old["state"], old["reason"]) == ("cancelled", "برف")
    problem = await told(await program.post(f"{path}/move", move), 422)
    assert [(e["field"], e["code"]) for e in problem["errors"]] == [
        ("day", "day_cancelled")
    ]


async def test_an_itinerary_that_makes_no_sense_is_refused_at_its_stop(
    program: Program, world: World, road: Road
) -> None:
    late = stop(road, "12:20", "14:00")
    for stops, field, code in (
        ([stop(road), late], "stops.1.travel", "travel_does_not_fit"),
        ([stop(road, "12:00", "09:00")], "stops.0.ends_at", "ends_before_start"),
        (
            [stop(road) | {"village_id": world.prison.id}],
            "stops.0.village",
            "not_a_village_here",
        ),
        ([stop(road, "09:02")], "stops.0.starts", "whole_quanta"),
    ):
        problem = await told(
            await program.post("/mobile-days", day(road, stops=stops)), 422
        )
        assert [(e["field"], e["code"]) for e in problem["errors"]] == [(field, code)]
    await told(await program.post("/mobile-days", day(road)), 201)
    problem = await told(await program.post("/mobile-days", day(road)), 422)
    assert problem["errors"][0]["code"] == "day_planned"


async def test_days_come_page_by_page_in_as_many_queries(
    program: Program, road: Road
) -> None:
    async def queries() -> int:
        with counted() as said:
            await told(await program.get("/mobile-days"))
        return len(said)

    made = []
    for date in ("2026-12-01", "2026-12-02", "2026-12-03"):
        one = stop(road)
        times = {
            k: one[k].replace("2026-12-01", date) for k in ("starts_at", "ends_at")
        }
        body = day(road, day=date, stops=[one | times])
        made.append(await told(await program.post("/mobile-days", body), 201))
        if len(made) == 1:
            once = await queries()
    assert await queries() == once
    first = await told(await program.get("/mobile-days", limit=2))
    rest = await told(await program.get("/mobile-days", limit=2, cursor=first["next"]))
    assert [*first["items"], *rest["items"]] == made
    query = {"from": "2026-12-02", "to": "2026-12-02", "office": road.office}
    assert (await told(await program.get("/mobile-days", **query)))["items"] == [
        made[1]
    ]


async def test_another_provinces_program_finds_no_day(
    site: Site, program: Program, program_of: Enrol, road: Road
) -> None:
    made = await told(await program.post("/mobile-days", day(road)), 201)
    async with site.database.write() as session:
        elsewhere = await make.province(session, name="یزد")
        stranger = await make.account(session, Role.SCHEDULER, provinces=[elsewhere])
    other = await program_of(stranger)
    path = f"/mobile-days/{made['reference']}"
    assert (await told(await other.get("/mobile-days")))["items"] == []
    await told(await other.get(path), 404)
    await told(await other.post(f"{path}/cancel", {"reason": "x"}), 404)
    await told(await other.post(f"{path}/stops", {"stops": [stop(road)]}), 404)
    await told(await other.post(f"{path}/reinstate"), 404)
    move = {"day": "2026-12-03", "reason": "x"}
    await told(await other.post(f"{path}/move", move), 404)
    await told(await other.post("/mobile-days", day(road)), 404)
