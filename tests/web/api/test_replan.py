"""Re-planning a day over the API: drawn up, agreed to, carried out once."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests import make
from tests.make import World
from tests.scheduler import village
from tests.scheduler.village import DAY, HALF_HOUR, ONE_DAY, TEN, Family, Village
from tests.web.api.conftest import Enrol, Program, told
from tests.web.conftest import Site, Start
from visitation.database import Database
from visitation.lifecycle import VisitState
from visitation.places import Closure, Province
from visitation.visits import Visit
from visitation.words import Role


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Two families at a village, and a program of its province."""

    site: Site
    program: Program
    here: Village
    first: Family
    second: Family

    @property
    def path(self) -> str:
        return f"/mobile-days/{self.here.planned.reference}/replan"

    async def visit(self, one: Family) -> Visit:
        async with self.site.database.read() as session:
            return await session.get_one(Visit, one.visit.id)


@pytest.fixture
async def site(start_site: Start, database: Database) -> Site:
    return await start_site(database=database)


@pytest.fixture
async def scene(site: Site, program_of: Enrol) -> Scene:
    async with site.database.write() as session:
        here = await village.village(session)
        first = await village.family(session, here, site.keyring)
        second = await village.family(
            session,
            here,
            site.keyring,
            start=TEN + HALF_HOUR,
            visitor={"phone": None},
        )
        province = await session.get_one(Province, here.prison.province_id)
        account = await make.account(session, Role.SCHEDULER, provinces=[province])
        await village.cancel(session, here)
        await village.drive(session, here.office, here.village, DAY + ONE_DAY)
    return Scene(
        site=site,
        program=await program_of(account),
        here=here,
        first=first,
        second=second,
    )


def agreed(plan: dict[str, Any], **more: Any) -> dict[str, Any]:
    shown = [{"visit": one["visit"], "mark": one["mark"]} for one in plan["visits"]]
    return {"shown": shown, "reason": "برف"} | more


async def test_a_day_is_drawn_up_and_carried_out_once(scene: Scene) -> None:
    plan = await told(await scene.program.get(scene.path))

    assert (plan["day"], plan["without_phone"]) == ("2026-11-28", 1)
    assert plan["texts"] == sum(len(one["texts"]) for one in plan["visits"]) > 0
    assert {one["visit"]: one["then"] for one in plan["visits"]} == {
        scene.first.visit.reference: "moves",
        scene.second.visit.reference: "moves",
    }
    assert plan["visits"][0]["new"]["starts_at"].startswith("2026-11-29")
    assert (await scene.visit(scene.first)).version == 1
    assert await told(await scene.program.get(scene.path)) == plan

    done = await told(await scene.program.post(scene.path, agreed(plan)))

    assert (await scene.visit(scene.first)).starts_at == TEN + ONE_DAY
    (once,) = done["items"]
    was = {one["visit"]: (one["then"], one["was_at"]) for one in once["visits"]}
    assert was[scene.first.visit.reference] == ("moves", "2026-11-28T06:30:00Z")
    assert await told(await scene.program.post(scene.path, agreed(plan))) == done
    assert await told(await scene.program.get(f"{scene.path}/done")) == done
    assert (await told(await scene.program.get(scene.path)))["visits"] == []


async def test_what_changed_meanwhile_is_refused_and_nothing_is_done(
    scene: Scene,
) -> None:
    plan = await told(await scene.program.get(scene.path))
    async with scene.site.database.write() as session:
        await village.family(
            session, scene.here, scene.site.keyring, start=TEN + ONE_DAY
        )

    problem = await told(await scene.program.post(scene.path, agreed(plan)), 409)

    assert (problem["code"], bool(problem["detail"])) == ("conflict", True)
    assert (await scene.visit(scene.first)).version == 1
    assert await told(await scene.program.get(f"{scene.path}/done")) == {"items": []}


