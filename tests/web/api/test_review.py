"""The review queue over the API."""

import pytest

from scheduler import review
from tests import make
from tests.make import World
from tests.visitation.test_boards import counted
from tests.web.api.conftest import Enrol, Program, told, wish
from tests.web.conftest import Site
from visitation import audit, places, visits
from visitation.words import Role


async def flagged(site: Site, program: Program, world: World, hour: str = "10") -> str:
    """A booked visit whose terminal has broken down; its reference."""
    times = {
        "starts_at": f"2026-11-24T{hour}:00:00+03:30",
        "ends_at": f"2026-11-24T{hour}:25:00+03:30",
    }
    visit = await told(await program.post("/visits", wish(world, **times)), 201)
    reference: str = visit["reference"]
    async with site.database.write() as session:
        await places.take_out_of_order(
            session,
            await session.get_one(make.Station, world.terminal.id),
            reason="خراب",
            by=audit.SYSTEM,
            now=site.clock(),
        )
        row = await visits.by_reference(session, reference)
        await review.judge(session, row.id, now=site.clock())
    return reference


@pytest.fixture
async def second(site: Site, world: World) -> int:
    """Another terminal of the prison."""
    async with site.database.write() as session:
        prison = await session.get_one(make.Site, world.prison.id)
        return (await make.terminal(session, prison)).id


async def test_a_flagged_visit_says_why_and_where_it_could_go(
    site: Site, program: Program, world: World, second: int
) -> None:
    reference = await flagged(site, program, world)

    (one,) = (await told(await program.get("/review")))["items"]

    assert one["visit"]["reference"] == reference
    assert [flag["reason"]["code"] for flag in one["flags"]] == [
        "terminal_out_of_order"
    ]
    assert one["flags"][0]["reason"]["detail"]
    shown = await told(await program.get(f"/visits/{reference}/review"))
    assert (shown["may_move"], shown["cancelled_as"]) == (True, "cancelled_by_prison")
    assert shown["nearest"] == {
        "terminal_id": second,
        "kiosk_id": world.kiosk.id,
        "starts_at": "2026-11-24T06:30:00Z",
        "ends_at": "2026-11-24T06:55:00Z",
    }
    nearest = shown["nearest"]
    path = f"/visits/{reference}/review/move"
    moved = await told(await program.post(path, nearest, key="one"))
    assert moved["terminal_id"] == second
    assert await told(await program.post(path, nearest, key="one")) == moved
    assert (await told(await program.get("/review")))["items"] == []


async def test_a_kept_visit_is_off_the_queue_with_its_reason(
    site: Site, program: Program, world: World
) -> None:
    reference = await flagged(site, program, world)
    path = f"/visits/{reference}/review/keep"
    await told(await program.post(path, {"because": ""}), 422)
    kept = await told(await program.post(path, {"because": "تعمیر می‌شود"}))
    assert kept["flags"][0]["kept_reason"] == "تعمیر می‌شود"
    assert kept["cancelled_as"] is None
    assert (await told(await program.get("/review")))["items"] == []


async def test_the_queue_comes_page_by_page_in_as_many_queries(
    site: Site, program: Program, world: World
) -> None:
    async def queries() -> int:
        with counted() as said:
            await told(await program.get("/review"))
        return len(said)

    made = []
    for hour in ("10", "11", "12"):
        async with site.database.write() as session:
            terminal = await session.get_one(make.Station, world.terminal.id)
            await places.put_in_order(
                session, terminal, by=audit.SYSTEM, now=site.clock()
            )
            if not made:
                await make.policy(session, world.prison, visits_per_week=14)
        made.append(await flagged(site, program, world, hour))
        if len(made) == 1:
            once = await queries()
    assert await queries() == once
    first = await told(await program.get("/review", limit=2))
    rest = await told(await program.get("/review", limit=2, cursor=first["next"]))
    both = [*first["items"], *rest["items"]]
    assert [one["visit"]["reference"] for one in both] == made


async def test_auditors_read_and_another_province_finds_nothing(
    site: Site, program: Program, program_of: Enrol, world: World
) -> None:
    reference = await flagged(site, program, world)
    async with site.database.write() as session:
        auditor = await make.account(session, Role.AUDITOR, sites=[world.prison])
        stranger = await make.account(
            session, Role.SCHEDULER, sites=[await make.prison(session)]
        )
    reader, other = await program_of(auditor), await program_of(stranger)
    path = f"/visits/{reference}/review"
    assert len((await told(await reader.get("/review")))["items"]) == 1
    await told(await reader.get(path))
    await told(await reader.post(f"{path}/keep", {"because": "x"}), 404)
    assert (await told(await other.get("/review")))["items"] == []
    await told(await other.get(path), 404)
    await told(await other.post(f"{path}/keep", {"because": "x"}), 404)
    await told(await other.post(f"{path}/move", {}), 404)
