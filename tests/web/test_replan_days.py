"""Where several visits of a day lost their place, pages lead to re-planning it."""

from datetime import timedelta

import pytest

from scheduler import review
from tests import make
from tests.make import World
from tests.web.conftest import Site
from tests.web.worlds import TEN, book, english, text
from visitation.places import Closure
from visitation.visits import Visit
from visitation.words import Role

HOUR = timedelta(hours=1)


async def shut(site: Site, world: World, *visits: Visit) -> None:
    """The prison is closed for the day, and the visits are flagged."""
    async with site.database.write() as session:
        session.add(
            Closure(
                site_id=world.prison.id,
                starts_at=TEN - 4 * HOUR,
                ends_at=TEN + 4 * HOUR,
                reason="تعمیر",
                created_at=site.clock(),
            )
        )
        await session.flush()
        for visit in visits:
            await review.judge(session, visit.id, now=site.clock())


async def two(site: Site, world: World) -> tuple[Visit, Visit]:
    async with site.database.write() as session:
        other = await make.prisoner(session, world.prison)
        await make.contact(session, other, world.visitor)
    first = await book(site, world)
    return first, await book(site, world, TEN + HOUR, prisoner_id=other.id)


def where(world: World) -> str:
    return f'href="/sites/{world.prison.id}/replan?day=2026-11-24"'


async def test_the_queue_and_the_closures_lead_to_re_planning_the_day(
    site: Site, world: World
) -> None:
    await shut(site, world, *await two(site, world))
    await site.sign_in(Role.SCHEDULER, provinces=[world.prison.province_id])
    await english(site)
    for path in (
        "/review",
        f"/sites/{world.prison.id}/closures",
        f"/sites/{world.point.id}/closures",
    ):
        page = await text(await site.get(path))
        assert "Re-plan Tuesday 24 November 2026 (3 Azar 1405) in" in page
        assert where(world) in page
        assert "(2 visits)" in page
    there = await site.get(f"/sites/{world.prison.id}/replan?day=2026-11-24")
    assert there.status == 200


async def test_a_single_visit_is_decided_by_itself(site: Site, world: World) -> None:
    await shut(site, world, await book(site, world))
    await site.sign_in(Role.SCHEDULER, provinces=[world.prison.province_id])
    page = await text(await site.get("/review"))
    assert "/review" in page
    assert "/replan" not in page


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.WARDEN])
async def test_who_may_not_re_plan_is_not_led_there(
    site: Site, world: World, role: Role
) -> None:
    await shut(site, world, *await two(site, world))
    await site.sign_in(role, sites=[world.prison.id])
    assert "/replan" not in await text(await site.get("/review"))


async def test_whose_prison_it_is_not_is_not_led_there(
    site: Site, world: World
) -> None:
    await shut(site, world, *await two(site, world))
    await site.sign_in(Role.SCHEDULER, sites=[world.point.id])
    await english(site)
    page = await text(await site.get("/review"))
    assert "is closed then" in page
    assert "/replan" not in page
