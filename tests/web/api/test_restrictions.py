"""Orders, pairs, appointments, custody and allowances over the API."""

from typing import Any

import pytest

from tests import make
from tests.make import World
from tests.web.api.conftest import Enrol, Program, told, wish
from tests.web.conftest import Site
from visitation.words import Role

FIRST = "2026-11-24T00:00:00+03:30"


def order(**changes: Any) -> dict[str, Any]:
    return {"starts_at": FIRST, "order_number": "140/5", "judge": "قاضی"} | changes


async def test_an_order_keeps_a_visitor_away_until_it_is_lifted(
    program: Program, world: World
) -> None:
    path = f"/prisoners/{world.prisoner.id}/bars"
    body = order(visitor_id=world.visitor.id, ends_at="2026-12-24T00:00:00+03:30")
    bar = await told(await program.post(path, body, key="one"), 201)
    assert await told(await program.post(path, body, key="one"), 201) == bar
    assert (await told(await program.get(path)))["items"] == [bar]
    refused = await told(await program.post("/visits", wish(world)), 409)
    assert "barred" in {one["code"] for one in refused["reasons"]}

    lifted = await told(await program.post(f"/bars/{bar['id']}/lift"))

    assert lifted["lifted_at"] is not None
    await told(await program.post("/visits", wish(world)), 201)


async def test_an_order_that_is_known_or_over_is_refused(
    program: Program, world: World
) -> None:
    path = f"/prisoners/{world.prisoner.id}/bars"
    await told(await program.post(path, order()), 201)
    for changes, field, code in (
        ({}, "order_number", "order_known"),
        ({"ends_at": FIRST}, "last_day", "ends_before_start"),
        ({"judge": ""}, "judge", "too_short"),
    ):
        problem = await told(await program.post(path, order(**changes)), 422)
        assert [(e["field"], e["code"]) for e in problem["errors"]] == [(field, code)]
    stranger = order(visitor_id=2_000_000_000)
    await told(await program.post(path, stranger), 404)


async def test_two_are_kept_apart_and_may_meet_again(
    site: Site, program: Program, world: World
) -> None:
    async with site.database.write() as session:
        other = await make.prisoner(session, world.prison, name="علی نوری")
    path = f"/prisoners/{world.prisoner.id}/kept-apart"
    body = {"other_id": other.id, "reason": "نزاع"}
    kept = await told(await program.post(path, body), 201)
    assert kept["prisoner_ids"] == [world.prisoner.id, other.id]
    listed = await told(await program.get(f"/prisoners/{other.id}/kept-apart"))
    assert listed["items"] == [kept]
    assert "علی" not in str(listed)
    await told(await program.post(path, body), 422)
    await told(await program.post(f"/kept-apart/{kept['id']}/end"))
    assert (await told(await program.get(path)))["items"] == []


async def test_an_appointment_sent_again_takes_the_new_time(
    program: Program, world: World
) -> None:
    path = f"/prisoners/{world.prisoner.id}/appointments"
    court = {
        "kind": "court",
        "starts_at": "2026-11-24T09:00:00+03:30",
        "ends_at": "2026-11-24T11:00:00+03:30",
        "external_id": "C-7",
    }
    first = await told(await program.post(path, court), 201)
    refused = await told(await program.post("/visits", wish(world)), 409)
    assert "prisoner_away" in {one["code"] for one in refused["reasons"]}
    later = court | {"ends_at": "2026-11-24T09:30:00+03:30"}
    second = await told(await program.post(path, later), 201)
    assert (second["id"], second["ends_at"]) == (first["id"], "2026-11-24T06:00:00Z")
    await told(await program.post("/visits", wish(world)), 201)
    gone = await told(await program.post(f"/appointments/{first['id']}/cancel"))
    assert gone["cancelled_at"] is not None
    assert (await told(await program.get(path)))["items"] == []
    backwards = court | {"ends_at": court["starts_at"]}
    await told(await program.post(path, backwards), 422)


async def test_an_allowance_says_what_is_left_and_why(
    program: Program, world: World
) -> None:
    path = f"/prisoners/{world.prisoner.id}/allowance"
    visit = await told(await program.post("/visits", wish(world)), 201)

    found = await told(await program.get(path, day="2026-11-24"))

    assert found["periods"][0] == {
        "kind": "week",
        "first_day": "2026-11-21",
        "last_day": "2026-11-27",
        "granted": 2,
        "used": 1,
        "left": 1,
    }
    assert found["periods"][1]["left"] == 7
    used = [one for one in found["changes"] if one["change"] == "use"]
    assert [(one["amount"], one["visit"]) for one in used] == [
        (-1, visit["reference"])
    ] * 2