async def test_where_nothing_is_found_the_family_waits_and_the_reason_is_needed(
    scene: Scene,
) -> None:
    bounds = {"last": "2026-11-28", "kilometres": 0}
    plan = await told(await scene.program.get(scene.path, **bounds))
    assert {one["then"] for one in plan["visits"]} == {"waits"}
    assert all(one["new"] is None and one["reasons"] for one in plan["visits"])
    body = agreed(plan, **bounds)
    problem = await told(
        await scene.program.post(scene.path, body | {"reason": ""}), 422
    )
    assert [(e["field"], e["code"]) for e in problem["errors"]] == [
        ("reason", "reason_needed")
    ]
    await told(await scene.program.post(scene.path, body))
    assert (await scene.visit(scene.first)).state is VisitState.CANCELLED
    line = await told(await scene.program.get("/waiting", prison=scene.here.prison.id))
    assert len(line["items"]) == 2


async def test_a_closed_prisons_day_is_replanned_too(
    scene: Scene,
) -> None:
    start = TEN + 7 * ONE_DAY
    async with scene.site.database.write() as session:
        await village.drive(
            session, scene.here.office, scene.here.village, DAY + 7 * ONE_DAY
        )
        await village.family(session, scene.here, scene.site.keyring, start=start)
        session.add(
            Closure(
                site_id=scene.here.prison.id,
                starts_at=start - HALF_HOUR,
                ends_at=start + timedelta(hours=2),
                reason="تعمیر",
                created_at=scene.site.clock(),
            )
        )
    path = f"/sites/{scene.here.prison.id}/replan"
    day = {"day": "2026-12-05"}
    plan = await told(await scene.program.get(path, **day))
    assert len(plan["visits"]) == 1
    done = await told(await scene.program.post(path, agreed(plan, **day)))
    assert await told(await scene.program.get(f"{path}/done", **day)) == done
    await told(await scene.program.get(path), 422)
    office = f"/sites/{scene.here.office.id}/replan"
    await told(await scene.program.get(office, **day), 404)


async def test_bounds_that_make_no_sense_are_refused_by_their_names(
    scene: Scene,
) -> None:
    for bounds, field, code in (
        ({"last": "2026-11-01"}, "last", "ends_before_start"),
        ({"last": "2027-11-01"}, "last", "plan_too_long"),
        ({"kilometres": 301}, "kilometres", "less_than_equal"),
        ({"prefer": "2026-11-30"}, "prefer", "not_driving_then"),
        ({"rest": "lost"}, "rest", "enum"),
    ):
        problem = await told(await scene.program.get(scene.path, **bounds), 422)
        assert [(e["field"], e["code"]) for e in problem["errors"]] == [(field, code)]
    await told(await scene.program.get(scene.path, prefer="2026-11-29"))


async def test_auditors_read_and_another_province_finds_nothing(
    scene: Scene, program_of: Enrol
) -> None:
    plan = await told(await scene.program.get(scene.path))
    async with scene.site.database.write() as session:
        here = await session.get_one(Province, scene.here.prison.province_id)
        elsewhere = await make.province(session, name="یزد")
        auditor = await make.account(session, Role.AUDITOR, provinces=[here])
        stranger = await make.account(session, Role.SCHEDULER, provinces=[elsewhere])
    reader, other = await program_of(auditor), await program_of(stranger)
    assert await told(await reader.get(scene.path)) == plan
    await told(await reader.post(scene.path, agreed(plan)), 404)
    await told(await other.get(scene.path), 404)
    await told(await other.get(f"{scene.path}/done"), 404)
    await told(await other.post(scene.path, agreed(plan)), 404)


async def test_a_day_without_visits_to_move_has_nothing_to_do(
    program: Program, world: World
) -> None:
    path = f"/sites/{world.prison.id}/replan"
    plan = await told(await program.get(path, day="2026-11-24"))
    assert plan == {
        "site_id": world.prison.id,
        "day": "2026-11-24",
        "visits": [],
        "texts": 0,
        "segments": 0,
        "without_phone": 0,
    }