async def test_an_allowance_is_adjusted_once_with_its_reason(
    program: Program, world: World
) -> None:
    path = f"/prisoners/{world.prisoner.id}/allowance"
    more = {"period": "week", "amount": 2, "reason": "عید", "day": "2026-11-24"}
    given = await told(await program.post(path, more, key="one"))
    assert given["periods"][0]["left"] == 4
    assert given["changes"][0]["reason"] == "عید"
    assert await told(await program.post(path, more, key="one")) == given
    for changes, field, code in (
        ({"amount": 0}, "amount", "adjustment_size"),
        ({"amount": -14}, "amount", "below_used"),
        ({"day": "2030-01-01"}, "day", "out_of_range"),
        ({"period": "year"}, "period", "literal_error"),
    ):
        problem = await told(await program.post(path, more | changes), 422)
        assert [(e["field"], e["code"]) for e in problem["errors"]] == [(field, code)]


async def test_a_prisoner_is_transferred_released_and_taken_back(
    site: Site, program: Program, world: World
) -> None:
    async with site.database.write() as session:
        province = await session.get_one(make.Province, world.prison.province_id)
        other = await make.prison(session, province, name="زندان دوم")
    path = f"/prisoners/{world.prisoner.id}"
    body = {"to_site_id": other.id, "number": "۷۷"}
    moved = await told(await program.post(f"{path}/transfer", body))
    assert (moved["site_id"], moved["number"]) == (other.id, "77")
    assert await told(await program.post(f"{path}/transfer", body)) == moved
    at = {"at": "2026-11-30T08:00:00Z"}
    released = await told(await program.post(f"{path}/release", at))
    assert released["released_at"] == at["at"]
    back = await told(await program.post(f"{path}/take-back"))
    assert back == moved


async def test_a_prisoner_is_transferred_to_any_prison_of_the_country(
    site: Site, program: Program, program_of: Enrol, world: World
) -> None:
    async with site.database.write() as session:
        yazd = await make.province(session, name="یزد")
        far = await make.prison(session, yazd, name="زندان یزد")
        given_up = await make.prison(session, yazd, closed_at=site.clock())
        theirs = await make.account(session, Role.SCHEDULER, provinces=[yazd])
    prisons = (await told(await program.get("/prisons")))["items"]
    assert [one["id"] for one in prisons] == [world.prison.id, far.id]
    path = f"/prisoners/{world.prisoner.id}"
    body = {"number": "۷۷", "on": "2026-11-20", "reason": "nearer"}

    async def to(site_id: int, status: int = 200, **changes: Any) -> Any:
        sent = body | {"to_site_id": site_id} | changes
        return await told(await program.post(f"{path}/transfer", sent), status)

    await to(world.point.id, 404)
    for answer, field, code in (
        (await to(given_up.id, 422), "to_site_id", "prison_given_up"),
        (await to(far.id, 422, on="2026-12-20"), "on", "transfer_to_come"),
    ):
        assert [(e["field"], e["code"]) for e in answer["errors"]] == [(field, code)]
    assert (await to(far.id))["site_id"] == far.id
    await told(await program.get(path), 404)
    there = await program_of(theirs)
    assert (await told(await there.get(path)))["number"] == "77"


async def test_a_number_somebody_has_there_is_refused(
    site: Site, program: Program, world: World
) -> None:
    async with site.database.write() as session:
        province = await session.get_one(make.Province, world.prison.province_id)
        other = await make.prison(session, province, name="زندان دوم")
        await make.prisoner(session, other, number="77")
    path = f"/prisoners/{world.prisoner.id}/transfer"
    body = {"to_site_id": other.id, "number": "77"}
    problem = await told(await program.post(path, body), 422)
    assert [(e["field"], e["code"]) for e in problem["errors"]] == [
        ("number", "prisoner_known")
    ]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SCHEDULER])
async def test_auditors_read_and_another_province_finds_nothing(
    site: Site, program: Program, program_of: Enrol, world: World, role: Role
) -> None:
    path = f"/prisoners/{world.prisoner.id}"
    bar = await told(await program.post(f"{path}/bars", order()), 201)
    async with site.database.write() as session:
        elsewhere = await make.prison(session)
        place = world.prison if role is Role.AUDITOR else elsewhere
        account = await make.account(session, role, sites=[place])
    other = await program_of(account)
    reads = 200 if role is Role.AUDITOR else 404
    for name in ("bars", "kept-apart", "appointments", "allowance"):
        await told(await other.get(f"{path}/{name}"), reads)
        await told(await other.post(f"{path}/{name}", {}), 404)
    await told(await other.post(f"/bars/{bar['id']}/lift"), 404)
    for name in ("transfer", "release", "take-back"):
        await told(await other.post(f"{path}/{name}", {}), 404)
